"""Words that nobody has checked, from pictures and files, are made harmless to show and to send."""

import re
import unicodedata
from functools import cache

JOINERS = "\u200c\u200d"  # without a shape of their own, yet letters of some scripts need them
# what tokens that open turns or stand for pictures begin with: <|im_start|>, </s>, [INST]
OPENING = re.compile(r"([<\[＜［﹤〈])(?=\S)")
BRACKETED = re.compile(r"\[(?=/?[A-Z][A-Z_]+\])")  # of Mistral's kind, whoever reads it
BREAK = "·"  # stands in a broken token
# what grounding models say places and their names with; it opens no turn and stands for no picture
PLACE = re.compile(
    r"<loc_?\d+>|<seg\d+>|<patch_index_\d+>|</?(?:ref|box|quad|phrase|object|poly|point)>"
    r"|<\|(?:object_ref|box|quad|point)_(?:start|end)\|>|<\|/?(?:ref|det)\|>"
)
HALVES = re.compile("[\ud800-\udfff]")
SHOWN = 60  # characters of a value that messages show
MOST_SHOWN, DEEPEST = 8, 2  # values of a list, lists within lists


def clean(text: str) -> str:
    """Words lose their control characters (also those that turn the direction of what follows),
    every run of blanks one space.
    """
    kept = (" " if letter.isspace() else letter for letter in text if _is_shown(letter))
    return " ".join("".join(kept).split())


def readable(text: str) -> str:
    """Words lose the same characters, and keep their lines and blanks."""
    lines = text.splitlines()
    return "\n".join("".join(filter(_is_shown, line)).expandtabs(4) for line in lines)


def plotted(words: str) -> str:
    """Words become labels of a plot: no sign of them is taken for a formula."""
    return clean(words).replace("$", r"\$")


def is_text(words: str) -> bool:
    """Whether words are Unicode: JSON can hold half a character, which nobody else can write."""
    return HALVES.search(words) is None


def shown(value: object) -> str:
    """Any value as messages show it: short, on one line, and cheap to make whatever it holds (a
    small file may hold a list that is gigabytes when written out, or one that holds itself).
    """
    text = _told(value, DEEPEST)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def _told(value: object, depth: int) -> str:
    if isinstance(value, str | bytes):
        return repr(value[: SHOWN + 1])
    if isinstance(value, int) and value.bit_length() > SHOWN * 4:
        return f"a number of {value.bit_length()} bits"
    if value is None or isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list) and len(value) <= MOST_SHOWN and depth:
        return f"[{', '.join(_told(one, depth - 1) for one in value)}]"
    return type(value).__name__


def defused(text: str, tokens: tuple[str, ...] = ()) -> str:
    """Clean words in which no token is left that a model could take for more than words: those
    given, and what looks like one of any model's, are broken after their first character.
    """
    plain = OPENING.sub(r"\1 ", clean(text))
    pattern = _any_of(tokens)
    while pattern is not None and pattern.search(plain):  # what is broken may be part of another
        plain = pattern.sub(_broken, plain)
    return plain


def unjoined(text: str, tokens: tuple[str, ...], *, any_case: bool = False) -> str:
    """The text stays as it is, but for a space within each of these tokens that stands in it."""
    pattern = _one_of(tokens, any_case)
    while pattern is not None and pattern.search(text):  # what is broken may be part of another
        text = pattern.sub(_spaced, text)
    return text


def sayable(label: str, tokens: tuple[str, ...]) -> str:
    """A label that may be said in a prompt: none of these tokens is left in it, in any case, nor
    what Mistral's family takes for turns.
    """
    return unjoined(BRACKETED.sub("[ ", label), tokens, any_case=True)


def _spaced(found: re.Match[str]) -> str:
    word = found[0]
    at = len(word) - len(word.lstrip()) + 1
    return f"{word[:at]} {word[at:]}" if word[at:].strip() else f"{word[: at - 1]}{BREAK}"


def _broken(found: re.Match[str]) -> str:
    word = found[0]
    return f"{word[0]}{BREAK}{word[1:]}" if len(word) > 1 else BREAK


@cache
def _any_of(tokens: tuple[str, ...]) -> re.Pattern[str] | None:
    kept = {token for token in map(clean, tokens) if not OPENING.match(token)} - {"", BREAK}
    return _alternatives(kept, re.IGNORECASE)


@cache
def _one_of(tokens: tuple[str, ...], any_case: bool) -> re.Pattern[str] | None:
    kept = {token for token in tokens if token.strip() not in ("", BREAK)}
    return _alternatives(kept, re.IGNORECASE if any_case else re.NOFLAG)


def _alternatives(tokens: set[str], flags: re.RegexFlag) -> re.Pattern[str] | None:
    longest = sorted(tokens, key=lambda token: (-len(token), token))
    return re.compile("|".join(map(re.escape, longest)), flags) if tokens else None


def _is_shown(letter: str) -> bool:
    return letter in JOINERS or letter.isspace() or unicodedata.category(letter)[0] != "C"
