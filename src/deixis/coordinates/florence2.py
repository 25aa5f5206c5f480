"""Florence-2 writes location tokens after a label, for boxes and polygons."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, final

from typing_extensions import override

from deixis.coordinates.dialect import Reading, ScaledDialect
from deixis.coordinates.labels import read_label, token_label
from deixis.coordinates.number_scale import NumberScale, binned_scale, said_shape
from deixis.coordinates.reading_builder import Collected
from deixis.coordinates.saying import said_numbers
from deixis.core.region import Region
from deixis.core.shapes import XY, Point, Polygon
from deixis.core.size import Size

TOKEN = re.compile(r"<loc_(\d{1,6})>|<poly>|</poly>|<sep>")
CUT_TOKEN = re.compile(r"<loc[_\d]{0,7}\Z")


@final
class Florence2Dialect(ScaledDialect):
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
        return "".join(_said(region, self.scale(size)) for region in regions).strip("\n")

    @override
    def parse(self, text: str, size: Size) -> Reading:
        run = _LabelledRun(scale=self.scale(size), collected=Collected())
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
    def scale(self, size: Size) -> NumberScale:
        return binned_scale(size, bins=1000)


@final
@dataclass(kw_only=True, slots=True)
class _LabelledRun:
    """These locations follow one label."""

    scale: NumberScale
    collected: Collected
    texts: list[str] = field(default_factory=list)
    label: str | None = None
    rings: list[list[str]] = field(default_factory=lambda: [[]])
    outlined: bool = False

    def take_text(self, text: str) -> None:
        if not text:
            return
        if self.has_begun:
            self.end()
            self.texts = []
        self.collected.leave_places(text)
        self.texts.append(text)

    def take_token(self, token: str, number: str | None) -> None:
        if number is not None:
            if not self.has_begun and self.texts:
                self.label, self.texts = read_label("".join(self.texts)), []
            self.rings[-1].append(token)
        elif token == "<sep>" and self.has_begun:
            self.rings.append([])
        elif token == "<poly>":
            self.end()
            self.outlined = True
        else:
            self.end()

    @property
    def has_begun(self) -> bool:
        return bool(self.rings[0])

    def end(self) -> None:
        """What was gathered is read; the label stays for outlines that follow directly."""
        rings = [ring for ring in self.rings if ring]
        if rings and (self.outlined or len(rings) > 1):
            self._place_polygon(rings)
        elif rings:
            self._place_run(rings[0])
        self.rings, self.outlined = [[]], False

    def _place_run(self, tokens: list[str]) -> None:
        boxes = [(tokens[i : i + 4], _numbers(tokens[i : i + 4])) for i in range(0, len(tokens), 4)]
        ordered = all(len(n) == 4 and n[0] <= n[2] and n[1] <= n[3] for _, n in boxes)
        if len(tokens) != 4 and not ordered:
            self._place_polygon([tokens])
            return
        for written, numbers in boxes:
            box = self.scale.box(numbers)
            self.collected.place(box, label=self.label, written="".join(written))

    def _place_polygon(self, rings: list[list[str]]) -> None:
        found: list[tuple[XY, ...]] = []
        for ring in rings:
            outline = self.scale.ring(_numbers(ring))
            if outline is not None:
                found.append(outline)
        polygon = Polygon(rings=tuple(found)) if len(found) == len(rings) else None
        written = "".join(token for ring in rings for token in ring)
        self.collected.place(polygon, label=self.label, written=written)


def _numbers(tokens: Sequence[str]) -> list[int]:
    return [int(token[5:-1]) for token in tokens]


def _said(region: Region, scale: NumberScale) -> str:
    shape = said_shape(region, scale.size, Florence2Dialect.kinds)
    label = token_label(region.label) or "\n"  # else it would share the label before it
    if not isinstance(shape, Polygon):
        return label + _tokens(said_numbers(shape, scale))
    rings = (
        [n for x, y in ring for n in scale.said_point(Point(x=x, y=y))] for ring in shape.rings
    )
    return f"{label}<poly>{'<sep>'.join(_tokens(ring) for ring in rings)}</poly>"


def _tokens(numbers: Sequence[float]) -> str:
    return "".join(f"<loc_{number}>" for number in numbers)
