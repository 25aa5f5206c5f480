"""A region says where in a picture something is, and what is known of it."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias, assert_never, final, overload

from deixis.core import convert, given
from deixis.core.arrays import ArrayLike, array_of
from deixis.core.box_numbers import Numbers, corners_of, numbers_in
from deixis.core.convert import Shape
from deixis.core.errors import RegionError
from deixis.core.mask import Mask
from deixis.core.shapes import XY, Box, Ellipse, Point, Polygon, Stroke
from deixis.core.size import Size, SizeLike, size_of
from deixis.core.untrusted_text import shown

Pairs: TypeAlias = Iterable[Sequence[float]] | ArrayLike
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
        if type(self.shape) not in KINDS:
            raise given.refused("a region's shape", "a Box, Point … of core.shapes", self.shape)
        for name in ("label", "text", "source"):
            given.text_or_none(f"a region's {name}", getattr(self, name))
        if self.score is None:
            return
        score = given.number("a region's score", self.score)
        if not 0 <= score <= 1:
            raise RegionError(f"a region's score is within 0..1, got {score}")
        if score is not self.score:
            object.__setattr__(self, "score", score)

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

    @property
    def area(self) -> float:
        """The region covers this many square pixels; a point none, a polygon what COCO counts."""
        return convert.shape_area(self.shape)

    def centre(self) -> Point:
        """One points here to point at it."""
        return convert.shape_centre(self.shape)

    def polygon(self) -> Polygon:
        """The region has this outline."""
        return convert.shape_polygon(self.shape)

    def mask(self, size: SizeLike) -> Mask:
        """The region covers these pixels of a picture of this size."""
        return convert.shape_mask(self.shape, size_of(size))

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

    def within(self, size: SizeLike) -> "Region":
        """The region cut to the picture.

        Points, boxes and polygons are cut; ellipses and strokes stay whole if they touch the
        picture. RegionError if it lies wholly outside, or if its mask is of another size.
        """
        size = size_of(size)
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


@overload
def point(x: float, y: float, /, *, label: str | None = None) -> Region: ...


@overload
def point(pair: Numbers, /, *, label: str | None = None) -> Region: ...


def point(*place: float | Numbers, label: str | None = None) -> Region:
    """A point is one place, in pixels of the original image."""
    x, y = numbers_in("a point", place, ("x", "y"))
    return Region(shape=Point(x=x, y=y), label=label)


@overload
def box(
    x0: float,
    y0: float,
    x1: float,
    y1: float,
    /,
    *,
    format: str = "xyxy",
    size: SizeLike | None = None,
    label: str | None = None,
) -> Region: ...


@overload
def box(
    numbers: Numbers,
    /,
    *,
    format: str = "xyxy",
    size: SizeLike | None = None,
    label: str | None = None,
) -> Region: ...


def box(
    *numbers: float | Numbers,
    format: str = "xyxy",
    size: SizeLike | None = None,
    label: str | None = None,
) -> Region:
    """A box is an upright rectangle by its left, top, right and bottom edges: four numbers, or one
    row of four.

    `format`: "xyxy"; "xywh", the left top corner and the extent, as COCO writes it; "cxcywh", the
    centre and the extent, as YOLO and DETR do. `size`: the picture's, if the numbers are shares of
    it (0 to 1) and no pixels.
    """
    x0, y0, x1, y1 = corners_of(numbers, format=format, size=size)
    return Region(shape=Box(x0=x0, y0=y0, x1=x1, y1=y1), label=label)


def box_xywh(
    x: float, y: float, width: float, height: float, *, label: str | None = None
) -> Region:
    """A box is given by its left top corner and its extent, as COCO writes it."""
    return box(x, y, width, height, format="xywh", label=label)


def ellipse(
    cx: float, cy: float, rx: float, ry: float, *, angle: float = 0.0, label: str | None = None
) -> Region:
    """An ellipse is given by centre, half axes, and degrees turned clockwise."""
    values = numbers_in("an ellipse", (cx, cy, rx, ry, angle), ("cx", "cy", "rx", "ry", "angle"))
    cx, cy, rx, ry, angle = values
    return Region(shape=Ellipse(cx=cx, cy=cy, rx=rx, ry=ry, angle=angle), label=label)


def polygon(points: Pairs, *more: Pairs, label: str | None = None) -> Region:
    """A polygon is a closed outline by its corners; further outlines join it."""
    rings = tuple(_pairs(ring) for ring in (points, *more))
    return Region(shape=Polygon(rings=rings), label=label)


def stroke(points: Pairs, *, width: float = 3.0, label: str | None = None) -> Region:
    """A stroke is a pen's path."""
    width = given.number("a stroke's width", width)
    return Region(shape=Stroke(points=_pairs(points), width=width), label=label)


def mask(inside: ArrayLike, *, label: str | None = None) -> Region:
    """The True pixels of an array or a tensor of the picture's height x width are a mask."""
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
    array = array_of(points)
    if array is not None:
        points = array.tolist()
    if not isinstance(points, Iterable) or isinstance(points, str | bytes | dict):
        raise given.refused("points", "a list of pairs of x and y", points)
    return tuple(_pair(pair) for pair in points)


def _pair(pair: Sequence[float]) -> XY:
    if type(pair) is tuple and len(pair) == 2 and type(pair[0]) is type(pair[1]) is float:
        x, y = pair  # the way of nearly all
    else:
        x, y = map(float, numbers_in("a point", (pair,), ("x", "y")))
    if math.isnan(x) or math.isnan(y):
        raise RegionError("points need finite numbers, got NaN")
    return (x, y)
