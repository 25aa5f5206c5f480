"""The region itself is tinted, and its outline drawn where the mark is to be clear."""

from typing import ClassVar, assert_never, final

from typing_extensions import override

from deixis.core.mask import Mask
from deixis.core.shapes import Box, Ellipse, Point, Polygon, Stroke
from deixis.marks.mark_shape import MarkShape
from deixis.marks.place import MarkPlace
from deixis.marks.primitives import BorderInk, Filled, Ink, Lines, Oval, Rings
from deixis.marks.raster.trigonometry import ellipse_ring
from deixis.marks.shapes.contour import ContourShape
from deixis.marks.shapes.rectangle import on_pixels
from deixis.marks.style import Style

POINT_RADIUS = 8
OUTLINE = ContourShape()


@final
class MaskShape(MarkShape):
    """The region's pixels are tinted; of a box the box, of a point a disc."""

    preposition: ClassVar[str] = "with"
    noun: ClassVar[str] = "mask"
    usual_width: ClassVar[int] = 1
    widths: ClassVar[tuple[int, int]] = (1, 1)
    alphas: ClassVar[tuple[int, int]] = (48, 128)
    usual_alpha: ClassVar[int] = 88  # in the middle of those: what lies under it shows
    clear_alpha: ClassVar[int] = 88

    @override
    def ink(self, place: MarkPlace, style: Style) -> Ink:
        shape = place.region.shape
        match shape:
            case Mask():
                return Filled(mask=shape)
            case Polygon():
                return Rings(rings=shape.rings)
            case Stroke():
                return Lines(paths=(shape.points,), width=shape.width)
            case Ellipse():
                if shape.angle == 0:
                    return Oval(cx=shape.cx, cy=shape.cy, rx=shape.rx, ry=shape.ry, is_filled=True)
                return Rings(rings=(ellipse_ring(shape),))
            case Point():
                radius = float(place.pixels(POINT_RADIUS))
                return Oval(cx=shape.x, cy=shape.y, rx=radius, ry=radius, is_filled=True)
            case Box():
                x0, x1 = on_pixels(place.box.x0, place.box.x1, place.size.width)
                y0, y1 = on_pixels(place.box.y0, place.box.y1, place.size.height)
                return BorderInk(x0=x0, y0=y0, x1=x1, y1=y1, width=max(x1 - x0, y1 - y0))
        assert_never(shape)

    @override
    def rim(self, place: MarkPlace, style: Style) -> Ink:
        return OUTLINE.ink(place, style)

    @override
    def line_width(self, place: MarkPlace, style: Style) -> int | None:
        return OUTLINE.line_width(place, style) if _has_rim(style) else None


def _has_rim(style: Style) -> bool:
    return style.is_clear and style.alpha is None
