"""A dialect's numbers are laid on a picture: pixels become numbers, and numbers pixels again."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias, final

from deixis.core.convert import Shape
from deixis.core.region import Region
from deixis.core.shapes import XY, Box, Point, Polygon
from deixis.core.size import Size

Number: TypeAlias = int | float
SMALL = 100  # a picture of fewer pixels may have a place below 1
SLACK = 0.05  # models overshoot the border a little; beyond this share the number is not theirs


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Quantum:
    """A dialect's numbers have this step in pixels of the picture: say-then-read moves no edge
    by more than half of it.
    """

    x: float
    y: float


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class NumberScale:
    """pixel = (number + centre) · step - shift on each axis (x, y).

    Numbers run from 0 to `last`; up to 5 % beyond they are taken as the border, further out they
    are refused. `shift` is padding to the left and above; what lies in padding is cut off.
    """

    size: Size
    step: XY
    last: XY
    centre: float = 0.0
    shift: XY = (0.0, 0.0)
    decimals: int = 0

    def quantum(self) -> Quantum:
        """The written numbers have this step in pixels."""
        unit = 10.0**-self.decimals
        return Quantum(x=self.step[0] * unit, y=self.step[1] * unit)

    def said_point(self, point: Point) -> tuple[Number, Number]:
        """A point is said by these nearest numbers."""
        return (self._said(point.x, 0), self._said(point.y, 1))

    def said_box(self, box: Box) -> tuple[Number, Number, Number, Number]:
        """A box is said by these nearest numbers: x0, y0, x1, y1."""
        return (
            self._said(box.x0, 0),
            self._said(box.y0, 1),
            self._said(box.x1, 0),
            self._said(box.y1, 1),
        )

    def point(self, numbers: Sequence[float]) -> Point | None:
        """The numbers x, y are a point; None where that is no place in the picture."""
        box = self.box((*numbers, *numbers)) if len(numbers) == 2 else None
        return None if box is None else Point(x=box.x0, y=box.y0)

    def box(self, numbers: Sequence[float]) -> Box | None:
        """The numbers x0, y0, x1, y1 are a box, cut to the picture; None where that is no place in
        it: reversed corners, numbers out of range, shares of 1, wholly in the padding.
        """
        if len(numbers) != 4 or not all(self._in_range(n, i % 2) for i, n in enumerate(numbers)):
            return None
        if self._are_shares(numbers):
            return None
        x0, y0, x1, y1 = (self._pixel(number, i % 2) for i, number in enumerate(numbers))
        slack = [SLACK * self.last[axis] * self.step[axis] for axis in (0, 1)]
        if x1 < x0 or x1 < -slack[0] or x0 > self.size.width + slack[0]:
            return None
        if y1 < y0 or y1 < -slack[1] or y0 > self.size.height + slack[1]:
            return None
        return Box(
            x0=_clamped(x0, self.size.width),
            y0=_clamped(y0, self.size.height),
            x1=_clamped(x1, self.size.width),
            y1=_clamped(y1, self.size.height),
        )

    def ring(self, numbers: Sequence[float]) -> tuple[XY, ...] | None:
        """The numbers x, y, x, y … are a closed outline; None where it is not one in the
        picture.
        """
        if len(numbers) < 6 or len(numbers) % 2:
            return None
        points = [self.point(numbers[i : i + 2]) for i in range(0, len(numbers), 2)]
        ring = tuple((point.x, point.y) for point in points if point is not None)
        return ring if len(ring) == len(points) else None

    def _said(self, pixel: float, axis: int) -> Number:
        number = (pixel + self.shift[axis]) / self.step[axis] - self.centre
        scale = 10.0**self.decimals
        nearest = min(max(math.floor(number * scale + 0.5), 0), round(self.last[axis] * scale))
        return nearest / scale if self.decimals else nearest

    def _in_range(self, number: float, axis: int) -> bool:
        last = self.last[axis]
        return math.isfinite(number) and -SLACK * last <= number <= (1 + SLACK) * last

    def _are_shares(self, numbers: Sequence[float]) -> bool:
        """Whether whole numbers are wanted and these are 0-1, which is another way of counting."""
        if self.decimals or min(self.last) < SMALL:
            return False
        return max(numbers) <= 1 and any(number % 1 for number in numbers)

    def _pixel(self, number: float, axis: int) -> float:
        inside = _clamped(number, self.last[axis])
        return (inside + self.centre) * self.step[axis] - self.shift[axis]


def whole_scale(size: Size, *, last: XY, decimals: int = 0) -> NumberScale:
    """The left (upper) border is 0, and the right (lower) one is `last`."""
    step = (size.width / last[0], size.height / last[1])
    return NumberScale(size=size, step=step, last=last, decimals=decimals)


def binned_scale(size: Size, *, bins: int) -> NumberScale:
    """The picture is cut in `bins` along each axis; a number stands for the middle of its bin."""
    step = (size.width / bins, size.height / bins)
    return NumberScale(size=size, step=step, last=(float(bins - 1), float(bins - 1)), centre=0.5)


def said_shape(region: Region, size: Size, kinds: Sequence[str]) -> Shape:
    """A dialect of these kinds says the region's shape so, cut to the picture."""
    cut = region.within(size)
    if cut.kind == "mask" and "mask" in kinds:
        return cut.shape
    if isinstance(cut.shape, Point) and "point" in kinds:
        return _point_inside(cut.shape, size)
    if isinstance(cut.shape, Polygon) and "polygon" in kinds:
        return cut.shape
    if "box" in kinds:
        return _box_inside(cut.box(), size)
    return _point_inside(cut.centre(), size)


def _box_inside(box: Box, size: Size) -> Box:
    return Box(
        x0=_clamped(box.x0, size.width),
        y0=_clamped(box.y0, size.height),
        x1=_clamped(box.x1, size.width),
        y1=_clamped(box.y1, size.height),
    )


def _point_inside(point: Point, size: Size) -> Point:
    return Point(x=_clamped(point.x, size.width), y=_clamped(point.y, size.height))


def _clamped(value: float, limit: float) -> float:
    return float(min(max(value, 0.0), limit))
