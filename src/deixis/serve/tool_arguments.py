"""Places in the arguments of tools become pixels of the original picture, where that is asked for.

Which arguments hold places only the client knows, so it names them; nothing is guessed.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, final

from deixis.coordinates.dialect import Dialect, ScaledDialect
from deixis.coordinates.groups import Group
from deixis.core import region_json
from deixis.core.errors import RegionError
from deixis.core.region import Region
from deixis.core.shapes import Box, Point
from deixis.serve.shapes import Json
from deixis.serve.showing import SentPicture

Numbers: TypeAlias = list[int | float]
FINER = 2  # decimals of a place whose numbers were no whole ones
NO_NUMBERS = "no list of two or four numbers"
ALONE = "a number alone: name the argument of its other axis too"
NO_JSON = "these arguments are no object of JSON"


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class RewrittenArguments:
    """Arguments with places in pixels; the places, and what of the named ones was none."""

    text: str
    regions: list[Json]
    unread: list[Json]


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class ToolArguments:
    """The arguments of these names hold places on a picture, as a dialect writes them."""

    names: frozenset[str]
    dialect: ScaledDialect
    about: SentPicture

    def rewritten(self, arguments: str) -> RewrittenArguments:
        """Arguments of a call, as JSON; without a place in them they stay as they were written."""
        try:
            told = json.loads(arguments)
        except (ValueError, RecursionError):
            told = None
        regions: list[Json] = []
        unread: list[Json] = []
        if not isinstance(told, dict):
            unread += [{"argument": "", "reason": NO_JSON}] if arguments.strip() else []
            return RewrittenArguments(text=arguments, regions=[], unread=unread)
        for place in self._places(told):
            found = self._pixels(place)
            if isinstance(found, str):
                unread.append({"argument": place.path, "said": place.said, "reason": found})
                continue
            region, numbers = found
            place.put(numbers)
            record = region_json.to_record(region)
            regions.append({**record, "argument": place.path, "said": place.said})
        text = json.dumps(told, ensure_ascii=False) if regions else arguments
        return RewrittenArguments(text=text, regions=regions, unread=unread)

    def _places(self, told: Json) -> Iterator["_Place"]:
        left: list[tuple[str, Any]] = [("", told)]  # Any: what JSON holds
        while left:
            path, value = left.pop()
            inner: Iterable[tuple[str, Any]] = ()  # Any: as above
            if isinstance(value, dict):
                yield from self._of_record(path, value)
                inner = ((f"{path}.{key}".lstrip("."), one) for key, one in value.items())
            elif isinstance(value, list):
                inner = ((f"{path}[{turn}]", one) for turn, one in enumerate(value))
            left += [(name, one) for name, one in inner if isinstance(one, list | dict)]

    def _of_record(self, path: str, record: Json) -> Iterator["_Place"]:
        pairs = {key: key.replace("x", "y") for key in self.names if "x" in key}
        taken = {key for key in pairs.values() if key in self.names}
        for key in sorted(self.names & record.keys()):
            value, there = record[key], f"{path}.{key}".lstrip(".")
            other = pairs.get(key, "")
            if _is_number(value) and other in self.names and _is_number(record.get(other)):
                yield _Place(
                    path=there, keys=(key, other), inside=record, said=[value, record[other]]
                )
            elif _is_number(value) and key in taken and _is_number(record.get(_axis(pairs, key))):
                continue  # told with the other axis
            elif _is_number(value):
                yield _Place(path=there, keys=(), inside=record, said=value)
            elif _is_lists(value):
                for turn, one in enumerate(value):
                    yield _Place(path=f"{there}[{turn}]", keys=(turn,), inside=value, said=one)
            else:
                yield _Place(path=there, keys=(key,), inside=record, said=value)

    def _pixels(self, place: "_Place") -> tuple[Region, Numbers] | str:
        said, about = place.said, self.about
        if not place.keys:
            return ALONE
        if not _is_numbers(said):
            return NO_NUMBERS
        has_fraction = any(isinstance(number, float) for number in said)
        group = Group(form="list", numbers=tuple(said), start=0, end=0, has_fraction=has_fraction)
        group = group if place.is_pair else self.dialect.ordered(group)
        shape = self.dialect.scale(about.size).shape(group)
        if isinstance(shape, str):
            return shape
        try:
            region = about.back.region(Region(shape=shape))
        except RegionError as wrong:
            return str(wrong)
        return region, _numbers(region, has_fraction=has_fraction)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class _Place:
    """Where a place stands: in a list or an object, under one key or two."""

    path: str
    keys: tuple[str | int, ...]
    inside: Any  # Any: a list or an object of JSON
    said: Any  # Any: what JSON holds

    @property
    def is_pair(self) -> bool:
        """Whether each axis has a key of its own."""
        return len(self.keys) == 2

    def put(self, numbers: Numbers) -> None:
        """Other numbers stand there from now on."""
        if self.is_pair:
            for key, number in zip(self.keys, numbers, strict=True):
                self.inside[key] = number
        else:
            self.inside[self.keys[0]] = numbers


def scaled(dialect: Dialect) -> ScaledDialect | None:
    """The dialect, if its numbers lie on the picture by a scale."""
    return dialect if isinstance(dialect, ScaledDialect) else None


def _axis(pairs: Mapping[str, str], key: str) -> str:
    return next((x for x, y in pairs.items() if y == key), "")


def _numbers(region: Region, *, has_fraction: bool) -> Numbers:
    shape = region.shape
    assert isinstance(shape, Point | Box)
    found = (shape.x, shape.y) if isinstance(shape, Point) else shape.xyxy
    return [round(number, FINER) if has_fraction else round(number) for number in found]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_numbers(value: object) -> bool:
    return isinstance(value, list) and len(value) in (2, 4) and all(map(_is_number, value))


def _is_lists(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, list) for one in value)
