"""A line runs along the region's outline."""

from typing import ClassVar, assert_never, final

from typing_extensions import override

from deixis.core.mask import Mask
from deixis.core.shapes import Box, Ellipse, Point, Polygon, Stroke
from deixis.marks.mark_shape import MarkShape
from deixis.marks.place import MarkPlace
from deixis.marks.primitives import Ink, Lines, Oval, Rim
from deixis.marks.raster.trigonometry import ellipse_ring
from deixis.marks.shapes.rectangle import framed, on_pixels
from deixis.marks.style import Style

POINT_RADIUS = 8
FARTHEST = 64  # pixels; the work for a mask's contour grows with it


@final
class ContourShape(MarkShape):
    """The line has its width to either side of the outline, at most 64 pixels; of a box that of the
    box, of a point a ring.
    """

    preposition: ClassVar[str] = "with"
    noun: ClassVar[str] = "mask contour"
    usual_width: ClassVar[int] = 1
    widths: ClassVar[tuple[int, int]] = (1, 2)

    @override
    def ink(self, place: MarkPlace, style: Style) -> Ink:
        reach = self._reach(place, style)
        width = float(2 * reach + 1)
        shape = place.region.shape
        match shape:
            case Mask():
                return Rim(mask=shape, radius=float(reach))
            case Polygon():
                return Lines(paths=shape.rings, width=width, are_closed=True)
            case Stroke():
                return Rim(mask=place.region.mask(place.size), radius=float(reach))
            case Ellipse():
                if shape.angle == 0:
                    return Oval(cx=shape.cx, cy=shape.cy, rx=shape.rx, ry=shape.ry, width=width)
                return Lines(paths=(ellipse_ring(shape),), width=width, are_closed=True)
            case Point():
                radius = float(place.pixels(POINT_RADIUS))
                return Oval(cx=shape.x, cy=shape.y, rx=radius, ry=radius, width=width)
            case Box():
                x0, x1 = on_pixels(place.box.x0, place.box.x1, place.size.width)
                y0, y1 = on_pixels(place.box.y0, place.box.y1, place.size.height)
                return framed(
                    x0 - reach, y0 - reach, x1 + reach + 1, y1 + reach + 1, 2 * reach + 1, place
                )
        assert_never(shape)

    @override
    def line_width(self, place: MarkPlace, style: Style) -> int:
        return 2 * self._reach(place, style) + 1

    def _reach(self, place: MarkPlace, style: Style) -> int:
        width = self.width(style)
        if style.is_clear:
            return min(place.full_pixels(2 * width + 1) // 2, FARTHEST)
        return min(place.pixels(width), FARTHEST)
