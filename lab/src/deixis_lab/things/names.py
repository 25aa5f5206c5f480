"""The names of things in plain English, with their categories, look-alikes and members.

`names.txt` and `members.txt` are tables that people read and edit; the order of the first gives
each name its place.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import final

from deixis.core.errors import UnknownNameError

HELD_OUT, BARE = "*", "~"
NAMES, MEMBERS = "names.txt", "members.txt"
HERE = Path(__file__).parent
SPOKEN_WITH_A = ("unicorn", "euro")
VOWELS = ("a", "e", "i", "o", "u", "hour", "x-ray")


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class ThingName:
    """What a kind of thing is called.

    `codes` are those of its members in Unicode; `look_alikes` names a group whose members only a
    closer look tells apart. A bare name is said without an article. What is held out by name, no
    training has met.
    """

    name: str
    category: str
    codes: tuple[str, ...]
    look_alikes: str | None
    synonyms: tuple[str, ...]
    is_bare: bool
    is_held_out: bool

    @property
    def group(self) -> str:
        """What is known of it by who knows groups alone: its look-alikes', or its category."""
        return self.look_alikes or self.category


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """One of those that a name stands for: "black cat" of "cat".

    Artists' drawings of it are called by its name or by one of `others`.
    """

    code: str
    name: str
    others: tuple[str, ...]


@cache
def thing_names() -> tuple[ThingName, ...]:
    """All of them, in the order of the table."""
    return tuple(read_names((HERE / NAMES).read_text(encoding="utf-8")))


@cache
def categories() -> tuple[str, ...]:
    """Those of all names."""
    return tuple(dict.fromkeys(named.category for named in thing_names()))


@cache
def named_in(category: str) -> tuple[str, ...]:
    """The names of a category."""
    return tuple(named.name for named in thing_names() if named.category == category)


@cache
def groups() -> tuple[str, ...]:
    """Those of all names."""
    return tuple(dict.fromkeys(named.group for named in thing_names()))


@cache
def members() -> dict[str, Member]:
    """The members of all names by their codes."""
    listed = {}
    for line in _lines((HERE / MEMBERS).read_text(encoding="utf-8")):
        code, name, others = _cells(line, 3)
        listed[code] = Member(code=code, name=name, others=_separated(others))
    return listed


def read_names(table: str) -> Iterator[ThingName]:
    """The names of a table that is written as `names.txt` is."""
    category = ""
    for line in _lines(table):
        if line.startswith("["):
            category = line.strip("[]")
            continue
        marked, codes, look_alikes, synonyms = _cells(line, 4)
        name = marked.rstrip(HELD_OUT + BARE)
        yield ThingName(
            name=name,
            category=category,
            codes=tuple(codes.split()),
            look_alikes=look_alikes or None,
            synonyms=_separated(synonyms),
            is_bare=BARE in marked[len(name) :],
            is_held_out=HELD_OUT in marked[len(name) :],
        )


def thing_named(name: str) -> ThingName:
    """The row of that name."""
    found = _by_name().get(name)
    if found is None:
        raise UnknownNameError(kind="thing", name=name, known=_by_name())
    return found


@cache
def name_of(code: str) -> str:
    """What a member is called in plain English."""
    return {code: named.name for named in thing_names() for code in named.codes}[code]


@cache
def bare_names() -> frozenset[str]:
    """Those that are said without an article: "scissors", "rice"."""
    return frozenset(named.name for named in thing_names() if named.is_bare)


def with_article(phrase: str) -> str:
    """A name, or a colour and a name, as one says it: "an orange cup", "scissors"."""
    if phrase in bare_names() or phrase.partition(" ")[2] in bare_names():
        return phrase
    vowel = phrase.lower().startswith(VOWELS) and not phrase.startswith(SPOKEN_WITH_A)
    return f"{'an' if vowel else 'a'} {phrase}"


@cache
def codes_by_drawing() -> dict[str, str]:
    """The code that a drawing's name in an artist's package stands for, by `plain_key`."""
    found = {}
    for member in members().values():
        for called in (member.name, *member.others):
            found[plain_key(called)] = member.code
    return found


def plain_key(name: str) -> str:
    """The letters and digits of a name: artists write "t-rex", "T. Rex" and "trex"."""
    return re.sub("[^a-z0-9]", "", name.lower())


@cache
def _by_name() -> dict[str, ThingName]:
    return {named.name: named for named in thing_names()}


def _lines(table: str) -> Iterator[str]:
    kept = (line.strip() for line in table.splitlines())
    return (line for line in kept if line and not line.startswith("#"))


def _cells(line: str, count: int) -> list[str]:
    cells = [cell.strip() for cell in line.split("|")]
    return cells + [""] * (count - len(cells))


def _separated(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(";") if part.strip())
