"""A mark's shape becomes simple outlines in pixels of the picture, ready to be inked.

RegionError where an ink is none: numbers not finite or below 0, an outline without a place.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias, final

from deixis.core.errors import RegionError
from deixis.core.mask import Mask
from deixis.core.shapes import XY
from deixis.core.size import Size

FARTHEST = 1e8  # pixels; what lies beyond is no part of a mark
WIDEST_RIM = 128.0  # pixels; the work for a mask's contour grows with it


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """A window is whole pixels of a picture: columns left..right-1, rows top..bottom-1."""

    left: int
    top: int
    right: int
    bottom: int

    @classmethod
    def within(cls, x0: float, y0: float, x1: float, y1: float, size: Size) -> "Window | None":
        """A box touches these pixels; None where it touches none of the picture's."""
        left, top = max(0, math.floor(x0)), max(0, math.floor(y0))
        right, bottom = min(size.width, math.ceil(x1)), min(size.height, math.ceil(y1))
        if right <= left or bottom <= top:
            return None
        return cls(left=left, top=top, right=right, bottom=bottom)


def joined(windows: Sequence[Window]) -> Window | None:
    """The least window holds them all; None for none."""
    if not windows:
        return None
    return Window(
        left=min(window.left for window in windows),
        top=min(window.top for window in windows),
        right=max(window.right for window in windows),
        bottom=max(window.bottom for window in windows),
    )


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class BorderInk:
    """A rectangle's border lies on whole pixels: x0..x1-1, y0..y1-1, `width` pixels inwards."""

    x0: int
    y0: int
    x1: int
    y1: int
    width: int


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Oval:
    """An upright ellipse is filled, or is a ring whose line of `width` lies on it."""

    cx: float
    cy: float
    rx: float
    ry: float
    width: float = 0.0
    is_filled: bool = False

    def __post_init__(self) -> None:
        is_near = abs(self.cx) <= FARTHEST and abs(self.cy) <= FARTHEST
        if not (is_near and 0 <= self.rx <= FARTHEST and 0 <= self.ry <= FARTHEST):
            raise RegionError(f"an ellipse's centre and half axes are finite, got {self}")
        _check_width(self.width)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Lines:
    """Paths are drawn with a round pen; a closed one returns to its start."""

    paths: tuple[tuple[XY, ...], ...]
    width: float
    are_closed: bool = False

    def __post_init__(self) -> None:
        _check_width(self.width)
        if self.width == 0 or not all(self.paths):
            raise RegionError("a pen has a width above 0, and each of its paths a place")


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Rings:
    """What any of some closed outlines and lines encloses or covers is inked once."""

    rings: tuple[tuple[XY, ...], ...]
    lines: tuple[Lines, ...] = ()

    def __post_init__(self) -> None:
        if not all(self.rings):
            raise RegionError("a closed outline has a corner, one of these has none")


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Filled:
    """The pixels of a mask are filled."""

    mask: Mask


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Rim:
    """The pixels within `radius` of a mask's outermost pixels are inked."""

    mask: Mask
    radius: float

    def __post_init__(self) -> None:
        if not 0 <= self.radius <= WIDEST_RIM:
            raise RegionError(f"a contour's radius is within 0..{WIDEST_RIM:g}, got {self.radius}")


def _check_width(width: float) -> None:
    if not 0 <= width <= FARTHEST:
        raise RegionError(f"a line's width is finite and not below 0, got {width}")


Ink: TypeAlias = BorderInk | Oval | Rings | Lines | Filled | Rim


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Layer:
    """An ink is laid in one colour, so opaque: 0..255. A mark's layers lie one over the other."""

    ink: Ink
    rgb: tuple[int, int, int]
    alpha: int
