"""Short answers are read as plain words, as numbers in figures or words, or as yes or no."""

import re
import unicodedata
from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from deixis.core.answer_text import answered
from deixis.evals.measure import columns, ratio

OUTER = " \t\n\r.,;:!?\"'`*_()[]{}<>«»“”‘’"
ARTICLES = re.compile(r"(?<!\S)(?:a|an|the)\s+(?=\S)")  # a word follows: not so in "vitamin A"
WORD = re.compile(r"[^\W_]+(?:(?:['’]|(?<=\d)[.,](?=\d))[^\W_]+)*")


def plain(text: str) -> str:
    """The text is put in lower case, with single spaces and no marks around it."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(folded.split()).strip(OUTER)


def without_articles(text: str) -> str:
    """The text also loses "a", "an" and "the" before a word."""
    return ARTICLES.sub("", plain(text))


def words(text: str) -> list[str]:
    """The words come in lower case, without marks; "don't", "3.5" and "1,000" are one each."""
    return WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def is_exact(answer: str, truths: tuple[str, ...]) -> bool:
    """The answer is one of the truths, apart from case, articles, outer marks and drafts."""
    return without_articles(answered(answer).text) in {without_articles(truth) for truth in truths}


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
    """The answer says this one number; None where it says none, or several that differ."""
    text = PRONOUN.sub(r"\1", NOBODY.sub("none", answered(text).text))
    figures = {float(found.replace(",", "")) for found in FIGURES.findall(text)}
    spoken = {float(value) for value in _spoken(words(text.replace("-", " ")))}
    found = figures or spoken - {0.0} or spoken
    return found.pop() if len(found) == 1 else None


def is_same_number(answer: str, truths: tuple[str, ...]) -> bool:
    """The answer says a truth's number; a truth without a number is matched as words."""
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
    """A row of words spells these numbers."""
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
    """The word continues the number before it: "twenty" "three", "two hundred" "five"."""
    if before % 100 == 0 and before:
        return value > 0
    return before % 10 == 0 and before % 100 >= 20 and 0 < value < 10


YES = ("yes", "yeah", "yep", "true", "correct")
NO = ("no", "nope", "not", "none", "false", "incorrect", "cannot")
EITHER = re.compile(
    r"(?:yes (?:(?:or|and) )?no|no (?:(?:or|and) )?yes)\Z|(?:yes|no) (?:or|and) (?:yes|no)\b"
)
UNSURE = re.compile(
    r"\b(?:not|cannot) (?:really |quite )?(?:know|tell|say|sure|certain|determine|clear if)\b"
)
DENIED = re.compile(r"\bnot (?:yes|true|correct)\b")
NUMBERS = ("yes_right", "yes_wrong", "no_right", "no_wrong")


def read_yes_no(answer: str) -> bool | None:
    """The answer says yes or no; None where it says neither, or both and begins with neither, or
    that it does not know.
    """
    said = words(answered(answer).text.replace("’", "'").replace("n't", " not"))
    line = " ".join(said)
    if not said or EITHER.match(line):
        return None
    if said[0] in YES or said[0] in NO:
        return said[0] in YES
    if UNSURE.search(line):
        return None
    said = DENIED.sub("no", line).split()
    has_yes, has_no = any(w in YES for w in said), any(w in NO for w in said)
    return None if has_yes == has_no else has_yes


def read_pope(answer: str) -> bool:
    """POPE's own program reads so (Li et al., 2023): no where the first sentence has one of
    three words, and yes everywhere else, in an empty answer too.
    """
    first = answer.strip().partition(".")[0].replace(",", "")
    return not {"No", "not", "no"} & set(first.split(" "))


def yes_no_numbers(
    answer: str, *, is_yes: bool, read: Callable[[str], bool | None] = read_yes_no
) -> dict[str, float]:
    """One answer is counted among the four counts; one that cannot be read is wrong."""
    is_right = read(answer) is is_yes
    name = f"{'yes' if is_yes else 'no'}_{'right' if is_right else 'wrong'}"
    return {number: float(number == name) for number in NUMBERS}


def balanced_accuracy(sums: Float[np.ndarray, "*more 4"]) -> Float[np.ndarray, "*more"]:
    """The shares that are right where yes is right and where no is right are averaged."""
    yes_right, yes_wrong, no_right, no_wrong = columns(sums)
    on_yes = ratio(yes_right, yes_right + yes_wrong)
    return np.asarray((on_yes + ratio(no_right, no_right + no_wrong)) / 2)


def precision(sums: Float[np.ndarray, "*more 4"]) -> Float[np.ndarray, "*more"]:
    """A yes is right so often; 0 where none was said."""
    yes_right, _, _, no_wrong = columns(sums)
    return ratio(yes_right, yes_right + no_wrong, nothing=0.0)


def recall(sums: Float[np.ndarray, "*more 4"]) -> Float[np.ndarray, "*more"]:
    """Yes is said so often where it is right."""
    yes_right, yes_wrong, _, _ = columns(sums)
    return ratio(yes_right, yes_right + yes_wrong)


def f1(sums: Float[np.ndarray, "*more 4"]) -> Float[np.ndarray, "*more"]:
    """F1 is that of yes, as POPE reports it: an unreadable answer counts as the wrong one."""
    yes_right, yes_wrong, _, no_wrong = columns(sums)
    return ratio(2 * yes_right, 2 * yes_right + yes_wrong + no_wrong)


def yes_share(sums: Float[np.ndarray, "*more 4"]) -> Float[np.ndarray, "*more"]:
    """Yes was said so often, if every unreadable answer was the wrong one of the two."""
    yes_right, _, _, no_wrong = columns(sums)
    return ratio(yes_right + no_wrong, np.asarray(sums.sum(-1)))
