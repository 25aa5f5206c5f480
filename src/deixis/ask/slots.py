"""Where a question speaks of its regions: `{name}` stands for a region, `{{name}}` for itself.

Only a name in braces is such a place. All other braces are text, so that JSON can stand in a
question as it is.
"""

import re
from collections.abc import Collection, Iterable, Mapping

from deixis.core.errors import UnknownNameError, UsageError

NAME = r"[A-Za-z_][A-Za-z0-9_]*"
PLACE = re.compile(rf"\{{\{{(?P<literal>{NAME})\}}\}}|\{{(?P<slot>{NAME})\}}")


def slots(text: str) -> list[str]:
    """The names of the regions that a text speaks of, in its order."""
    return [place["slot"] for place in PLACE.finditer(text) if place["slot"]]


def filled(text: str, phrases: Mapping[str, str]) -> str:
    """The text with a phrase in each slot's place, and what is literal in its own braces."""
    return PLACE.sub(
        lambda place: phrases[place["slot"]] if place["slot"] else f"{{{place['literal']}}}", text
    )


def check_slots(texts: Iterable[str], names: Collection[str]) -> None:
    """UsageError where a slot has no region, or a region no slot."""
    mentioned = {name for text in texts for name in slots(text)}
    for name in sorted(mentioned - set(names)):
        if not names:
            raise UsageError(
                f"the question speaks of {{{name}}}, and no region is given: pass {name}=…, or "
                f"write {{{{{name}}}}} where the braces are meant as they are"
            )
        raise UnknownNameError(kind="region of this question", name=name, known=names)
    for name in names:
        if name not in mentioned:
            raise UsageError(f"the question does not mention the region {name!r}: write {{{name}}}")
