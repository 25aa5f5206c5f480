"""Slots in the words of a question."""

import re
from collections.abc import Mapping

from deixis.core.region import Region

SLOT = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")


def mentioned(text: str, regions: Mapping[str, Region]) -> dict[str, Region]:
    """Those of the regions that a text speaks of, in its order."""
    found = dict.fromkeys(SLOT.findall(text))
    return {slot: regions[slot] for slot in found if slot in regions}


def literal(text: str) -> str:
    """A data set's own words, in which nothing is a slot: "{cup}" becomes "{ cup }"."""
    return SLOT.sub(r"{ \1 }", text)
