"""Which of lettered choices an answer takes."""

import re
from collections.abc import Sequence

from deixis.evals.scores.plain import plain, without_articles

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ALONE = re.compile(r"[\s\W_]*([A-Za-z])[\s\W_]*")
LEADING = re.compile(r"[\s\W_]*([A-Z])\s*[.):,\]*-]")
SAID = re.compile(
    r"\b(?:answer|option|choice)\b(?:\s+is)?(?:\s+(?:option|choice))?\s*[:=]?[\s*(\[]*([A-Z])\b(?!')",
    re.IGNORECASE,
)
BRACKETED = re.compile(r"[(\[]([A-Z])[)\]]")


def read_letter(answer: str, choices: Sequence[str]) -> str | None:
    """The letter that an answer takes, or None where it is not clear which.

    Understood are a letter alone ("B", "(b)", "B."), one that leads ("B. the cup"), one that is
    announced ("the answer is B"), the only one in brackets, and the words of one choice.
    """
    allowed = LETTERS[: len(choices)]
    alone = ALONE.fullmatch(answer)
    if alone:
        return _known(alone[1], allowed)
    leading = LEADING.match(answer)
    if leading and leading[1] in allowed:
        return leading[1]
    for pattern in (SAID, BRACKETED):
        found = {letter.upper() for letter in pattern.findall(answer)} & set(allowed)
        if len(found) == 1:
            return found.pop()
    return _by_words(answer, choices)


def _known(letter: str, allowed: str) -> str | None:
    return letter.upper() if letter.upper() in allowed else None


def _by_words(answer: str, choices: Sequence[str]) -> str | None:
    """The letter of the one choice whose words are the answer, or are in it."""
    said = without_articles(answer)
    forms = [without_articles(choice) for choice in choices]
    same = [place for place, form in enumerate(forms) if form == said]
    within = [place for place, form in enumerate(forms) if form and f" {form} " in f" {said} "]
    # a choice whose words are part of another's is not meant where the longer one is said
    longest = [p for p in within if not any(forms[p] in forms[q] and p != q for q in within)]
    for found in (same, longest):
        if len(found) == 1 and plain(answer):
            return LETTERS[found[0]]
    return None
