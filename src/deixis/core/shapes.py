"""The geometry of regions: point, box, ellipse, polygon, stroke.

Frame: pixels of the original, upright image as continuous numbers, x to the right, y down.
Pixel (column i, row j) covers [i, i+1) x [j, j+1); its centre is (i + 0.5, j + 0.5).
Every number must be finite. Zero extent is allowed (a model's rounding makes boxes as thin as a
line); reversed corners are not, since they are nearly always a width and height in the wrong place.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias, final

from deixis.core.errors import RegionError

XY: TypeAlias = tuple[float, float]
LIMIT = 1e7  # no picture is as wide; beyond it float arithmetic loses the pixel


def checked_numbers(kind: str, values: Iterable[float]) -> None:
    """NaN, infinity and numbers beyond any picture are refused."""
    for value in values:
        if not -LIMIT <= value <= LIMIT:  # neither of NaN
            raise RegionError(f"a {kind} needs finite numbers within ±{LIMIT:g}, got {value}")


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """A point is one place."""

    x: float
    y: float

    def __post_init__(self) -> None:
        checked_numbers("point", (self.x, self.y))


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Box:
    """A box is an upright rectangle: x0 ≤ x1, y0 ≤ y1."""

    x0: float
    y0: float
    x1: float
    y1: float

    def __post_init__(self) -> None:
        checked_numbers("box", (self.x0, self.y0, self.x1, self.y1))
        if self.x1 < self.x0 or self.y1 < self.y0:
            raise RegionError(
                f"a box is x0, y0, x1, y1 with x0 ≤ x1 and y0 ≤ y1, got {self.x0}, {self.y0}, "
                f"{self.x1}, {self.y1}; if these are x, y, width, height, use box_xywh, "
                "or xywh: on the command line"
            )

    @property
    def width(self) -> float:
        """It is x1 - x0."""
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        """It is y1 - y0."""
        return self.y1 - self.y0

    @property
    def area(self) -> float:
        """It is width times height."""
        return self.width * self.height

    @property
    def xyxy(self) -> tuple[float, float, float, float]:
        """The four numbers come in the public order."""
        return (self.x0, self.y0, self.x1, self.y1)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Ellipse:
    """An ellipse has a centre and half axes, turned clockwise on the screen by `angle` degrees."""

    cx: float
    cy: float
    rx: float
    ry: float
    angle: float = 0.0

    def __post_init__(self) -> None:
        checked_numbers("ellipse", (self.cx, self.cy, self.rx, self.ry, self.angle))
        if self.rx < 0 or self.ry < 0:
            raise RegionError(f"an ellipse's half axes are ≥ 0, got {self.rx}, {self.ry}")


@final
@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Polygon:
    """A polygon is the union of closed rings of at least three points each (COCO's
    "segmentation").
    """

    rings: tuple[tuple[XY, ...], ...]

    def __repr__(self) -> str:
        return f"Polygon({len(self.rings)} rings, {sum(map(len, self.rings))} corners)"

    def __post_init__(self) -> None:
        if not self.rings:
            raise RegionError("a polygon needs at least one ring of points, got none")
        for ring in self.rings:
            if len(ring) < 3:
                raise RegionError(f"a polygon's ring needs 3 points or more, got {len(ring)}")
            for corner in ring:
                checked_numbers("polygon", corner)


@final
@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Stroke:
    """A stroke is a pen's path with round ends; `width` is the pen's diameter."""

    points: tuple[XY, ...]
    width: float = 3.0

    def __repr__(self) -> str:
        return f"Stroke({len(self.points)} points, width={self.width:g})"

    def __post_init__(self) -> None:
        if not self.points:
            raise RegionError("a stroke needs at least one point, got none")
        for place in self.points:
            checked_numbers("stroke", place)
        checked_numbers("stroke", (self.width,))
        if self.width <= 0:
            raise RegionError(f"a stroke's width is above 0, got {self.width}")
