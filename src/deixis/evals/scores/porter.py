"""An English word is reduced to its stem by the rules of Porter (1980)."""

import re
from functools import lru_cache

STEP_2 = (
    *(("ational", "ate"), ("tional", "tion"), ("enci", "ence"), ("anci", "ance"), ("izer", "ize")),
    *(("abli", "able"), ("alli", "al"), ("entli", "ent"), ("eli", "e"), ("ousli", "ous")),
    *(("ization", "ize"), ("ation", "ate"), ("ator", "ate"), ("alism", "al"), ("iveness", "ive")),
    *(("fulness", "ful"), ("ousness", "ous"), ("aliti", "al"), ("iviti", "ive"), ("biliti", "ble")),
)
STEP_3 = (
    *(("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic")),
    *(("ful", ""), ("ness", "")),
)
STEP_4 = (
    *("ement", "ance", "ence", "able", "ible", "ment", "ant", "ent", "ism", "ate", "iti", "ous"),
    *("ive", "ize", "ion", "al", "er", "ic", "ou"),
)


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """The word has to be in lower case."""
    if len(word) < 3 or not word.isascii() or not word.isalpha():
        return word
    for step in (_plural, _past, _final_y):
        word = step(word)
    word = _replaced(word, STEP_2)
    word = _replaced(word, STEP_3)
    return _without_final_e(_without_suffix(word))


def _shape(part: str) -> str:
    """Each letter becomes c or v, and runs become one."""
    kinds = ""
    for place, letter in enumerate(part):
        is_vowel = letter in "aeiou" or (letter == "y" and place > 0 and kinds[-1] == "c")
        kinds += "v" if is_vowel else "c"
    return kinds


def _measure(part: str) -> int:
    """A run of consonants follows one of vowels so many times."""
    return len(re.findall("v+c+", _shape(part)))


def _ends_short(part: str) -> bool:
    """The word ends in consonant, vowel, consonant, the last not w, x or y."""
    return _shape(part)[-3:] == "cvc" and part[-1] not in "wxy"


def _ends_double(part: str) -> bool:
    return len(part) > 1 and part[-1] == part[-2] and _shape(part)[-1] == "c"


def _plural(word: str) -> str:
    for ending, new in (("sses", "ss"), ("ies", "i"), ("ss", "ss"), ("s", "")):
        if word.endswith(ending):
            return word[: -len(ending)] + new
    return word


def _past(word: str) -> str:
    if word.endswith("eed"):
        return word[:-1] if _measure(word[:-3]) > 0 else word
    for ending in ("ed", "ing"):
        part = word.removesuffix(ending)
        if part != word:
            return _mended(part) if "v" in _shape(part) else word
    return word


def _mended(part: str) -> str:
    """What is left after -ed or -ing is made a word again."""
    if part.endswith(("at", "bl", "iz")):
        return part + "e"
    if _ends_double(part) and part[-1] not in "lsz":
        return part[:-1]
    return part + "e" if _measure(part) == 1 and _ends_short(part) else part


def _final_y(word: str) -> str:
    return word[:-1] + "i" if word.endswith("y") and "v" in _shape(word[:-1]) else word


def _replaced(word: str, endings: tuple[tuple[str, str], ...]) -> str:
    for ending, new in endings:
        if word.endswith(ending):
            part = word[: -len(ending)]
            return part + new if _measure(part) > 0 else word
    return word


def _without_suffix(word: str) -> str:
    for ending in STEP_4:
        if word.endswith(ending):
            part = word[: -len(ending)]
            is_held = ending == "ion" and not part.endswith(("s", "t"))
            return part if _measure(part) > 1 and not is_held else word
    return word


def _without_final_e(word: str) -> str:
    if word.endswith("e"):
        part = word[:-1]
        if _measure(part) > 1 or (_measure(part) == 1 and not _ends_short(part)):
            word = part
    return word[:-1] if word.endswith("ll") and _measure(word) > 1 else word
