"""The Molmo family writes XML: <point …>label</point> and <points …>label</points>."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import ClassVar, final

from typing_extensions import override

from deixis.coordinates.dialect import Reading, ScaledDialect
from deixis.coordinates.json_in_text import as_number
from deixis.coordinates.labels import read_xml_label, xml_label
from deixis.coordinates.number_scale import NumberScale, said_shape, whole_scale
from deixis.coordinates.reading_builder import Collected
from deixis.coordinates.saying import said_numbers
from deixis.core.region import Region
from deixis.core.size import Size

TAG = re.compile(r"<(/?)(?:points?|tracks?)(?![\w-])")
ATTRIBUTE = re.compile(r"\s{0,9}([A-Za-z_]{1,20}\d{0,6})\s{0,9}=\s{0,9}(?:\"([^\"]*)\"|'([^']*)')")
TAG_END = re.compile(r"\s{0,9}(/?)>")


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class PointTag:
    """A tag has attributes by their names, and a label; it may be whole or cut off."""

    attributes: dict[str, str]
    label: str | None
    whole: bool
    written: str
    start: int


def point_tags(text: str) -> Iterator[PointTag]:
    """A text has these point tags. The label is the `alt` attribute, else what stands inside."""
    marks = list(TAG.finditer(text))
    for i, mark in enumerate(marks):
        if mark.group(1):
            continue
        until = marks[i + 1].start() if i + 1 < len(marks) else len(text)
        closes = i + 1 < len(marks) and marks[i + 1].group(1) == "/"
        yield _tag(text, mark.start(), mark.end(), until, closes=closes)


def prose_around(text: str, tags: Sequence[PointTag]) -> Iterator[str]:
    """Prose stands before, between and after point tags."""
    at = 0
    for tag in tags:
        yield text[at : tag.start]
        at = tag.start + len(tag.written)
    yield text[at:]


def grouped_by_label(regions: Sequence[Region]) -> list[tuple[str, list[Region]]]:
    """Neighbours with one label share a tag, as these models write it."""
    groups = groupby(regions, key=lambda region: xml_label(region.label))
    return [(label, list(members)) for label, members in groups]


def _tag(text: str, start: int, at: int, until: int, *, closes: bool) -> PointTag:
    attributes: dict[str, str] = {}
    while (found := ATTRIBUTE.match(text, at, until)) is not None:
        name, double, single = found.groups()
        attributes[name] = single if double is None else double
        at = found.end()
    end = TAG_END.match(text, at, until)
    written = text[start:until]
    label = read_xml_label(attributes.get("alt", ""))
    if end is None:
        return PointTag(
            attributes=attributes, label=label, whole=False, written=written, start=start
        )
    if label is None and closes and not end.group(1):
        label = read_xml_label(text[end.end() : until])
    if end.group(1) or not closes:
        written = text[start : end.end()]
    return PointTag(attributes=attributes, label=label, whole=True, written=written, start=start)


AXIS = re.compile(r"([xy])(\d{0,6})\Z")


@final
class MolmoDialect(ScaledDialect):
    """`<point x="36.4" y="49.4" alt="cup">cup</point>`, several as `<points x1= y1= x2= …>`.

    Percent of the picture with one decimal, x first. Every region is said as a point; neighbours
    with one label share a tag. Labels are escaped as XML and come back exactly.
    """

    kinds: ClassVar[tuple[str, ...]] = ("point",)
    summary: ClassVar[str] = "XML <point x y>, percent of the picture, one decimal"

    @override
    def say(self, regions: Sequence[Region], size: Size) -> str:
        groups = grouped_by_label(regions)
        return " ".join(_said(label, members, self.scale(size)) for label, members in groups)

    @override
    def parse(self, text: str, size: Size) -> Reading:
        collected = Collected()
        tags = list(point_tags(text))
        for tag in tags:
            _read_tag(tag, self.scale(size), collected)
        for prose in prose_around(text, tags):
            collected.leave_places(prose)
        return collected.reading()

    @override
    def scale(self, size: Size) -> NumberScale:
        return whole_scale(size, last=(100.0, 100.0), decimals=1)


def _said(label: str, regions: Sequence[Region], scale: NumberScale) -> str:
    alt = f' alt="{label}"' if label else ""
    name = "point" if len(regions) == 1 else "points"
    numbered: list[str] = []
    for i, region in enumerate(regions, start=1):
        x, y = said_numbers(said_shape(region, scale.size, MolmoDialect.kinds), scale)
        number = "" if name == "point" else str(i)
        numbered.append(f'x{number}="{x:.1f}" y{number}="{y:.1f}"')
    return f"<{name} {' '.join(numbered)}{alt}>{label}</{name}>"


def _read_tag(tag: PointTag, scale: NumberScale, collected: Collected) -> None:
    places: dict[str, dict[str, float | None]] = {}
    for name, value in tag.attributes.items():
        axis = AXIS.match(name)
        if axis is not None:
            places.setdefault(axis.group(2), {})[axis.group(1)] = as_number(value)
    all_read = tag.whole and bool(places)
    for place in places.values():
        x, y = place.get("x"), place.get("y")
        point = None if x is None or y is None else scale.point((x, y))
        if point is None:
            all_read = False
        else:
            collected.place(point, label=tag.label, written=tag.written)
    if not all_read:
        collected.leave(tag.written)


PICTURES = re.compile(r"[\t\n:;,]")


@final
@dataclass(frozen=True, kw_only=True)
class Molmo2Dialect(ScaledDialect):
    """`<points coords="1 1 364 494 2 610 220">cup</points>`: the picture's number, then for each
    point its own number, x and y in 0-1000 with three digits.

    Pictures count from 1; those of other pictures than `picture` (or of a film's seconds) are
    unread. Every region is said as a point; neighbours with one label share a tag. Labels are
    escaped as XML and come back exactly.
    """

    kinds: ClassVar[tuple[str, ...]] = ("point",)
    summary: ClassVar[str] = 'XML <points coords="1 1 x y …">, 0-1000 of the picture'

    picture: int = 1

    @override
    def say(self, regions: Sequence[Region], size: Size) -> str:
        groups = grouped_by_label(regions)
        return " ".join(self._said(label, members, self.scale(size)) for label, members in groups)

    @override
    def parse(self, text: str, size: Size) -> Reading:
        collected = Collected()
        tags = list(point_tags(text))
        for tag in tags:
            self._read_tag(tag, self.scale(size), collected)
        for prose in prose_around(text, tags):
            collected.leave_places(prose)
        return collected.reading()

    @override
    def scale(self, size: Size) -> NumberScale:
        return whole_scale(size, last=(1000.0, 1000.0))

    def _said(self, label: str, regions: Sequence[Region], scale: NumberScale) -> str:
        numbers = [str(self.picture)]
        for i, region in enumerate(regions, start=1):
            x, y = said_numbers(said_shape(region, scale.size, self.kinds), scale)
            numbers += [str(i), f"{x:03d}", f"{y:03d}"]
        return f'<points coords="{" ".join(numbers)}">{label}</points>'

    def _read_tag(self, tag: PointTag, scale: NumberScale, collected: Collected) -> None:
        written = tag.attributes.get("coords", "")
        before = collected.count
        for group in PICTURES.split(written):
            words = group.split()
            numbers = [as_number(word) for word in words]
            own = bool(numbers) and numbers[0] == self.picture
            if not own or len(numbers) % 3 != 1:
                collected.leave(group)
                continue
            for i in range(2, len(numbers), 3):
                x, y = numbers[i], numbers[i + 1]
                point = None if x is None or y is None else scale.point((x, y))
                said = " ".join(words[i - 1 : i + 2])
                collected.place(point, label=tag.label, written=said)
        if not tag.whole or collected.count == before:
            collected.leave(tag.written)


DIALECTS = {"molmo": MolmoDialect, "molmo2": Molmo2Dialect}
