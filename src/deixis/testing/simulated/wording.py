"""What a question wants, by its words: free wording, in English."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias, final

Pointed: TypeAlias = Literal["surely", "perhaps", ""]
Want: TypeAlias = Literal["places", "words", "pointed", "number", "nothing"]
PLACE = re.compile(
    r"\b(where|whereabouts|locat\w*|locali\w*|find|detect\w*|ground\w*|point\w*|click\w*|tap|"
    r"press|box|boxes|bbox\w*|box_2d|bounding|coordinates?|positions?|regions?|places?|area|centre|"
    r"center|highlight|outline)\b|<\|ref\|>|<\|object_ref_start\|>",
    re.IGNORECASE,
)
ASKS = re.compile(
    r"\b(what|which|who|whose|how|why|when|read|describe|identify|name|tell me)\b|"
    r"^\W*(is|are|do|does|has)\b",
    re.IGNORECASE,
)
COUNTS = re.compile(r"\bhow many\b|^\W*count\b|\bwhat is the number of\b", re.IGNORECASE)
ONE = re.compile(r"\ba single\b|\bno more than 1\b|\bonly one\b", re.IGNORECASE)
BOX = re.compile(r"\b(box|boxes|bbox\w*|bounding|box_2d|rectangle)\b", re.IGNORECASE)
POINT = re.compile(r"\b(point\w*|click\w*|tap|press|centre|center)\b", re.IGNORECASE)
MANY = re.compile(
    r"\b(all|every|instances|each(?! (number|value|coordinate|side|a)\b))\b|OPEN_VOCABULARY",
    re.IGNORECASE,
)
COLOUR = re.compile(r"\bcolou?r\b", re.IGNORECASE)
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

    `names` are those of the truth in the order of the text. `is_many`: all things of a name are
    wanted; `is_one`: a single one. `form`: "box" or "point" where one of them is asked for.
    `wants_place`: beside words. `rest` are the words without the names.
    """

    want: Want
    names: tuple[str, ...]
    form: Literal["box", "point", ""] = ""
    is_many: bool = False
    is_one: bool = False
    wants_place: bool = False
    wants_colour: bool = False
    rest: str


@lru_cache(maxsize=4096)
def wish_of(text: str, known: frozenset[str], *, pointed: Pointed = "") -> Wish:
    """The wish behind a question. `pointed`: whether something in it says or shows a place."""
    found, rest = names_in(text, known)
    names = tuple(dict.fromkeys(found))
    has_place = PLACE.search(rest) is not None
    is_direct = _is_direct(text, found)
    return Wish(
        want=_want(rest, len(names), has_place, is_direct, pointed),
        names=names,
        form=_form(rest),
        is_many=MANY.search(rest) is not None or _has_plural(text, names),
        is_one=ONE.search(rest) is not None,
        wants_place=has_place,
        wants_colour=COLOUR.search(rest) is not None,
        rest=rest,
    )


def _want(rest: str, num_names: int, has_place: bool, is_direct: bool, pointed: Pointed) -> Want:
    asks_first = _asks_first(rest)
    if num_names and (is_direct or (has_place and not asks_first)) and not COUNTS.search(rest):
        return "places"
    is_pointed = pointed == "surely" or (pointed == "perhaps" and num_names != 1)
    if is_pointed and (num_names == 0 or asks_first):
        return "pointed"
    if num_names and COUNTS.search(rest):
        return "number"
    if num_names:
        return "words" if asks_first else "places"
    return "places" if has_place and not asks_first else "nothing"


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
