"""A dot on the region."""

import math
from typing import ClassVar, final

from typing_extensions import override

from deixis.core.shapes import Point as PointRegion
from deixis.marks.ink import Oval
from deixis.marks.place import Place
from deixis.marks.shapes._shape import MarkShape, draws_of
from deixis.marks.style import Style

TRIES = 10
MOST_STRETCHED = 2.0


@final
class Point(MarkShape):
    """A filled disc or ellipse near the middle; its width is its radius."""

    preposition: ClassVar[str] = "at"
    noun: ClassVar[str] = "point"
    usual_width: ClassVar[int] = 8
    widths: ClassVar[tuple[int, int]] = (5, 20)

    @override
    def ink(self, place: Place, style: Style) -> Oval:
        draws = draws_of(style)
        radius = float(place.pixels(self.width(style)))
        x, y = place.heart
        aspect = 1.0
        if draws is not None:
            if not isinstance(place.region.shape, PointRegion):
                spread_x, spread_y = (
                    math.sqrt(side / 8) for side in (place.box.width, place.box.height)
                )
                for _ in range(TRIES):
                    near_x = place.middle[0] + draws.normal() * spread_x
                    near_y = place.middle[1] + draws.normal() * spread_y
                    if place.holds(near_x, near_y):
                        x, y = near_x, near_y
                        break
            if draws.chance(50):
                aspect = draws.uniform(1 / MOST_STRETCHED, MOST_STRETCHED)
        return Oval(cx=x, cy=y, rx=radius * aspect, ry=radius / aspect, is_filled=True)

    @override
    def line_width(self, place: Place, style: Style) -> int:
        return 2 * place.pixels(self.width(style))
