"""The words on signs: a lexicon of plain English words, and strings of random letters."""

from functools import cache
from pathlib import Path

from deixis.core.portable_rng import Draws

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SHORTEST, LONGEST = 3, 8
LONGEST_RANDOM = 6
EVERY_NOVEL = 10


@cache
def lexicon() -> tuple[str, ...]:
    """Every word that signs may say, in capitals and in the order of the alphabet."""
    text = Path(__file__).with_name("words.txt").read_text(encoding="utf-8")
    return tuple(text.upper().split())


def random_letters(draws: Draws) -> str:
    """A string that no lexicon helps to read."""
    count = draws.between(SHORTEST, LONGEST_RANDOM)
    return "".join(draws.pick(LETTERS) for _ in range(count))


def novel_words() -> tuple[str, ...]:
    """The words that no training picture has."""
    return lexicon()[EVERY_NOVEL - 1 :: EVERY_NOVEL]
