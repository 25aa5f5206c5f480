"""A question's words have slots for regions, and end in what papers append, so that an answer
can be scored by rule.
"""

import re
from collections.abc import Mapping, Sequence

from deixis.core.region import Region
from deixis.evals.scores.letters import LETTERS

SLOT = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")


def mentioned(text: str, regions: Mapping[str, Region]) -> dict[str, Region]:
    """The text mentions these of the regions, in this order."""
    found = dict.fromkeys(SLOT.findall(text))
    return {slot: regions[slot] for slot in found if slot in regions}


def literal(text: str) -> str:
    """A data set's own words have no slots: "{cup}" becomes "{ cup }"."""
    return SLOT.sub(r"{ \1 }", text)


SHORT = "Answer the question using a single word or phrase."
BY_LETTER = "Answer with the option's letter from the given choices directly."


def in_short(question: str) -> str:
    """The question asks to be answered in one word."""
    return f"{literal(question)}\n{SHORT}"


def by_choice(question: str, choices: Sequence[str]) -> str:
    """The question asks for the letter of one of these choices, which stand one a line."""
    lines = [f"{letter}. {choice}" for letter, choice in zip(LETTERS, choices, strict=False)]
    return literal("\n".join([question, *lines, BY_LETTER]))
