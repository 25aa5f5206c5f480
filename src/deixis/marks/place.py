"""A mark goes where its region is in a picture of one size; shapes ask more of that place."""

import math
from dataclasses import dataclass
from typing import assert_never, final

import numpy as np

from deixis.core.interior_point import polygon_heart, polygon_holds, stroke_heart
from deixis.core.mask import Mask
from deixis.core.portable_rng import Draws
from deixis.core.region import Region
from deixis.core.run_lengths import decode_counts
from deixis.core.shapes import XY, Box, Ellipse, Point, Polygon, Stroke
from deixis.core.size import Size
from deixis.marks.raster.trigonometry import length, on_circle
from deixis.marks.style import ANCHOR

TRIES = 50  # draws of a place inside of a region, before its pixels are listed
AROUND_POINT = 12  # half side of the box that stands for a point, in 1/336


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class MarkPlace:
    """A region lies in the picture at least in part; its box there and the picture's size stand
    beside it.
    """

    region: Region
    size: Size
    box: Box

    @classmethod
    def of(cls, region: Region, size: Size) -> "MarkPlace":
        """RegionError says if the region is outside of the picture or its mask is of another
        size.
        """
        shape = region.shape
        if isinstance(shape, Box) and _is_within(shape, size):
            return cls(region=region, size=size, box=shape)
        if isinstance(shape, Mask):
            region = region.within(size)
        x0, y0, x1, y1 = _bounds(region)
        if x0 < 0 or y0 < 0 or x1 > size.width or y1 > size.height:
            region = region.within(size)
            x0, y0, x1, y1 = _bounds(region)
        if isinstance(region.shape, Point):
            around = AROUND_POINT * max(size.width, size.height) / ANCHOR
            x0, y0, x1, y1 = x0 - around, y0 - around, x1 + around, y1 + around
        x0, x1 = (min(max(x, 0.0), float(size.width)) for x in (x0, x1))
        y0, y1 = (min(max(y, 0.0), float(size.height)) for y in (y0, y1))
        return cls(region=region, size=size, box=Box(x0=x0, y0=y0, x1=x1, y1=y1))

    @property
    def scale(self) -> float:
        """One pixel of the anchor is so many of this picture."""
        return max(self.size.width, self.size.height) / ANCHOR

    def pixels(self, length: float) -> int:
        """A length in 1/336 of the longer side is so many whole pixels, cut off, at least one."""
        size = self.size
        return max(1, int(length * (max(size.width, size.height) / ANCHOR)))

    def full_pixels(self, length: float) -> int:
        """The same, never less than that length: what is thinner is lost when a picture shrinks."""
        size = self.size
        return math.ceil(length * (max(size.width, size.height) / ANCHOR))

    @property
    def middle(self) -> XY:
        """The middle is the centre of the box."""
        return (self.box.x0 + self.box.x1) / 2, (self.box.y0 + self.box.y1) / 2

    @property
    def heart(self) -> XY:
        """The heart is the centre of the box, or where the region is not there, a place of its own:
        of a polygon one far from its sides, else the pixel centre nearest to it.
        """
        x, y = self.middle
        shape = self.region.shape
        if isinstance(shape, Polygon):
            found = polygon_heart(shape, x, y)
        elif isinstance(shape, Mask):
            return _nearest(shape, x, y)
        elif self._is_hollow():
            found = self.region.mask(self.size).nearest(x, y)
        else:
            return x, y
        return found.x, found.y

    def _is_hollow(self) -> bool:
        """Whether an ellipse or a stroke is not where its box's centre is."""
        shape, (x, y) = self.region.shape, self.middle
        if isinstance(shape, Stroke):
            found = stroke_heart(shape, x, y)
            return (found.x, found.y) != (x, y)
        return isinstance(shape, Ellipse) and not self.holds(x, y)

    def holds(self, x: float, y: float) -> bool:
        """Whether a place is in the region; for lines and points, in its box."""
        shape = self.region.shape
        match shape:
            case Polygon():
                return polygon_holds(shape, x, y)
            case Ellipse():
                cosine, sine = on_circle(shape.angle / 360)
                u = (x - shape.cx) * cosine + (y - shape.cy) * sine
                v = (y - shape.cy) * cosine - (x - shape.cx) * sine
                rx, ry = max(shape.rx, 1e-6), max(shape.ry, 1e-6)
                u, v = u / rx, v / ry
                return u * u + v * v <= 1
            case Mask():
                return _has_pixel(shape, math.floor(x), math.floor(y))
            case Box() | Point() | Stroke():
                return self.box.x0 <= x <= self.box.x1 and self.box.y0 <= y <= self.box.y1
        assert_never(shape)

    def anywhere(self, draws: Draws) -> XY:
        """A place of the region is drawn by lot; where chance does not find one, a pixel of it."""
        if isinstance(self.region.shape, Mask):
            return _pixel_of(self.region.shape, draws)
        for _ in range(TRIES):
            x, y = self._in_box(draws)
            if self.holds(x, y):
                return x, y
        return _pixel_of(self.region.mask(self.size), draws)

    def _in_box(self, draws: Draws) -> XY:
        box = self.box
        return draws.uniform(box.x0, box.x1), draws.uniform(box.y0, box.y1)

    def one_part(self, draws: Draws) -> "MarkPlace":
        """A polygon's ring becomes a place of its own by lot; all else stays as it is."""
        shape = self.region.shape
        if not isinstance(shape, Polygon) or len(shape.rings) == 1:
            return self
        ring = draws.pick(shape.rings)
        return MarkPlace.of(Region(shape=Polygon(rings=(ring,))), self.size)


def _is_within(box: Box, size: Size) -> bool:
    return box.x0 >= 0 and box.y0 >= 0 and box.x1 <= size.width and box.y1 <= size.height


def _bounds(region: Region) -> tuple[float, float, float, float]:
    shape = region.shape
    if isinstance(shape, Ellipse):  # without a library's cosine, whose last digit may differ
        cosine, sine = on_circle(shape.angle / 360)
        half_x = length(shape.rx * cosine, shape.ry * sine)
        half_y = length(shape.rx * sine, shape.ry * cosine)
        return shape.cx - half_x, shape.cy - half_y, shape.cx + half_x, shape.cy + half_y
    return region.box().xyxy


def _stretches(mask: Mask) -> tuple[np.ndarray, np.ndarray]:
    """Each run has a first pixel and one past its last, counted column by column."""
    ends = np.cumsum(decode_counts(mask.counts))
    return ends[0:-1:2], ends[1::2]


def _has_pixel(mask: Mask, column: int, row: int) -> bool:
    if not (0 <= column < mask.size.width and 0 <= row < mask.size.height):
        return False
    starts, stops = _stretches(mask)
    place = column * mask.size.height + row
    after = int(np.searchsorted(stops, place, side="right"))
    return after < starts.size and bool(starts[after] <= place)


def _pixel_of(mask: Mask, draws: Draws) -> XY:
    """The centre of a pixel is drawn by lot, each as likely."""
    starts, stops = _stretches(mask)
    totals = np.cumsum(stops - starts)
    chosen = draws.below(int(totals[-1]))
    run = int(np.searchsorted(totals, chosen, side="right"))
    place = int(stops[run]) - (int(totals[run]) - chosen)
    return place // mask.size.height + 0.5, place % mask.size.height + 0.5


def _nearest(mask: Mask, x: float, y: float) -> XY:
    """A mask's nearest pixel centre is found by columns and rows."""
    height = mask.size.height
    starts, stops = _stretches(mask)
    some = stops > starts
    starts, stops = starts[some], stops[some]
    first, last = starts // height, (stops - 1) // height
    column = np.minimum(np.maximum(math.floor(x), first), last)
    top = np.maximum(starts, column * height) - column * height
    bottom = np.minimum(stops, (column + 1) * height) - column * height
    row = np.minimum(np.maximum(math.floor(y), top), bottom - 1)
    away = (column + 0.5 - x) ** 2 + (row + 0.5 - y) ** 2
    best = int(np.argmin(away))
    return float(column[best]) + 0.5, float(row[best]) + 0.5
