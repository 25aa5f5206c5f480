"""The commonest answers have a plain form, in which they are read at once: here are the forms.

A form is said as data, by patterns; `plain_answers` reads them. What is not wholly of a form is
left to the scanner, which reads the plain ones to the same places: tests hold both against each
other. Labels and prose of a form hold nothing that begins a draft, and prose no bracket.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, final

from deixis.coordinates.groups import Form
from deixis.coordinates.records import TOOL_KEYS, TYPING_KEYS
from deixis.coordinates.vocabulary import (
    EDGE_KEYS,
    EXTENT_KEYS,
    LABEL_KEYS,
    PLACE_KEYS,
    POINT_EDGES,
)
from deixis.core.answer_text import CONTROL

FOUR = "abcd"
NUMBER = r"-?[0-9]{1,7}+(?:\.[0-9]{1,17}+)?+"
TOO_LONG = re.compile(r"[0-9.]{20}")  # more than 18 digits are no number
NAME = r"[^<◁\[]*+(?:\[(?![/TtIS])[^<◁\[]*+)*+"  # neither <think> nor [INST]
LETTERS = r"[^\"\\<◁\[\x00-\x1f]*+"
SAID = rf"{LETTERS}(?:\[(?![/TtIS]){LETTERS})*+"  # the same in double quotes
PROSE = r"(?P<prose>[^\[({<◁（［【]*+)"
CONTROLS = rf"(?:\s|{CONTROL.pattern})*+"
BEGIN = CONTROLS + PROSE
END = PROSE + CONTROLS + r"\Z"
COMMA = r"\s*+,\s*+"
APART = r"(?:\s*+,\s*+|\s++)"


def four(apart: str, before: str = "", after: str = "", *, named: bool = True) -> str:
    """Four numbers stand each between these, and apart by that."""
    return apart.join(
        f"{before}(?P<{name}>{NUMBER}){after}" if named else f"{before}{NUMBER}{after}"
        for name in FOUR
    )


def two_or_four(apart: str, before: str = "", after: str = "") -> str:
    """Four numbers, or the first two."""
    a, b, c, d = (f"{before}(?P<{name}>{NUMBER}){after}" for name in FOUR)
    return rf"{a}{apart}{b}(?:{apart}{c}{apart}{d})?+"


@final
@dataclass(frozen=True, kw_only=True)
class PlainForm:
    """Answers of this form are `begin`, pieces one after another, and `end`: patterns, which are
    compiled when the first answer is read, not when Deixis starts.

    A piece's groups are its numbers a, b, c, d (or a and b), the letters of its `place`, its name
    as `label` (or `before`), its `key` or `tag`, the `prose` in front of it, and more places under
    its name as `rest`, in which each is `more`. `begin` and `end` tell of the same brackets around
    all, `listed` and `wrapped`. `names_from` tells how a name is written; it goes on to the places
    that follow where it stands in tags. What else a group of the numbers is, is told here as well.
    """

    piece: str
    form: Form
    begin: str = CONTROLS
    end: str = END
    more: str | None = None
    names_from: Literal["json", "tags", "line", "none"] = "none"
    tag: str | None = None
    prefix: str | None = None
    names: tuple[str, ...] = ()

    @cached_property
    def opening(self) -> re.Pattern[str]:
        """`begin`, compiled."""
        return re.compile(self.begin)

    @cached_property
    def one(self) -> re.Pattern[str]:
        """`piece`, compiled."""
        return re.compile(self.piece)

    @cached_property
    def another(self) -> re.Pattern[str]:
        """`more`, compiled."""
        assert self.more is not None
        return re.compile(self.more)

    @cached_property
    def closing(self) -> re.Pattern[str]:
        """`end`, compiled."""
        return re.compile(self.end)

    @cached_property
    def fields(self) -> tuple[int, ...]:
        """Where a piece's groups for its name and its four numbers stand."""
        return tuple(self.one.groupindex[name] for name in ("label", *FOUR))

    def index(self, group: str) -> int:
        """A group of its pieces stands there; 0 where they have none of the name."""
        return self.one.groupindex.get(group, 0)


def any_of(words: Iterable[str]) -> str:
    """One of these words, the longest first."""
    return "|".join(sorted(words, key=len, reverse=True))


# JSON

OWN_KEYS = {*PLACE_KEYS, *LABEL_KEYS, *EXTENT_KEYS, *TOOL_KEYS, *TYPING_KEYS}
OWN_KEYS |= {name for names in (*EDGE_KEYS, *POINT_EDGES) for name in names}
KEY = rf"\"(?!(?:{any_of(OWN_KEYS)})\")[a-z_][a-z0-9_]*+\"\s*+:\s*+"
TEXT = r"\"[^\"\\<◁\[({（［【\x00-\x1f]*+\""
OTHER = rf"{KEY}(?:{TEXT}|{NUMBER}|true|false|null)"
LABEL_KEY = rf"\"(?:{any_of(LABEL_KEYS)})\"\s*+:\s*+"
NO_JSON = r"(?!\s*+(?:\{[\"']|\[\{|``))"
BEFORE = rf"(?:{LABEL_KEY}\"{NO_JSON}(?P<before>{SAID})\"{COMMA})?+(?:{OTHER}{COMMA})*+"
AFTER = (
    rf"(?:{COMMA}{LABEL_KEY}\"{NO_JSON}(?(before)(?!))(?P<label>{SAID})\")?+"
    rf"(?:{COMMA}{OTHER})*+"
)
LISTED_KEYS = r"\"(?:objects|boxes|points|items|detections|results)\"\s*+:\s*+"
BEGIN_LIST = (
    rf"{BEGIN}(?P<wrapped>\{{\s*+(?:{OTHER}{COMMA})*+{LISTED_KEYS}(?=\[))?+(?P<listed>\[\s*+)?+"
)
END_LIST = rf"(?P<listed>\])?+\s*+(?P<wrapped>(?:{COMMA}{OTHER})*+\s*+\}})?+{END}"
NEXT = r"(?:\s*+,)?+\s*+"
LIST_KEYS = "bbox_2d|box_2d|point_2d|bounding_box|bbox|box|point"

RECORDS = PlainForm(
    form="list",
    begin=BEGIN_LIST,
    piece=(
        rf"(?P<place>\{{\s*+(?:(?!\"(?:{LIST_KEYS})\"){BEFORE})?+\"(?P<key>{LIST_KEYS})\"\s*+:\s*+"
        rf"\[\s*+{two_or_four(COMMA)}\s*+\]{AFTER}\s*+\}}){NEXT}"
    ),
    end=END_LIST,
    names_from="json",
)
LISTS = PlainForm(
    form="list",
    begin=rf"{BEGIN}(?P<listed>\[\s*+(?=\[))?+",
    piece=rf"(?P<place>\[\s*+{four(COMMA)}\s*+\]){NEXT}(?P<label>(?!))?+",
    end=rf"(?P<listed>\])?+{END}",
)


def edge_records(names: tuple[str, str, str, str], quote: str) -> PlainForm:
    """Objects whose fields of these names, in such quotes, are the edges of a box."""
    edges = COMMA.join(
        rf"{quote}{name}{quote}\s*+:\s*+(?P<{at}>{NUMBER})"
        for name, at in zip(names, FOUR, strict=True)
    )
    before = rf"(?:(?!{quote}{names[0]}){BEFORE})?+"
    return PlainForm(
        form="edges",
        begin=BEGIN_LIST.replace('\\"', quote),
        piece=rf"(?P<place>\{{\s*+{before}{edges}{AFTER}\s*+\}}){NEXT}",
        end=END_LIST,
        names_from="json",
        names=names,
    )


# tags

NO_NAME = "(?P<label>(?!))?+"
NAMED = r"(?P<label>[^<◁\[]*+(?:\[(?![/TtIS])[^<◁\[]*+)*+)"


def _named(start: str, end: str) -> str:
    """A name stands between these tokens, or there is none."""
    return rf"(?:{re.escape(start)}{NAMED}{re.escape(end)}[ \n]*+)?+" if start else NO_NAME


def tagged_lists(label: tuple[str, str], place: tuple[str, str], tag: str) -> PlainForm:
    """A name, and one list or several in a list, each between its tokens."""
    start, end = map(re.escape, place)
    return PlainForm(
        form="list",
        piece=(
            rf"{PROSE}{_named(*label)}{start}\s*+\[\s*+(?P<place>\[\s*+{four(COMMA)}\s*+\])"
            rf"(?P<rest>(?:{COMMA}\[\s*+{four(COMMA, named=False)}\s*+\])*+)\s*+\]\s*+{end}"
        ),
        more=rf"(?P<place>\[\s*+{four(COMMA)}\s*+\]){NO_NAME}",
        names_from="tags",
        tag=tag,
    )


def tagged_corners(label: tuple[str, str], place: tuple[str, str], tag: str) -> PlainForm:
    """A name, and two corners in round brackets, each between its tokens."""
    start, end = map(re.escape, place)
    a, b, c, d = (rf"\s*+(?P<{name}>{NUMBER})\s*+" for name in FOUR)
    corners = rf"\({a},{b}\)\s*+,?+\s*+\({c},{d}\)"
    return PlainForm(
        form="corners",
        piece=rf"{PROSE}{_named(*label)}{start}\s*+(?P<place>{corners})\s*+{end}",
        names_from="tags",
        tag=tag,
    )


def tagged_numbers(label: tuple[str, str], tags: Iterable[str]) -> PlainForm:
    """A name, and bare numbers in one of these tags."""
    place = rf"<(?P<tag>{any_of(tags)})>\s*+{two_or_four(APART)}\s*+</(?P=tag)>"
    return PlainForm(
        form="plain",
        piece=rf"{PROSE}{_named(*label)}(?P<place>{place})",
        names_from="tags",
    )


# tokens

DIGITS = "[0-9]{1,6}+"


def _tokens(prefix: str) -> tuple[str, str, str, str]:
    a, b, c, d = (rf"<{prefix}(?P<{name}>{DIGITS})>" for name in FOUR)
    return a, b, c, d


def tagged_tokens(label: tuple[str, str], place: tuple[str, str], tag: str) -> PlainForm:
    """A name, and two or four tokens, or several fours with commas between."""
    start, end = map(re.escape, place)
    a, b, c, d = _tokens("")
    more = rf"(?:\s*+,\s*+(?:<{DIGITS}>){{4}}+)*+"
    return PlainForm(
        form="tokens",
        piece=(
            rf"{PROSE}{_named(*label)}{start}(?P<place>{a}{b}(?:{c}{d})?+)(?P<rest>{more}){end}"
        ),
        more=rf"(?P<place>{a}{b}{c}{d}){NO_NAME}",
        names_from="tags",
        tag=tag,
        prefix="",
    )


def tokens_after_name(prefix: str) -> PlainForm:
    """Each name is a line, and four tokens follow it."""
    tokens = "".join(_tokens(prefix))
    return PlainForm(
        form="tokens",
        piece=rf"(?P<prose>{NAMED})(?P<place>{tokens})(?:(?!\s*+<)|(?={CONTROLS}\Z))",
        names_from="line",
        prefix=prefix,
    )


def tokens_before_name(prefix: str) -> PlainForm:
    """Four tokens or several fours, and a name up to a semicolon or the line's end."""
    tokens = "".join(_tokens(prefix))
    more = rf"(?:(?:<{prefix}{DIGITS}>){{4}}+)*+"
    name = r"(?P<label>[^<◁\[;\n]*+(?:\[(?![/TtIS])[^<◁\[;\n]*+)*+)"
    return PlainForm(
        form="tokens",
        begin=rf"{CONTROLS}(?P<prose>{NAME})",
        piece=(
            rf"(?P<place>{tokens})(?P<rest>{more})(?P<prose>{name}{NAME})"
            rf"(?:(?=<{prefix}[0-9])|(?={CONTROLS}\Z))"
        ),
        more=rf"(?P<place>{tokens}){NO_NAME}",
        names_from="line",
        prefix=prefix,
    )
