"""VQA's soft accuracy: an answer is right as far as people gave it too (Antol et al., 2015)."""

import re
from collections.abc import Sequence

from deixis.evals.scores.numbers import UNITS
from deixis.evals.scores.plain import plain

ENOUGH = 3  # people who say the same make an answer wholly right
ARTICLES = ("a", "an", "the")
FIGURES = {word: str(value) for value, word in enumerate(UNITS[:11])} | {"none": "0"}
COMMA_IN_NUMBER = re.compile(r"(?<=\d),(?=\d)")
POINT = re.compile(r"(?<!\d)\.(?!\d)|(?<=\d)\.(?!\d)|(?<!\d)\.(?=\d)")
APOSTROPHES = re.compile(r"['’]")
MARKS = re.compile(r"[;/\[\]\"{}()=+\\_<>@`?!,:*&-]")


def vqa_accuracy(answer: str, people: Sequence[str]) -> float:
    """Mean over all but one of the people, of min(1, same answers / 3)."""
    said, theirs = vqa_form(answer), [vqa_form(one) for one in people]
    if len(theirs) == 1:
        return float(said == theirs[0])
    same = [said == one for one in theirs]
    total = sum(min(1.0, (sum(same) - one) / ENOUGH) for one in same)
    return total / len(theirs)


def vqa_form(text: str) -> str:
    """Lower case, without articles and marks, number words up to ten as figures."""
    joined = COMMA_IN_NUMBER.sub("", plain(text))
    bare = MARKS.sub(" ", POINT.sub(" ", APOSTROPHES.sub("", joined)))
    kept = [word for word in bare.split() if word not in ARTICLES]
    return " ".join(FIGURES.get(word, word) for word in kept)
