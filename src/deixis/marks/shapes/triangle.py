"""The border of a triangle lies on the region."""

from typing import ClassVar, final

from typing_extensions import override

from deixis.core.portable_rng import Draws
from deixis.core.shapes import XY
from deixis.marks.mark_shape import MarkShape, draws_of
from deixis.marks.place import MarkPlace
from deixis.marks.primitives import Lines
from deixis.marks.raster.trigonometry import length
from deixis.marks.style import Style

FLATTEST = -0.8660254037844386  # cosine of 150 degrees, the widest angle
TRIES = 50


@final
class TriangleShape(MarkShape):
    """Three random places inside are its corners; a plain one stands in the box."""

    preposition: ClassVar[str] = "with"
    noun: ClassVar[str] = "triangle"
    usual_width: ClassVar[int] = 3
    widths: ClassVar[tuple[int, int]] = (2, 8)

    @override
    def ink(self, place: MarkPlace, style: Style) -> Lines:
        draws = draws_of(style)
        corners = _upright(place) if draws is None else _drawn(place, draws)
        width = float(self.pixels_wide(place, style))
        return Lines(paths=(corners,), width=width, are_closed=True)


def _upright(place: MarkPlace) -> tuple[XY, ...]:
    box = place.box
    return (place.middle[0], box.y0), (box.x1, box.y1), (box.x0, box.y1)


def _drawn(place: MarkPlace, draws: Draws) -> tuple[XY, ...]:
    for _ in range(TRIES):
        corners = tuple(place.anywhere(draws) for _ in range(3))
        if _is_open(corners):
            return corners
    return _upright(place)


def _is_open(corners: tuple[XY, ...]) -> bool:
    """Whether no angle is wider than 150 degrees."""
    for here in range(3):
        (x, y), (ax, ay), (bx, by) = corners[here], corners[here - 1], corners[here - 2]
        lengths = length(ax - x, ay - y) * length(bx - x, by - y)
        along = (ax - x) * (bx - x) + (ay - y) * (by - y)
        if lengths == 0 or along < FLATTEST * lengths:
            return False
    return True
