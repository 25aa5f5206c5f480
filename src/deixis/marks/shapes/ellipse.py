"""An ellipse goes around the region's box."""

from typing import ClassVar, final

from typing_extensions import override

from deixis.marks.mark_shape import MarkShape, draws_of
from deixis.marks.place import MarkPlace
from deixis.marks.primitives import Oval
from deixis.marks.style import Style

LARGEST = 1.5  # of the box


@final
class EllipseShape(MarkShape):
    """It is as wide and high as the box, or up to half as much more; a plain one is midway."""

    preposition: ClassVar[str] = "within"
    noun: ClassVar[str] = "ellipse"
    usual_width: ClassVar[int] = 3
    widths: ClassVar[tuple[int, int]] = (2, 8)

    @override
    def ink(self, place: MarkPlace, style: Style) -> Oval:
        draws = draws_of(style)
        share = (1 + LARGEST) / 2 if draws is None else draws.uniform(1, LARGEST)
        cx, cy = place.middle
        return Oval(
            cx=cx,
            cy=cy,
            rx=max(place.box.width / 2 * share, 1.0),
            ry=max(place.box.height / 2 * share, 1.0),
            width=float(self.pixels_wide(place, style)),
        )
