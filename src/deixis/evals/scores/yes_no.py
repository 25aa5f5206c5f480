"""Yes or no, and what POPE reports of many such answers: accuracies, precision, recall and F1."""

import re
from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from deixis.core.answered import answered
from deixis.evals.measure import columns, ratio
from deixis.evals.scores.plain import words

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
    """Whether an answer says yes; None where it says neither, or both and begins with neither, or
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
    """As POPE's own program reads (Li et al., 2023): no where the first sentence has one of three
    words, and yes everywhere else, in an empty answer too.
    """
    first = answer.strip().partition(".")[0].replace(",", "")
    return not {"No", "not", "no"} & set(first.split(" "))


def yes_no_numbers(
    answer: str, *, is_yes: bool, read: Callable[[str], bool | None] = read_yes_no
) -> dict[str, float]:
    """One answer among the four counts; what cannot be read is wrong."""
    is_right = read(answer) is is_yes
    name = f"{'yes' if is_yes else 'no'}_{'right' if is_right else 'wrong'}"
    return {number: float(number == name) for number in NUMBERS}


def balanced_accuracy(sums: Float[np.ndarray, "*more 4"]) -> Float[np.ndarray, "*more"]:
    """The mean of the shares that are right where yes and where no is right."""
    yes_right, yes_wrong, no_right, no_wrong = columns(sums)
    on_yes = ratio(yes_right, yes_right + yes_wrong)
    return np.asarray((on_yes + ratio(no_right, no_right + no_wrong)) / 2)


def precision(sums: Float[np.ndarray, "*more 4"]) -> Float[np.ndarray, "*more"]:
    """How often a yes is right; 0 where none was said."""
    yes_right, _, _, no_wrong = columns(sums)
    return ratio(yes_right, yes_right + no_wrong, nothing=0.0)


def recall(sums: Float[np.ndarray, "*more 4"]) -> Float[np.ndarray, "*more"]:
    """How often yes is said where it is right."""
    yes_right, yes_wrong, _, _ = columns(sums)
    return ratio(yes_right, yes_right + yes_wrong)


def f1(sums: Float[np.ndarray, "*more 4"]) -> Float[np.ndarray, "*more"]:
    """Of yes, as POPE reports it: an unreadable answer counts as the wrong one."""
    yes_right, yes_wrong, _, no_wrong = columns(sums)
    return ratio(2 * yes_right, 2 * yes_right + yes_wrong + no_wrong)


def yes_share(sums: Float[np.ndarray, "*more 4"]) -> Float[np.ndarray, "*more"]:
    """How often yes was said, if what cannot be read was the wrong one of the two."""
    yes_right, _, _, no_wrong = columns(sums)
    return ratio(yes_right + no_wrong, np.asarray(sums.sum(-1)))
