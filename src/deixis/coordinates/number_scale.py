"""A dialect's numbers are laid on a picture: pixels become numbers, and numbers pixels again."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias, final

from deixis.coordinates.building import built_box
from deixis.coordinates.groups import Group
from deixis.core.convert import Shape
from deixis.core.region import Region
from deixis.core.shapes import XY, Box, Point, Polygon
from deixis.core.size import Size

Number: TypeAlias = int | float
SMALL = 100  # a picture of fewer pixels may have a place below 1
SLACK = 0.002  # of the range: a number that is rounded or a step beyond the border is the border
WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


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

    Numbers run from 0 to `last`; a step (or 0.2 %) beyond they are taken as the border, further out
    they are refused. `shift` is padding to the left and above; what lies in padding is cut off.
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

    def shape(self, group: Group, *, outline: bool = False) -> Shape | str:
        """The numbers x, y are a point and x0, y0, x1, y1 a box, three pairs and more an outline
        where one is meant; else the reason tells why they are no place.
        """
        if not outline and (box := self._plain_box(group)) is not None:
            return box
        wrong = self._problem(group, outline=outline)
        if wrong is not None:
            return wrong
        places = [self._pixel(number, i % 2) for i, number in enumerate(group.numbers)]
        if outline:
            return _outline(places, group.parts, self.size)
        x0, y0, x1, y1 = places if len(places) == 4 else (*places, *places)
        if self._in_padding(x0, y0, x1, y1):
            return "wholly in the padding around the picture"
        box = Box(
            x0=_clamped(x0, self.size.width),
            y0=_clamped(y0, self.size.height),
            x1=_clamped(x1, self.size.width),
            y1=_clamped(y1, self.size.height),
        )
        return box if len(places) == 4 else Point(x=box.x0, y=box.y0)

    def _plain_box(self, group: Group) -> Box | None:
        """Four numbers well within the range are a box: the commonest case, and the quickest."""
        numbers, (right, down) = group.numbers, self.last
        if len(numbers) != 4 or self.shift != (0.0, 0.0):
            return None
        x0, y0, x1, y1 = numbers
        if not (0 <= x0 <= x1 <= right and 0 <= y0 <= y1 <= down):
            return None
        if group.has_fraction and self._are_shares(group):
            return None
        (across, along), centre = self.step, self.centre
        width, height = float(self.size.width), float(self.size.height)
        return Box(
            x0=min((x0 + centre) * across, width),
            y0=min((y0 + centre) * along, height),
            x1=min((x1 + centre) * across, width),
            y1=min((y1 + centre) * along, height),
        )

    def box_reader(
        self, *, y_first: bool
    ) -> Callable[[str, str, str | None, str | None], Box | None]:
        """Four written numbers well within the range are a box, by what is given back: the
        commonest case, and the quickest. None where they have to be looked at.
        """
        if self.shift != (0.0, 0.0):
            return lambda a, b, c, d: None
        (right, down), (across, along), centre = self.last, self.step, self.centre
        width, height = float(self.size.width), float(self.size.height)
        may_be_shares = not self.decimals and min(self.last) >= SMALL

        def box_of(a: str, b: str, c: str | None, d: str | None) -> Box | None:
            if c is None or d is None:
                return None
            x0, y0, x1, y1 = float(a), float(b), float(c), float(d)
            if y_first:
                x0, y0, x1, y1 = y0, x0, y1, x1
            if not (0 <= x0 <= x1 <= right and 0 <= y0 <= y1 <= down):
                return None
            if may_be_shares and x1 <= 1 and y1 <= 1:
                return None
            x1, y1 = (x1 + centre) * across, (y1 + centre) * along
            x0, y0 = (x0 + centre) * across, (y0 + centre) * along
            if x1 > width:
                x0, x1 = min(x0, width), width
            if y1 > height:
                y0, y1 = min(y0, height), height
            return built_box(x0, y0, x1, y1)

        return box_of

    def _problem(self, group: Group, *, outline: bool) -> str | None:
        """The numbers are no place for this reason."""
        numbers = group.numbers
        count = len(numbers)
        if outline and (count < 6 or count % 2 or any(part < 6 for part in group.parts)):
            return f"{_counted(count)} where an outline has three pairs or more"
        if not outline and count not in (2, 4):
            return _counted(count)
        if not all(map(math.isfinite, numbers)):
            return "no finite number"
        if self._are_shares(group):
            return f"looks like 0-1 where {self._range()} is spoken"
        if not all(self._in_range(number, i % 2) for i, number in enumerate(numbers)):
            return f"outside {self._range()}"
        if count == 4 and not outline and (numbers[0] > numbers[2] or numbers[1] > numbers[3]):
            return "the corners are reversed: x1 < x0 or y1 < y0"
        return None

    def _range(self) -> str:
        """Numbers run so far, in words."""
        across, down = (f"{last:g}" for last in self.last)
        return f"0..{across}" if across == down else f"0..{across} across and 0..{down} down"

    def _in_padding(self, x0: float, y0: float, x1: float, y1: float) -> bool:
        slack = [SLACK * last * step for last, step in zip(self.last, self.step, strict=True)]
        across = x1 < -slack[0] or x0 > self.size.width + slack[0]
        return across or y1 < -slack[1] or y0 > self.size.height + slack[1]

    def _said(self, pixel: float, axis: int) -> Number:
        number = (pixel + self.shift[axis]) / self.step[axis] - self.centre
        scale = 10.0**self.decimals
        nearest = min(max(math.floor(number * scale + 0.5), 0), round(self.last[axis] * scale))
        return nearest / scale if self.decimals else nearest

    def _in_range(self, number: float, axis: int) -> bool:
        last = self.last[axis]
        slack = max(SLACK * last, 10.0**-self.decimals)
        return -slack <= number <= last + slack

    def _are_shares(self, group: Group) -> bool:
        """Whether whole numbers are wanted and these are 0-1, which is another way of counting."""
        if self.decimals or min(self.last) < SMALL or not group.has_fraction:
            return False
        return max(group.numbers) <= 1

    def _pixel(self, number: float, axis: int) -> float:
        inside = _clamped(number, self.last[axis])
        return (inside + self.centre) * self.step[axis] - self.shift[axis]


@lru_cache(maxsize=256)
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


def _outline(places: Sequence[float], parts: Sequence[int], size: Size) -> Polygon:
    """Places x, y, x, y … are rings of so many numbers each."""
    points = [
        (_clamped(places[i], size.width), _clamped(places[i + 1], size.height))
        for i in range(0, len(places), 2)
    ]
    rings: list[tuple[XY, ...]] = []
    for part in parts or (len(places),):
        rings.append(tuple(points[: part // 2]))
        points = points[part // 2 :]
    return Polygon(rings=tuple(rings))


def _counted(count: int) -> str:
    """A number of numbers is told in words."""
    number = WORDS[count] if count < len(WORDS) else str(count)
    return f"{number} number{'' if count == 1 else 's'}"


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
