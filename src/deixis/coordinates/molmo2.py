"""Molmo 2: points as one string of numbers in XML, in thousandths."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
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

PICTURES = re.compile(r"[\t\n:;,]")


@final
@dataclass(frozen=True, kw_only=True)
class Molmo2(Convention):
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
        return " ".join(self._said(label, members, _frame(size)) for label, members in groups)

    @override
    def parse(self, text: str, size: Size) -> Reading:
        collected = Collected()
        tags = list(point_tags(text))
        for tag in tags:
            self._read_tag(tag, _frame(size), collected)
        for prose in prose_around(text, tags):
            collected.leave_places(prose)
        return collected.reading()

    @override
    def quantum(self, size: Size) -> Quantum:
        return _frame(size).quantum()

    def _said(self, label: str, regions: Sequence[Region], frame: Frame) -> str:
        numbers = [str(self.picture)]
        for i, region in enumerate(regions, start=1):
            x, y = said_numbers(said_shape(region, frame.size, self.kinds), frame)
            numbers += [str(i), f"{x:03d}", f"{y:03d}"]
        return f'<points coords="{" ".join(numbers)}">{label}</points>'

    def _read_tag(self, tag: PointTag, frame: Frame, collected: Collected) -> None:
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
                point = None if x is None or y is None else frame.point((x, y))
                said = " ".join(words[i - 1 : i + 2])
                collected.place(point, label=tag.label, written=said)
        if not tag.whole or collected.count == before:
            collected.leave(tag.written)


def _frame(size: Size) -> Frame:
    return whole_frame(size, last=(1000.0, 1000.0))
