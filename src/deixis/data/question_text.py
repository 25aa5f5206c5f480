"""Questions are put into words here: slots for regions, lettered choices, the release's frames."""

import re
from collections.abc import Sequence

SLOT = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
BY_LETTER = "Answer with the option's letter from the given choices directly."
SHORT = "Answer the question using a single word or phrase."
CLOSE_BEFORE = re.compile(r"\s+([.,?!:;%)]|n't\b|'(?:s|re|m|ll|ve|d|t)?(?![\w]))")


def slots_in(text: str) -> set[str]:
    """A text has slots of these names."""
    return set(SLOT.findall(text))


def literal(text: str) -> str:
    """In a data set's own words nothing is a slot: "{cup}" becomes "{ cup }"."""
    return SLOT.sub(r"{ \1 }", text)


def slot_name(words: str) -> str:
    """Words become a name that can be a slot's."""
    name = re.sub(r"[^A-Za-z0-9_]+", "_", words).strip("_")
    return name if name and not name[0].isdigit() else f"region_{name}".rstrip("_")


def lettered(question: str, choices: Sequence[str]) -> str:
    """A question gets its choices, a line each, to be answered by a letter."""
    lines = [f"{letter}. {choice}" for letter, choice in zip(LETTERS, choices, strict=False)]
    return "\n".join([question, *lines, BY_LETTER])


def joined(words: Sequence[str]) -> str:
    """Words are listed as one, two and three."""
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def detokenized(tokens: Sequence[str]) -> str:
    """Words that were taken apart get the blanks of written text."""
    text = CLOSE_BEFORE.sub(r"\1", " ".join(token for token in tokens if token))
    return text.replace("( ", "(").strip()


def sentence(text: str) -> str:
    """A sentence begins with a capital and ends with a stop."""
    text = re.sub(r"\s*,\s*", ", ", text.strip())
    if not text:
        return text
    first = text if text[0] == "{" else text[0].upper() + text[1:]
    return first if first[-1] in ".!?" else f"{first}."
