"""How far two answers to one question say the same, by their words.

Both are put in lower case, without marks, articles and other words that say nothing by themselves;
numbers are compared as numbers. The agreement is the share of the shorter answer's words that the
longer one has, with and without the words of the question, whichever is less: an answer in one word
agrees with the sentence that holds it, and two sentences do not agree by what they repeat of the
question. It is 0 where one says a number that the other does not, or where one of them says no.
"""

import re
import unicodedata

from deixis.core.answer_text import answered

WORD = re.compile(r"[^\W_]+(?:(?:['’]|(?<=\d)[.,](?=\d))[^\W_]+)*")
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
SILENT = """
a an the it its this that these those there here is are was were be been of in on at to and or as by
for with from i you we can see seen shown show shows picture image photo photograph appears appear
answer which what who
"""
NEGATIONS = """
no not none never nothing nobody neither nor without cannot can't don't doesn't isn't aren't wasn't
weren't couldn't unable sorry unclear unknown
"""
# "one" is more often a thing than a number
FIGURES = {
    **{"zero": "0", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6"},
    **{"seven": "7", "eight": "8", "nine": "9", "ten": "10", "eleven": "11", "twelve": "12"},
}
SILENT_WORDS, NEGATIVE_WORDS = frozenset(SILENT.split()), frozenset(NEGATIONS.split())


def agreement(question: str, one: str, other: str) -> float:
    """How far two answers to a question agree, 0..1."""
    first, second = _words(one), _words(other)
    if not first or not second:
        return 0.0
    if bool(NEGATIVE_WORDS & set(first)) != bool(NEGATIVE_WORDS & set(second)):
        return 0.0
    if not _same_numbers(first, second):
        return 0.0
    asked = set(_words(question))
    rest = [[word for word in words if word not in asked] for words in (first, second)]
    whole = _shared(first, second)
    return min(whole, _shared(*rest)) if all(rest) else whole


def _words(text: str) -> list[str]:
    """The words of an answer that say something, numbers in one form; all, if none does."""
    folded = unicodedata.normalize("NFKC", answered(text).text).casefold().replace("’", "'")
    found = [_number(FIGURES.get(word, word)) for word in WORD.findall(folded)]
    return [word for word in found if word not in SILENT_WORDS] or found


def _number(word: str) -> str:
    """A number without the signs that group its digits, and without zeros at its end."""
    if not NUMBER.fullmatch(word):
        return word
    plain = word.replace(",", "") if GROUPED.fullmatch(word) else word.replace(",", ".")
    if plain.count(".") == 1:
        plain = plain.rstrip("0").rstrip(".")
    return plain.lstrip("0") or "0"


def _same_numbers(first: list[str], second: list[str]) -> bool:
    """Whether the answer with fewer numbers says none that the other does not; two that say any
    both do.
    """
    one, other = ({word for word in words if word[0].isdigit()} for words in (first, second))
    if bool(one) != bool(other):
        return False
    return one <= other or other <= one


def _shared(first: list[str], second: list[str]) -> float:
    """The share of the shorter one's words, each once, that the longer has."""
    shorter, longer = sorted((set(first), set(second)), key=len)
    return len(shorter & longer) / len(shorter)
