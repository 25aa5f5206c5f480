"""The region's box gets a border."""

import math
from typing import ClassVar, final

from typing_extensions import override

from deixis.marks.casing import casing_width
from deixis.marks.mark_shape import MarkShape
from deixis.marks.place import MarkPlace
from deixis.marks.primitives import BorderInk
from deixis.marks.style import Style


@final
class RectangleShape(MarkShape):
    """The lines lie on whole pixels, within the box; where they would leave less than half of its
    width or height free they lie around it, and so do those of a clear mark, to hide nothing.
    """

    preposition: ClassVar[str] = "within"
    noun: ClassVar[str] = "rectangle"
    usual_width: ClassVar[int] = 3
    widths: ClassVar[tuple[int, int]] = (2, 8)

    @override
    def ink(self, place: MarkPlace, style: Style) -> BorderInk:
        width, box, size = self.pixels_wide(place, style), place.box, place.size
        x0, x1 = on_pixels(box.x0, box.x1, size.width)
        y0, y1 = on_pixels(box.y0, box.y1, size.height)
        if style.is_clear or x1 - x0 < 4 * width or y1 - y0 < 4 * width:
            out = width + (casing_width(width, place) if style.is_cased else 0)
            x0, y0, x1, y1 = x0 - out, y0 - out, x1 + out, y1 + out
        return framed(x0, y0, x1, y1, width, place)


def framed(x0: int, y0: int, x1: int, y1: int, width: int, place: MarkPlace) -> BorderInk:
    """A border is cut to the picture: what sticks out moves to the picture's edge."""
    size = place.size
    return BorderInk(
        x0=x0 if x0 > 0 else 0,
        y0=y0 if y0 > 0 else 0,
        x1=x1 if x1 < size.width else size.width,
        y1=y1 if y1 < size.height else size.height,
        width=width,
    )


def on_pixels(low: float, high: float, limit: int) -> tuple[int, int]:
    """The nearest whole pixels are taken, at least one, within the picture."""
    first, past = math.floor(low + 0.5), math.floor(high + 0.5)
    if first < 0:
        first = 0
    elif first >= limit:
        first = limit - 1
    if past > limit:
        past = limit
    return first, past if past > first else first + 1
