"""A region says where in a picture something is, and what is known of it."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias, assert_never, final

import numpy as np

from deixis.core import convert
from deixis.core.convert import Shape
from deixis.core.errors import RegionError
from deixis.core.mask import Mask
from deixis.core.shapes import XY, Box, Ellipse, Point, Polygon, Stroke
from deixis.core.size import Size
from deixis.core.untrusted_text import shown

Pairs: TypeAlias = Iterable[Sequence[float]]
KINDS: dict[type, str] = {
    Point: "point",
    Box: "box",
    Ellipse: "ellipse",
    Polygon: "polygon",
    Stroke: "stroke",
    Mask: "mask",
}


@final
@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Region:
    """Where (a shape in pixels of the original image) and what is known of it.

    A segmentation, an OCR line, a detector's box, a scribble, an annotation and a model's answer
    are all Regions. `score` is within 0..1. `source` names who found it.
    """

    shape: Shape
    label: str | None = None
    text: str | None = None
    score: float | None = None
    source: str | None = None

    def __post_init__(self) -> None:
        if self.score is not None and not 0 <= self.score <= 1:
            raise RegionError(f"a region's score is within 0..1, got {self.score}")

    def __repr__(self) -> str:
        known = ("label", "text", "score", "source")
        told = {name: getattr(self, name) for name in known if getattr(self, name) is not None}
        words = "".join(f", {name}={shown(value)}" for name, value in told.items())
        return f"Region({self.place}{words})"

    @property
    def place(self) -> str:
        """Where it is in a few words: "box 412, 300, 520, 411"."""
        return f"{self.kind} {_place(self.shape)}"

    @property
    def kind(self) -> str:
        """The kind is point, box, ellipse, polygon, stroke or mask."""
        return KINDS[type(self.shape)]

    def box(self) -> Box:
        """The smallest upright box goes around it."""
        return convert.shape_box(self.shape)

    def centre(self) -> Point:
        """One points here to point at it."""
        return convert.shape_centre(self.shape)

    def polygon(self) -> Polygon:
        """The region has this outline."""
        return convert.shape_polygon(self.shape)

    def mask(self, size: Size) -> Mask:
        """The region covers these pixels of a picture of this size."""
        return convert.shape_mask(self.shape, size)

    def named(
        self, *, label: str | None = None, text: str | None = None, source: str | None = None
    ) -> "Region":
        """The same place gets these words; what is None stays."""
        return replace(
            self,
            label=self.label if label is None else label,
            text=self.text if text is None else text,
            source=self.source if source is None else source,
        )

    def within(self, size: Size) -> "Region":
        """The region cut to the picture.

        Points, boxes and polygons are cut; ellipses and strokes stay whole if they touch the
        picture. RegionError if it lies wholly outside, or if its mask is of another size.
        """
        if isinstance(self.shape, Mask):
            return replace(self, shape=convert.shape_mask(self.shape, size))
        box = self.box()
        if box.x0 >= 0 and box.y0 >= 0 and box.x1 <= size.width and box.y1 <= size.height:
            return self
        if not convert.touches(box, size):
            spoken = ", ".join(f"{value:g}" for value in box.xyxy)
            raise RegionError(f"the {self.kind} ({spoken}) is outside of the {size} picture")
        match self.shape:
            case Box():
                x0, x1 = (min(max(x, 0.0), size.width) for x in (self.shape.x0, self.shape.x1))
                y0, y1 = (min(max(y, 0.0), size.height) for y in (self.shape.y0, self.shape.y1))
                return replace(self, shape=Box(x0=x0, y0=y0, x1=x1, y1=y1))
            case Polygon():
                return replace(self, shape=self._cut_polygon(self.shape, size))
            case Point() | Ellipse() | Stroke():
                return self
        assert_never(self.shape)

    def _cut_polygon(self, polygon: Polygon, size: Size) -> Polygon:
        frame = Box(x0=0, y0=0, x1=size.width, y1=size.height)
        rings = (convert.clip_ring(ring, frame) for ring in polygon.rings)
        kept = tuple(ring for ring in rings if len(ring) >= 3)
        if not kept:
            raise RegionError(f"the polygon is outside of the {size} picture")
        return Polygon(rings=kept)


def point(x: float, y: float, *, label: str | None = None) -> Region:
    """A point is one place, in pixels of the original image."""
    return Region(shape=Point(x=x, y=y), label=label)


def box(x0: float, y0: float, x1: float, y1: float, *, label: str | None = None) -> Region:
    """A box is an upright rectangle by its left, top, right and bottom edges."""
    return Region(shape=Box(x0=x0, y0=y0, x1=x1, y1=y1), label=label)


def box_xywh(
    x: float, y: float, width: float, height: float, *, label: str | None = None
) -> Region:
    """A box is given by its left top corner and its extent, as COCO writes it."""
    if width < 0 or height < 0:
        raise RegionError(f"a box's width and height are ≥ 0, got {width}, {height}")
    return box(x, y, x + width, y + height, label=label)


def ellipse(
    cx: float, cy: float, rx: float, ry: float, *, angle: float = 0.0, label: str | None = None
) -> Region:
    """An ellipse is given by centre, half axes, and degrees turned clockwise."""
    return Region(shape=Ellipse(cx=cx, cy=cy, rx=rx, ry=ry, angle=angle), label=label)


def polygon(points: Pairs, *more: Pairs, label: str | None = None) -> Region:
    """A polygon is a closed outline by its corners; further outlines join it."""
    rings = tuple(_pairs(ring) for ring in (points, *more))
    return Region(shape=Polygon(rings=rings), label=label)


def stroke(points: Pairs, *, width: float = 3.0, label: str | None = None) -> Region:
    """A stroke is a pen's path."""
    return Region(shape=Stroke(points=_pairs(points), width=width), label=label)


def mask(inside: np.ndarray, *, label: str | None = None) -> Region:
    """The True pixels of an array of the picture's height x width are a mask."""
    return Region(shape=Mask.from_array(inside), label=label)


def _place(shape: Shape) -> str:
    match shape:
        case Point():
            return _listed(shape.x, shape.y)
        case Box():
            return _listed(*shape.xyxy)
        case Ellipse():
            turned = f" turned by {_listed(shape.angle)}" if shape.angle else ""
            return _listed(shape.cx, shape.cy, shape.rx, shape.ry) + turned
        case Polygon():
            told = f"of {sum(map(len, shape.rings))} corners"
        case Stroke():
            told = f"of {len(shape.points)} points"
        case Mask():
            told = f"of {shape.area} pixels"
    return f"{told} within {_listed(*convert.shape_box(shape).xyxy)}"


def _listed(*numbers: float) -> str:
    return ", ".join(f"{round(number, 2):.10g}" for number in numbers)


def _pairs(points: Pairs) -> tuple[XY, ...]:
    listed = [tuple(float(number) for number in pair) for pair in points]
    if any(len(pair) != 2 for pair in listed):
        raise RegionError("points are pairs of x and y")
    if any(math.isnan(number) for pair in listed for number in pair):
        raise RegionError("points need finite numbers, got NaN")
    return tuple((pair[0], pair[1]) for pair in listed)
