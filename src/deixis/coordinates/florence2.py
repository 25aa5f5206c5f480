"""Florence-2: location tokens after a label, boxes and polygons."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, final

from typing_extensions import override

from deixis.coordinates._collect import Collected
from deixis.coordinates._convention import Convention, Quantum, Reading
from deixis.coordinates._frame import Frame, binned_frame, said_shape
from deixis.coordinates._records import said_numbers
from deixis.coordinates._words import plain_label, token_label
from deixis.core.region import Region
from deixis.core.shapes import XY, Point, Polygon
from deixis.core.size import Size

TOKEN = re.compile(r"<loc_(\d{1,6})>|<poly>|</poly>|<sep>|<[^<>]{0,40}>")
CUT_TOKEN = re.compile(r"<loc[_\d]{0,7}\Z")


@final
class Florence2(Convention):
    """`cup<loc_322><loc_417><loc_406><loc_571>`, x first, in the middles of 1000 bins (0-999).

    A polygon is said between `<poly>` and `</poly>`, its rings separated by `<sep>`. Read without
    those tokens, 4 locations are a box, more in fours with ordered corners are boxes of one label,
    other even counts from 6 on (as of its text recognition) a polygon, the rest is unread.
    Labels are said on one line, < and > as ‹ and ›.
    """

    kinds: ClassVar[tuple[str, ...]] = ("box", "polygon")
    summary: ClassVar[str] = "label<loc_x0><loc_y0><loc_x1><loc_y1>, bins 0-999 of the picture"

    @override
    def say(self, regions: Sequence[Region], size: Size) -> str:
        return "".join(_said(region, _frame(size)) for region in regions).strip("\n")

    @override
    def read(self, text: str, size: Size) -> Reading:
        run = _Run(frame=_frame(size), collected=Collected())
        at = 0
        for token in TOKEN.finditer(text):
            run.take_text(text[at : token.start()])
            run.take_token(token.group(), token.group(1))
            at = token.end()
        cut = CUT_TOKEN.search(text, at)
        run.take_text(text[at : cut.start() if cut else len(text)])
        run.end()
        run.collected.leave(cut.group() if cut else "")
        return run.collected.reading()

    @override
    def quantum(self, size: Size) -> Quantum:
        return _frame(size).quantum()


@final
@dataclass(kw_only=True, slots=True)
class _Run:
    """The locations that follow one label."""

    frame: Frame
    collected: Collected
    label: str = ""
    rings: list[list[int]] = field(default_factory=lambda: [[]])
    written: str = ""
    outlined: bool = False

    def take_text(self, text: str) -> None:
        if not text:
            return
        if self.written:
            self.end()
            self.label = ""
        self.label += text

    def take_token(self, token: str, number: str | None) -> None:
        if number is not None:
            self.rings[-1].append(int(number))
            self.written += token
        elif token == "<sep>" and self.written:
            self.rings.append([])
        elif token == "<poly>":
            self.end()
            self.outlined = True
        elif token == "</poly>":
            self.end()

    def end(self) -> None:
        """Read what was gathered; the label stays for outlines that follow directly."""
        rings = [ring for ring in self.rings if ring]
        label = plain_label(self.label)
        if rings and (self.outlined or len(rings) > 1):
            self._place_polygon(rings, label)
        elif rings:
            self._place_run(rings[0], label)
        self.rings, self.written, self.outlined = [[]], "", False

    def _place_run(self, numbers: list[int], label: str | None) -> None:
        boxes = [numbers[i : i + 4] for i in range(0, len(numbers), 4)]
        ordered = all(len(b) == 4 and b[0] <= b[2] and b[1] <= b[3] for b in boxes)
        if len(numbers) != 4 and not ordered:
            self._place_polygon([numbers], label)
            return
        for box in boxes:
            self.collected.place(self.frame.box(box), label=label, written=self.written)

    def _place_polygon(self, rings: list[list[int]], label: str | None) -> None:
        found: list[tuple[XY, ...]] = []
        for ring in rings:
            outline = self.frame.ring(ring)
            if outline is not None:
                found.append(outline)
        polygon = Polygon(rings=tuple(found)) if len(found) == len(rings) else None
        self.collected.place(polygon, label=label, written=self.written)


def _said(region: Region, frame: Frame) -> str:
    shape = said_shape(region, frame.size, Florence2.kinds)
    label = token_label(region.label) or "\n"  # else it would share the label before it
    if not isinstance(shape, Polygon):
        return label + _tokens(said_numbers(shape, frame))
    rings = (
        [n for x, y in ring for n in frame.said_point(Point(x=x, y=y))] for ring in shape.rings
    )
    return f"{label}<poly>{'<sep>'.join(_tokens(ring) for ring in rings)}</poly>"


def _tokens(numbers: Sequence[float]) -> str:
    return "".join(f"<loc_{number}>" for number in numbers)


def _frame(size: Size) -> Frame:
    return binned_frame(size, bins=1000)
