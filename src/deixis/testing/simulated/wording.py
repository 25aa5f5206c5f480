"""What a question wants, by its words: free wording, in English."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias, final

Want: TypeAlias = Literal["places", "words", "pointed", "number", "nothing"]
PLACE = re.compile(
    r"\b(where|whereabouts|locat\w*|find|detect\w*|ground\w*|point\w*|click\w*|tap|taps|press|"
    r"box|boxes|bbox\w*|box_2d|bounding|coordinates?|positions?|regions?|area|centre|center|"
    r"highlight)\b",
    re.IGNORECASE,
)
ASKS = re.compile(
    r"\b(what|which|who|whose|how|why|when|read|describe|identify)\b|^\W*(is|are|do|does|has)\b",
    re.IGNORECASE,
)
ASKS_WHAT = re.compile(r"\b(what|which|who|name|identify|describe|tell me)\b", re.IGNORECASE)
COUNTS = re.compile(r"\bhow many\b|\bcount\b|\bnumber of\b", re.IGNORECASE)
BOX = re.compile(r"\b(box|boxes|bbox\w*|bounding|box_2d|rectangle)\b", re.IGNORECASE)
POINT = re.compile(r"\b(point\w*|click\w*|tap|press|centre|center)\b", re.IGNORECASE)
MANY = re.compile(r"\b(all|every|each|instances)\b", re.IGNORECASE)
BEFORE_A_NAME = re.compile(
    r"\b(where|(coordinates?|positions?|locations?|place|cent(re|er)|(bounding )?box(es)?|points?)"
    r" (of|for|around|to|at))\W+(is |are )?(the |a |an |all |every |each )*\Z",
    re.IGNORECASE,
)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What a question wants: places of named things, words about one, the name of what is pointed
    at, a number, or nothing that a simulated model knows.

    `names` are those of the truth in the order of the text; `is_many` those of which all are
    wanted. `form`: "box" or "point" where one of them is asked for. `wants_place`: beside words.
    `rest` are the words without the names.
    """

    want: Want
    names: tuple[str, ...]
    form: Literal["box", "point", ""] = ""
    is_many: bool = False
    wants_place: bool = False
    rest: str


@lru_cache(maxsize=4096)
def wish_of(text: str, known: frozenset[str], *, is_pointed: bool) -> Wish:
    """The wish behind a question. `is_pointed`: something in it says or shows a place."""
    found, rest = names_in(text, known)
    names = tuple(dict.fromkeys(found))
    has_place = PLACE.search(rest) is not None
    is_direct = _is_direct(text, found)
    return Wish(
        want=_want(rest, bool(names), has_place, is_direct, is_pointed),
        names=names,
        form=_form(rest),
        is_many=MANY.search(rest) is not None or _has_plural(text, names),
        wants_place=has_place,
        rest=rest,
    )


def _want(rest: str, has_name: bool, has_place: bool, is_direct: bool, is_pointed: bool) -> Want:
    if has_name and is_direct and not COUNTS.search(rest):
        return "places"
    if is_pointed and (ASKS_WHAT.search(rest) or not has_name):
        return "pointed"
    if has_name and COUNTS.search(rest):
        return "number"
    if has_name:
        return "words" if _asks_first(rest) else "places"
    return "places" if has_place and not ASKS_WHAT.search(rest) else "nothing"


def _asks_first(rest: str) -> bool:
    """Whether the first sentence is a question of something else than a place."""
    place, asks = PLACE.search(rest), ASKS.search(rest)
    return asks is not None and (place is None or asks.start() < place.start())


def _form(rest: str) -> Literal["box", "point", ""]:
    box, point = BOX.search(rest) is not None, POINT.search(rest) is not None
    if box == point:
        return ""
    return "box" if box else "point"


def names_in(text: str, known: Iterable[str]) -> tuple[list[str], str]:
    """The known names in a text, in its order, the longest first; and the text without them."""
    places: list[tuple[int, str]] = []
    rest, words = text, " ".join(text.lower().split())
    for name in sorted(known, key=len, reverse=True):
        if " ".join(name.lower().split()) not in words:
            continue
        for match in _pattern(name).finditer(rest):
            places.append((match.start(), name))
        rest = _pattern(name).sub(lambda match: " " * len(match.group()), rest)
    return [name for _, name in sorted(places)], rest


@lru_cache(maxsize=4096)
def _pattern(name: str) -> re.Pattern[str]:
    words = r"\s+".join(re.escape(word) for word in name.split())
    return re.compile(rf"(?<!\w){words}(?:e?s)?(?!\w)", re.IGNORECASE)


def _is_direct(text: str, names: Iterable[str]) -> bool:
    """Whether the words before a name ask where it is ("the coordinates of the cup")."""
    for name in set(names):
        for match in _pattern(name).finditer(text):
            if BEFORE_A_NAME.search(text[: match.start()]):
                return True
    return False


def _has_plural(text: str, names: Iterable[str]) -> bool:
    return any(
        match.group().lower().split() != name.lower().split()
        for name in names
        for match in _pattern(name).finditer(text)
    )
