"""Markdown shows words that nobody has checked as they are: nothing that they hold is obeyed."""

import re
import unicodedata

from deixis.core.untrusted_text import clean

# starts code, emphasis, links, pictures, tags, a cell, a struck word, or takes a sign's meaning
SIGNS = re.compile(r"[\\`*\[\]<|~]|(?<![^\W_])_|_(?![^\W_])|&(?=#|\w+;)")
# makes of a line a heading, a quote, an item or a rule
OPENING = re.compile(
    r"^(?:>|#(?=#{0,5}(?:\s|$))|[+-](?=\s|$)|[=-](?=[=\s-]*$)|\d+(?=[.)](?:\s|$)))"
)
# what becomes a link although nothing says that it is one
ADDRESS = re.compile(r"(?<=:)(?=//)|(?<=www)(?=\.)|(?<=mailto)(?=:)", re.IGNORECASE)


def words(text: str) -> str:
    """Words stand in a paragraph, an item or a cell of a table on one line, without control
    characters.
    """
    plain = SIGNS.sub(r"\\\g<0>", clean(text))
    return OPENING.sub(_held, ADDRESS.sub(r"\\", plain))


def code(text: str) -> str:
    """Words stand in backticks; what would end them, or a cell, is words instead."""
    plain = clean(text)
    return words(plain) if not plain or "`" in plain or "|" in plain else f"`{plain}`"


def block(text: str) -> str:
    """A text becomes a block of code, whatever its lines hold; control characters are written as
    their codes.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(f"    {''.join(map(_visible, line))}" for line in lines)


def _held(found: re.Match[str]) -> str:
    """A sign stands behind a backslash; a number stays, and the sign behind it is held so."""
    sign = found[0]
    return f"{sign}\\" if sign.isdigit() else f"\\{sign}"


def _visible(letter: str) -> str:
    return letter if unicodedata.category(letter)[0] != "C" else ascii(letter)[1:-1]
