"""A curve goes across the region, as a hand draws it."""

import itertools
from typing import ClassVar, final

import numpy as np
from typing_extensions import override

from deixis.core.shapes import XY
from deixis.marks.mark_shape import MarkShape, draws_of
from deixis.marks.place import MarkPlace
from deixis.marks.primitives import Lines
from deixis.marks.raster.trigonometry import length
from deixis.marks.style import Style

PLAIN = ((0.1, 0.65), (0.4, -0.2), (0.6, 1.2), (0.9, 0.35))  # an S, in parts of the box
FEWEST, MOST, EACH = 8, 96, 8.0  # stretches of a curve, and pixels for one more


@final
class ScribbleShape(MarkShape):
    """A Bézier curve runs between random places inside: cubic as in the released code, quadratic as
    in the paper.
    """

    preposition: ClassVar[str] = "with"
    noun: ClassVar[str] = "scribble"
    usual_width: ClassVar[int] = 4
    widths: ClassVar[tuple[int, int]] = (2, 12)

    @override
    def ink(self, place: MarkPlace, style: Style) -> Lines:
        draws = draws_of(style)
        if draws is None:
            box = place.box
            controls = [(box.x0 + u * box.width, box.y0 + v * box.height) for u, v in PLAIN]
        else:
            part = place.one_part(draws)
            count = 3 if style.profile == "paper" else 4
            controls = [part.anywhere(draws) for _ in range(count)]
        width = float(self.pixels_wide(place, style))
        return Lines(paths=(curve(controls),), width=width)


def curve(controls: list[XY]) -> tuple[XY, ...]:
    """A Bézier curve has these places, by de Casteljau's rule."""
    total = sum(length(bx - ax, by - ay) for (ax, ay), (bx, by) in itertools.pairwise(controls))
    count = min(MOST, FEWEST + int(total / EACH))
    shares = np.arange(count + 1) / count
    places = [np.array(control)[:, None] for control in controls]
    while len(places) > 1:
        places = [one + (two - one) * shares for one, two in itertools.pairwise(places)]
    xs, ys = places[0].tolist()
    return tuple(zip(xs, ys, strict=True))
