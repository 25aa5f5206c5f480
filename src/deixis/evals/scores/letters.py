"""An answer to lettered choices is read for the letter that it takes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import final

from deixis.evals.scores.choice_words import NamedChoices, named_choices, tidy

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
REACH = 100  # letters of the text before a letter that are looked at
DRESS = r"[\s\"'`*_$(\[{<]*"
UNDRESS = r"[\s\"'`*_$)\]}]*"
# Chinese, Japanese and Korean words touch a letter without being one word with it
JOINED = r"[^\W_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
OPENERS, CLOSERS = "\"'`*_([{", "\"'`*_)]}"
FIRST = re.compile(r"[^\W_]")
LETTER = re.compile(rf"(?<!{JOINED})(?<!{JOINED}')([A-Za-z])(?!{JOINED}|'{JOINED})")
# goes on as a word: "A-frame", "A.M.", "C++", "F#"
GOES_ON = re.compile(r"[-\u2010\u2011][^\W_]|\.[^\W_]\.|[+#]")
CLOSED = re.compile(r"[\s*_`\"'$]*(?:[.,;:!?)\]}>/<&|\u2013\u2014-]|\Z)|[^\S\n]*\n")
LEAD_CLOSED = re.compile(r"\*|[\s*_`\"']*[.):,\]\u2013\u2014-]|[^\S\n]*\n|[\W_]*\Z")
LOWER_LEAD_CLOSED = re.compile(r"[*_`\"']*[.):\]]|[\W_]*\Z")
LINE_START = re.compile(rf"(?:\A|\n){DRESS}\Z")
OPENING = re.compile(r"[\s*_`\"')\].:,\u2013\u2014-]*(?:(?:a|an|the)\s+)?", re.IGNORECASE)
NEXT_WORD = re.compile(r"[\s*_`\"']+([^\W\d_]+)")
# two letters are English words too; these follow the letter and never the word
AFTER_A = """
    is was are were has had does shows looks seems appears contains would should could can will
    cannot because since as and or nor but for with in on at by to of from that which who so if
    when while where therefore thus due being here"""
SPEAKING = {
    "A": frozenset(AFTER_A.split()),
    "I": frozenset(["is", "has", "shows", "because", "since", "and", "or"]),
}
REASONS = frozenset(["because", "since", "as", "is"])
SINGULAR = frozenset(
    ["is", "was", "has", "had", "does", "shows", "looks", "seems", "would", "can", "cannot"]
)
ADVERB = r"(?:(?:clearly|probably|definitely|likely|most likely|thus|therefore|simply|indeed)\s+)?"
NOUN = r"(?:(?:the\s+)?(?:correct\s+|right\s+|best\s+)?(?:letter|option|choice|answer)\s*:?\s*)?"
NO_LIST = r"(?:(?!\b(?:choices|options|either)\b)[^.!?\n])*?"
ANNOUNCED = re.compile(
    rf"(?:\b(?:answer|choice|option|selection|pick)\b{NO_LIST}(?:\b(?:is|be|was)\b|'s\b|[:=])"
    r"|\b(?:choose|chose|pick|picked|select|selected|take|(?:go|going|went) (?:with|for))\b"
    r"|答案(?:是|为|為|选|選)?\s*:?|(?:选|選)(?:择|擇|项|項)?\s*:?"
    rf"|boxed\{{(?:\\text\{{)?|<answer>)\s*[*_]*:?\s*(?:either\s+)?{ADVERB}{NOUN}{DRESS}\Z",
    re.IGNORECASE,
)
POINTED = re.compile(  # before a letter that ends its sentence
    r"\b(?:(?:it|that|this)(?:'s| is| must be| would be| should be| has to be)"
    r"|think|say|guess|believe|so|thus|hence|therefore|probably|maybe)"
    rf",?\s+{ADVERB}{NOUN}{DRESS}\Z",
    re.IGNORECASE,
)
LAST_WORD = re.compile(rf"\w:{DRESS}\Z"), re.compile(r"[\W_]*\Z")  # "Antwort: B"
PRAISED = re.compile(
    rf"{UNDRESS}(?:is|seems|looks|would be|must be)\s+(?:\w+\s+)?"
    r"(?:correct|right|answer|best|true)\b",
    re.IGNORECASE,
)
MENTIONED = re.compile(rf"\b(?:option|choice|answer|letter)\b\s*[:=]?{DRESS}\Z", re.IGNORECASE)
OPTION = re.compile(rf"\boption{DRESS}\Z", re.IGNORECASE)
JOIN = re.compile(
    r"[\s)\]*_`\"'.]*(,\s*(?:and|or)\b|\band/or\b|\band\b|\bor\b|,|/|&|\|)"
    rf"\s*(?:(?:the\s+)?(?:option|choice|answer|letter))?{DRESS}",
    re.IGNORECASE,
)
INSTEAD = re.compile(rf"[\s)\]*_`\"',]*\bbut\s+(?:rather\s+|it is\s+)?{NOUN}{DRESS}", re.IGNORECASE)
DENIED_BEFORE = re.compile(
    r"(?:\bnot|n't|\bnever|\bcannot|\bneither|\bnor|\bwithout|\brather than|\binstead of|\bexcept)"
    rf"\s+(?:(?!but\b)\w+\s+){{0,3}}?(?:option|choice|answer|letter)?{DRESS}\Z",
    re.IGNORECASE,
)
DENIED_AFTER = re.compile(
    rf"{UNDRESS}(?:is|was|are|be|can|does)(?:n't|\s*not)\b(?!\s+only)"
    rf"|{UNDRESS}(?:is|was|are|seems|looks)\s+(?:\w+\s+)?(?:wrong|incorrect|false)\b",
    re.IGNORECASE,
)


class Weight(IntEnum):
    """A letter is said to be the answer more or less clearly, from the clearest on."""

    ANNOUNCED = 0
    LEADING = 1
    BRACKETED = 2
    MENTIONED = 3
    BARE = 4  # says nothing by itself


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class _Said:
    """A choice's letter stands in an answer; it `heads` what follows, as in a list of all
    choices.
    """

    letter: str
    at: int
    weight: Weight
    is_denied: bool
    heads: bool


def read_letter(answer: str, choices: Sequence[str]) -> str | None:
    """An answer takes this letter, or None where it is not clear which.

    These are understood: the words of one choice alone, a letter alone ("B", "(b)", "B."), one that
    is announced ("the answer is B", "I choose B", "B is correct"), one that leads ("B. the cup"),
    the only one in brackets, the only one named ("option B"), and the words of one choice within a
    sentence. "A" before a word is an article. Two letters as clear as each other, or the words of
    two choices, are no answer; a letter or choice that is denied ("not A") is none either.
    """
    text = tidy(answer)
    named = named_choices(text, choices)
    if named.whole is not None:
        return LETTERS[named.whole]
    said = _letters(text, named, LETTERS[: len(choices)])
    taken = [one for one in said if not one.is_denied]
    for weight in Weight:
        found = {one.letter for one in taken if one.weight is weight}
        if found and weight is not Weight.BARE:
            letter = found.pop()
            return None if found or _is_contested(letter, weight, taken) else letter
    only = None if named.only is None else LETTERS[named.only]
    return None if any(one.is_denied and one.letter == only for one in said) else only


def _is_contested(letter: str, weight: Weight, taken: Sequence[_Said]) -> bool:
    """Another letter stands in the way: a letter that leads is contested by others that head
    what follows them (all choices are written out), and an announced one by one that leads.
    """
    others = [one for one in taken if one.letter != letter]
    if weight is Weight.LEADING:
        return any(one.heads for one in others)
    if weight is not Weight.ANNOUNCED:
        return False
    leading = [one for one in others if one.weight is Weight.LEADING]
    return bool(leading) and not any(one.heads and one not in leading for one in taken)


def _letters(text: str, named: NamedChoices, allowed: str) -> list[_Said]:
    """The letters of choices are found in a text, apart from those within a choice's own words."""
    inside = [one for one in named.named if one.num_words > 1]
    starts = {(one.choice, one.start) for one in named.named}
    first = FIRST.search(text)
    found: list[_Said] = []
    place = 0
    for match in LETTER.finditer(text):
        at, letter = match.start(), match[1].upper()
        while place < len(inside) and inside[place].end <= at:
            place += 1
        is_word = place < len(inside) and inside[place].start <= at
        if letter not in allowed or is_word or not _is_letter(text, at):
            continue
        opens = OPENING.match(text, at + 1)
        own_words = opens is not None and (allowed.index(letter), opens.end()) in starts
        one = _Said(
            letter=letter,
            at=at,
            weight=_weight(text, at, leads=first is not None and first.start() == at),
            is_denied=_is_denied(text, at),
            heads=own_words
            or (_opens_line(text, at) and LEAD_CLOSED.match(text, at + 1) is not None),
        )
        if found:
            one = _joined(text, found, one)
        found.append(one)
    return found


def _joined(text: str, found: list[_Said], one: _Said) -> _Said:
    """A letter that "or", "and" or a comma joins to the one before weighs as much as that one,
    and the other way round; "not A or B" denies both.
    """
    last = found[-1]
    if one.at - last.at > REACH:
        return one
    if last.is_denied and INSTEAD.fullmatch(text, last.at + 1, one.at):
        return replace(one, weight=min(one.weight, Weight.MENTIONED))
    join = JOIN.fullmatch(text, last.at + 1, one.at)
    if join is None:
        return one
    is_or = join[1].lower().endswith("or")
    after = NEXT_WORD.match(text, one.at + 1)
    if not is_or and after is not None and after[1].lower() in SINGULAR:
        return one
    if last.is_denied and is_or:
        return replace(one, is_denied=True)
    if last.is_denied or one.is_denied:
        return one
    weight = min(one.weight, last.weight)
    found[-1] = replace(last, weight=weight)
    return replace(one, weight=weight)


def _is_letter(text: str, at: int) -> bool:
    """A lone letter is a choice's, and not an article, a pronoun or a part of a word."""
    if GOES_ON.match(text, at + 1):
        return False
    if at and text[at - 1] in OPENERS and text[at + 1 : at + 2] in tuple(CLOSERS):
        return True
    if text[at].upper() not in SPEAKING or CLOSED.match(text, at + 1):
        return True
    if text[at].isupper() and OPTION.search(text, max(0, at - REACH), at):
        return True
    after = NEXT_WORD.match(text, at + 1)
    return after is not None and after[1].lower() in SPEAKING[text[at].upper()]


def _weight(text: str, at: int, *, leads: bool) -> Weight:
    since = max(0, at - REACH)
    if ANNOUNCED.search(text, since, at) or PRAISED.match(text, at + 1):
        return Weight.ANNOUNCED
    if POINTED.search(text, since, at) and CLOSED.match(text, at + 1):
        return Weight.ANNOUNCED
    if LAST_WORD[0].search(text, since, at) and LAST_WORD[1].match(text, at + 1):
        return Weight.ANNOUNCED
    if leads and _leads(text, at):
        return Weight.LEADING
    if text[at - 1 : at] in ("(", "[") and text[at + 1 : at + 2] in (")", "]"):
        return Weight.BRACKETED
    return Weight.MENTIONED if MENTIONED.search(text, since, at) else Weight.BARE


def _leads(text: str, at: int) -> bool:
    """A letter is followed by what follows one at the head of a line."""
    if text[at].islower():
        return LOWER_LEAD_CLOSED.match(text, at + 1) is not None
    after = NEXT_WORD.match(text, at + 1)
    reasons = after is not None and after[1].lower() in REASONS
    return reasons or LEAD_CLOSED.match(text, at + 1) is not None


def _opens_line(text: str, at: int) -> bool:
    return LINE_START.search(text, max(0, at - REACH), at) is not None


def _is_denied(text: str, at: int) -> bool:
    before = DENIED_BEFORE.search(text, max(0, at - REACH), at)
    return before is not None or DENIED_AFTER.match(text, at + 1) is not None
