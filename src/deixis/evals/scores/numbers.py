"""Counts in an answer, written in figures or in words, compared as numbers."""

import re

from deixis.core.answered import answered
from deixis.evals.scores.plain import plain, words

UNITS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen"),
    *("eighteen", "nineteen"),
)
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
VALUES = {
    **{word: value for value, word in enumerate(UNITS)},
    **{word: 10 * (place + 2) for place, word in enumerate(TENS)},
    **{"no": 0, "none": 0, "nothing": 0},
}
FIGURES = re.compile(r"[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?|[-+]?\d+(?:\.\d+)?")
SCALES = {"hundred": 100, "thousand": 1000}
NOBODY = re.compile(r"\bno[- ]one\b|\bnot (?:a single )?one\b", re.IGNORECASE)
# "one" is no number here; "the one" may be either
PRONOUN = re.compile(r"\b(this|that|each|every|any|some|another|which) one\b", re.IGNORECASE)


def read_number(text: str) -> float | None:
    """The one number that an answer says; None where it says none, or several that differ."""
    text = PRONOUN.sub(r"\1", NOBODY.sub("none", answered(text).text))
    figures = {float(found.replace(",", "")) for found in FIGURES.findall(text)}
    spoken = {float(value) for value in _spoken(words(text.replace("-", " ")))}
    found = figures or spoken - {0.0} or spoken
    return found.pop() if len(found) == 1 else None


def is_same_number(answer: str, truths: tuple[str, ...]) -> bool:
    """Whether the answer says the number of a truth; one without a number is matched as words."""
    said = read_number(answer)
    for truth in truths:
        number = read_number(truth)
        if number is None:
            if plain(answer) == plain(truth):
                return True
        elif said == number:
            return True
    return False


def _spoken(spoken: list[str]) -> list[int]:
    """The numbers that stand in a row of words."""
    found: list[int] = []
    current: int | None = None
    for word in [*spoken, ""]:
        if word in SCALES and current is not None:
            current *= SCALES[word]
        elif word in VALUES and current is not None and _joins(current, VALUES[word]):
            current += VALUES[word]
        elif not (word == "and" and current is not None and current >= SCALES["hundred"]):
            found += [] if current is None else [current]
            current = VALUES.get(word)
    return found


def _joins(before: int, value: int) -> bool:
    """Whether a word goes on with a number: "twenty" "three", "two hundred" "five"."""
    if before % 100 == 0 and before:
        return value > 0
    return before % 10 == 0 and before % 100 >= 20 and 0 < value < 10
