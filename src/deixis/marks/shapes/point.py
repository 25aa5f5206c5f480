"""A dot lies on the region."""

import math
from typing import ClassVar, final

from typing_extensions import override

from deixis.core.portable_rng import Draws
from deixis.core.shapes import XY, Point, Polygon
from deixis.marks.mark_shape import MarkShape, draws_of
from deixis.marks.place import MarkPlace
from deixis.marks.primitives import Oval
from deixis.marks.style import Style

TRIES = 10
MOST_STRETCHED = 2.0


@final
class PointShape(MarkShape):
    """A filled disc or ellipse lies near the middle; its width is its radius."""

    preposition: ClassVar[str] = "at"
    noun: ClassVar[str] = "point"
    usual_width: ClassVar[int] = 8
    widths: ClassVar[tuple[int, int]] = (5, 20)
    clear_width: ClassVar[int] = 6  # with its casing it covers what a plain one does

    @override
    def ink(self, place: MarkPlace, style: Style) -> Oval:
        draws = draws_of(style)
        radius = float(self.pixels_wide(place, style))
        if draws is None or isinstance(place.region.shape, Point):
            x, y = place.heart
        else:
            x, y = _near_middle(place, draws) or _elsewhere(place, draws)
        aspect = 1.0
        if draws is not None and draws.chance(50):
            aspect = draws.uniform(1 / MOST_STRETCHED, MOST_STRETCHED)
        return Oval(cx=x, cy=y, rx=radius * aspect, ry=radius / aspect, is_filled=True)

    @override
    def line_width(self, place: MarkPlace, style: Style) -> int:
        return 2 * self.pixels_wide(place, style)


def _near_middle(place: MarkPlace, draws: Draws) -> XY | None:
    """A place of the region is near the middle of its box, if chance finds one."""
    spread_x, spread_y = (math.sqrt(side / 8) for side in (place.box.width, place.box.height))
    for _ in range(TRIES):
        x = place.middle[0] + draws.normal() * spread_x
        y = place.middle[1] + draws.normal() * spread_y
        if place.holds(x, y):
            return x, y
    return None


def _elsewhere(place: MarkPlace, draws: Draws) -> XY:
    """Any place of one part of a polygon is taken, as the released code does; of all else its
    heart.
    """
    is_polygon = isinstance(place.region.shape, Polygon)
    return place.one_part(draws).anywhere(draws) if is_polygon else place.heart
