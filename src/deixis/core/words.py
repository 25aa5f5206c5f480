"""Texts that every writer can write: of whole characters only."""

import re

HALVES = re.compile("[\ud800-\udfff]+")


def whole_characters(text: str) -> str:
    """The text with each pair of surrogates as its character, and U+FFFD for each lone one, which
    no encoding can write.
    """
    return HALVES.sub(_joined, text)


def _joined(halves: re.Match[str]) -> str:
    units = halves.group().encode("utf-16-le", "surrogatepass")
    return units.decode("utf-16-le", "replace")
