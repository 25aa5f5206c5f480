"""Molmo: points in XML, in percent."""

import re
from collections.abc import Sequence
from typing import ClassVar, final

from typing_extensions import override

from deixis.coordinates._collect import Collected
from deixis.coordinates._convention import Convention, Quantum, Reading
from deixis.coordinates._frame import Frame, said_shape, whole_frame
from deixis.coordinates._point_tags import PointTag, grouped_by_label, point_tags, prose_around
from deixis.coordinates._records import said_numbers
from deixis.coordinates._scan import as_number
from deixis.core.region import Region
from deixis.core.size import Size

AXIS = re.compile(r"([xy])(\d{0,6})\Z")


@final
class Molmo(Convention):
    """`<point x="36.4" y="49.4" alt="cup">cup</point>`, several as `<points x1= y1= x2= …>`.

    Percent of the picture with one decimal, x first. Every region is said as a point; neighbours
    with one label share a tag. Labels are escaped as XML and come back exactly.
    """

    kinds: ClassVar[tuple[str, ...]] = ("point",)
    summary: ClassVar[str] = "XML <point x y>, percent of the picture, one decimal"

    @override
    def say(self, regions: Sequence[Region], size: Size) -> str:
        groups = grouped_by_label(regions)
        return " ".join(_said(label, members, _frame(size)) for label, members in groups)

    @override
    def parse(self, text: str, size: Size) -> Reading:
        collected = Collected()
        tags = list(point_tags(text))
        for tag in tags:
            _read_tag(tag, _frame(size), collected)
        for prose in prose_around(text, tags):
            collected.leave_places(prose)
        return collected.reading()

    @override
    def quantum(self, size: Size) -> Quantum:
        return _frame(size).quantum()


def _said(label: str, regions: Sequence[Region], frame: Frame) -> str:
    alt = f' alt="{label}"' if label else ""
    name = "point" if len(regions) == 1 else "points"
    numbered: list[str] = []
    for i, region in enumerate(regions, start=1):
        x, y = said_numbers(said_shape(region, frame.size, Molmo.kinds), frame)
        number = "" if name == "point" else str(i)
        numbered.append(f'x{number}="{x:.1f}" y{number}="{y:.1f}"')
    return f"<{name} {' '.join(numbered)}{alt}>{label}</{name}>"


def _read_tag(tag: PointTag, frame: Frame, collected: Collected) -> None:
    places: dict[str, dict[str, float | None]] = {}
    for name, value in tag.attributes.items():
        axis = AXIS.match(name)
        if axis is not None:
            places.setdefault(axis.group(2), {})[axis.group(1)] = as_number(value)
    all_read = tag.whole and bool(places)
    for place in places.values():
        x, y = place.get("x"), place.get("y")
        point = None if x is None or y is None else frame.point((x, y))
        if point is None:
            all_read = False
        else:
            collected.place(point, label=tag.label, written=tag.written)
    if not all_read:
        collected.leave(tag.written)


def _frame(size: Size) -> Frame:
    return whole_frame(size, last=(100.0, 100.0), decimals=1)
