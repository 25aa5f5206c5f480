"""Choices are found in an answer by their words, which tells which of them it takes."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from deixis.core.answer_text import answered

ARTICLES = frozenset(["a", "an", "the"])
QUOTES = str.maketrans("‘’‛′“”„«»", '\'\'\'\'"""""')
# "t-shirt", "don't", "-3.5" and "1,000" are a word each, marks of sentences are none, "$" is one
WORD = re.compile(
    r"(?:(?<![^\W_)\]])[-+\u2212](?=\d))?"
    r"[^\W_]+(?:(?:['\u2010\u2011-]|(?<=\d)[.,](?=\d))[^\W_]+)*"
    r"|[^\w\s.,;:!?\"'`*(){}\[\]\u2013\u2014\u2026-]"
)
BREAK = re.compile(r"[.,;:!?\n\u2013\u2014]")
DENIALS = frozenset(["not", "never", "neither", "nor", "without", "cannot"])
DENYING_PAIRS = frozenset([("rather", "than"), ("instead", "of"), ("other", "than")])
DENIED_AFTER = re.compile(
    r"\s+(?:is|was|are|were)(?:n't|\s+not)(?:\s*[.,;!]|\s*\Z|\s+(?:the answer|correct|right|it)\b)"
    r"|\s+(?:is|was|are|were)\s+(?:wrong|incorrect)\b",
    re.IGNORECASE,
)
DENIAL_REACH = 5  # words before a choice, articles among them


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """A choice's words stand at this place of a text, and may be denied there ("not a cup")."""

    choice: int
    start: int
    end: int
    num_words: int
    is_denied: bool


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class NamedChoices:
    """`whole` is the choice that is all that was said; `named` has every choice in the text's
    order.
    """

    whole: int | None
    named: tuple[Named, ...]

    @property
    def only(self) -> int | None:
        """One choice alone has its words there, not denied."""
        found = {one.choice for one in self.named if not one.is_denied}
        return found.pop() if len(found) == 1 else None


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class _Word:
    text: str
    start: int
    end: int
    breaks_before: bool
    blank_after: bool


def tidy(answer: str) -> str:
    """Drafts are removed from the answer, and letters and quotes brought to one form."""
    return unicodedata.normalize("NFKC", answered(answer).text).translate(QUOTES)


def named_choices(text: str, choices: Sequence[str]) -> NamedChoices:
    """Choices are found in a tidy text by their words. Articles and case do not count, a choice
    within the words of a longer one is not meant, and "cup" is not in "cupboard".
    """
    said = _words(text)
    forms = [_without_articles(_words(tidy(one))) for one in choices]
    spoken = _without_articles(said)
    is_letter = len(spoken) <= 1 and len("".join(spoken)) <= 1
    same = [] if is_letter else [place for place, form in enumerate(forms) if form == spoken]
    spans = [span for place, form in enumerate(forms) for span in _spans(said, place, form)]
    return NamedChoices(
        whole=same[0] if len(same) == 1 else None,
        named=tuple(_named(text, said, _outermost(spans))),
    )


def _words(text: str) -> list[_Word]:
    found: list[_Word] = []
    at = 0
    for match in WORD.finditer(text):
        found.append(
            _Word(
                text=match.group().casefold(),
                start=match.start(),
                end=match.end(),
                breaks_before=BREAK.search(text, at, match.start()) is not None,
                blank_after=text[match.end() : match.end() + 1].isspace(),
            )
        )
        at = match.end()
    return found


def _without_articles(words: Sequence[_Word]) -> list[str]:
    """A word follows an article after a blank: in "vitamin A" and "A: cup" there is none."""
    last = len(words) - 1
    return [
        word.text
        for i, word in enumerate(words)
        if word.text not in ARTICLES or i == last or not word.blank_after
    ]


def _spans(said: Sequence[_Word], choice: int, form: Sequence[str]) -> list[tuple[int, int, int]]:
    """Each place of a choice's words is (first word, word after the last, choice)."""
    if not form or all(word in ARTICLES or word == "i" for word in form):
        return []
    ends = ((i, _end(said, i, form)) for i, word in enumerate(said) if word.text == form[0])
    return [(i, end, choice) for i, end in ends if end is not None]


def _end(said: Sequence[_Word], at: int, form: Sequence[str]) -> int | None:
    """The word after a choice's last one is found, if all its words follow from here."""
    matched = 0
    while matched < len(form):
        if at == len(said):
            return None
        if said[at].text == form[matched]:
            matched += 1
        elif said[at].text not in ARTICLES:
            return None
        at += 1
    return at


def _outermost(spans: Sequence[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Spans that no longer one covers are kept, in the text's order."""
    kept: list[tuple[int, int, int]] = []
    for span in sorted(spans, key=lambda span: (span[0], -span[1])):
        outer = kept[-1] if kept else None
        if outer is None or span[1] > outer[1] or span[:2] == outer[:2]:
            kept.append(span)
    return kept


def _named(text: str, said: Sequence[_Word], spans: Sequence[tuple[int, int, int]]) -> list[Named]:
    found: list[Named] = []
    before, before_denied = 0, False
    for first, end, choice in spans:
        if first < before:  # two choices of the same words
            is_denied = before_denied
        else:
            is_denied = _is_denied(said, before, first, goes_on=before_denied)
            is_denied = is_denied or DENIED_AFTER.match(text, said[end - 1].end) is not None
        found.append(
            Named(
                choice=choice,
                start=said[first].start,
                end=said[end - 1].end,
                num_words=end - first,
                is_denied=is_denied,
            )
        )
        before, before_denied = end, is_denied
    return found


def _is_denied(said: Sequence[_Word], since: int, at: int, *, goes_on: bool) -> bool:
    """A denial stands before the word, with nothing in between that ends it; with `goes_on`, an
    "or" after a denied choice denies the next as well.
    """
    for back in range(at, max(since, at - DENIAL_REACH), -1):
        if said[back].breaks_before or said[back - 1].text == "but":
            return False
        word, earlier = said[back - 1].text, said[back - 2].text if back >= 2 else ""
        if word in DENIALS or word.endswith("n't") or (earlier, word) in DENYING_PAIRS:
            return True
    between = [said[i].text for i in range(since, at) if said[i].text not in ARTICLES]
    return goes_on and between == ["or"]
