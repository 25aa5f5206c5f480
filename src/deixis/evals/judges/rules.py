"""A judge that needs no model: the truth's phrases are looked for in the answer."""

import re
from collections.abc import Sequence
from typing import final

from typing_extensions import override

from deixis.evals.judges._judge import Grade, Judge, Judged
from deixis.evals.scores.short_answers import FIGURES, VALUES, words

AND, OR = re.compile(r"\s*<AND>\s*", re.IGNORECASE), re.compile(r"\s*<OR>\s*", re.IGNORECASE)
ARTICLES = ("a", "an", "the")


@final
class Rules(Judge):
    """The share of the parts, joined by <AND>, of which one alternative stands in the answer.

    Phrases are compared as words in lower case, without articles, counts as numbers. What is said
    in other words is not found: stricter than a model, and the same on every machine.
    """

    name = "rules/1"

    @override
    def grade(self, items: Sequence[Judged]) -> list[Grade]:
        return [Grade(scores=(share_said(item.truth, item.prediction),)) for item in items]


def share_said(truth: str, prediction: str) -> float:
    """How much of the truth a prediction says, 0 to 1."""
    parts = [part for part in AND.split(truth) if _form(part)] or [truth]
    said = _form(prediction)
    found = [any(_holds(said, _form(phrase)) for phrase in OR.split(part)) for part in parts]
    return sum(found) / len(found)


def _form(text: str) -> tuple[str, ...]:
    """The words, number words as figures."""
    kept = (word for word in words(text) if word not in ARTICLES)
    return tuple(_number(word) for word in kept)


def _number(word: str) -> str:
    if word in VALUES and word not in ("no", "none", "nothing"):
        return str(VALUES[word])
    return f"{float(word.replace(',', '')):g}" if FIGURES.fullmatch(word) else word


def _holds(said: tuple[str, ...], phrase: tuple[str, ...]) -> bool:
    count = len(phrase)
    if count == 0:
        return False
    return any(said[i : i + count] == phrase for i in range(len(said) - count + 1))
