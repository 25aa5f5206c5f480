"""An arrow points at the region."""

from dataclasses import dataclass
from typing import ClassVar, final

from typing_extensions import override

from deixis.core.portable_rng import Draws
from deixis.core.shapes import XY
from deixis.marks.mark_shape import MarkShape, draws_of
from deixis.marks.place import MarkPlace
from deixis.marks.primitives import Lines, Rings
from deixis.marks.raster.trigonometry import length, on_circle
from deixis.marks.style import Style

JITTER = 0.25  # of the box, about its middle
SHORTEST_SHARE, LONGEST = 0.8, 50
HEADS, SMALLEST_HEAD = (0.2, 0.5), 6
BEND = 5
BARB = 1 / 6  # of a turn, between shaft and barb
PLAIN_BARB, PLAIN_HEAD = 1 / 12, 0.4
PLAIN_WAYS = (5 / 8, 7 / 8, 3 / 8, 1 / 8)  # from the tip: up left, up right, down left, down right


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class _Arrow:
    """An arrow has a tip, a way from the tip to the tail in turns, and lengths in pixels.

    `reach`: from the tip to the end of the shaft.
    """

    tip: XY
    way: float
    reach: float
    head: float
    barb: float
    bend: XY | None
    is_filled: bool

    def along(self, distance: float, turned: float = 0.0) -> XY:
        """A place is so far from the tip."""
        cosine, sine = on_circle(self.way + turned)
        return self.tip[0] + distance * cosine, self.tip[1] + distance * sine


@final
class ArrowShape(MarkShape):
    """The tip lies within the region, the tail in any direction; a plain one comes from where there
    is room.
    """

    preposition: ClassVar[str] = "pointed to by"
    noun: ClassVar[str] = "arrow"
    usual_width: ClassVar[int] = 3
    widths: ClassVar[tuple[int, int]] = (1, 6)

    @override
    def ink(self, place: MarkPlace, style: Style) -> Rings:
        draws = draws_of(style)
        arrow = _plain(place) if draws is None else _drawn(place, draws)
        width = float(self.pixels_wide(place, style))
        left, right = (arrow.along(arrow.head, turn) for turn in (arrow.barb, -arrow.barb))
        # an open head's shaft reaches the tip, a filled one's its base
        start = arrow.along(arrow.head * on_circle(arrow.barb)[0] / 2 if arrow.is_filled else 0.0)
        end = arrow.along(arrow.reach)
        if arrow.is_filled and arrow.bend is None:
            return Rings(rings=(_slab(start, end, width), (arrow.tip, left, right)))
        shaft = (start, end) if arrow.bend is None else (start, arrow.bend, end)
        if arrow.is_filled:
            return Rings(
                rings=((arrow.tip, left, right),), lines=(Lines(paths=(shaft,), width=width),)
            )
        return Rings(rings=(), lines=(Lines(paths=(shaft, (left, arrow.tip, right)), width=width),))


def _drawn(place: MarkPlace, draws: Draws) -> _Arrow:
    x, y = place.middle
    tip = (
        x + place.box.width * draws.uniform(-JITTER, JITTER),
        y + place.box.height * draws.uniform(-JITTER, JITTER),
    )
    way = draws.uniform(0, 1)
    short = SHORTEST_SHARE * min(place.box.width, place.box.height)
    size = draws.uniform(short, float(place.pixels(LONGEST)))
    head = max(draws.uniform(*HEADS) * size, float(place.pixels(SMALLEST_HEAD)))
    reach = max(size - head, 0.0)  # in the released code the head is a part of the length
    bend = None
    arrow = _Arrow(tip=tip, way=way, reach=reach, head=head, barb=BARB, bend=None, is_filled=False)
    if draws.chance(50):
        middle_x, middle_y = arrow.along(reach / 2)
        jitter = BEND * place.scale
        bend = (
            middle_x + draws.uniform(-jitter, jitter),
            middle_y + draws.uniform(-jitter, jitter),
        )
    return _Arrow(
        tip=tip,
        way=way,
        reach=reach,
        head=head,
        barb=BARB,
        bend=bend,
        is_filled=draws.chance(50),
    )


def _plain(place: MarkPlace) -> _Arrow:
    size = float(place.pixels(LONGEST))
    tip = place.heart
    return _Arrow(
        tip=tip,
        way=_roomy_way(tip, size, place),
        reach=size,
        head=size * PLAIN_HEAD,
        barb=PLAIN_BARB,
        bend=None,
        is_filled=True,
    )


def _roomy_way(tip: XY, size: float, place: MarkPlace) -> float:
    """The first of the ways on which a tail would leave the picture least."""
    for way in PLAIN_WAYS:
        if not _outside(tip, way, size, place):
            return way
    return min(PLAIN_WAYS, key=lambda way: _outside(tip, way, size, place))


def _outside(tip: XY, way: float, size: float, place: MarkPlace) -> float:
    """A tail would leave the picture by so much."""
    cosine, sine = on_circle(way)
    x, y = tip[0] + size * cosine, tip[1] + size * sine
    return max(0.0, -x, x - place.size.width) + max(0.0, -y, y - place.size.height)


def _slab(start: XY, end: XY, width: float) -> tuple[XY, ...]:
    (ax, ay), (bx, by) = start, end
    dx, dy = bx - ax, by - ay
    scale = width / 2 / max(length(dx, dy), 1e-9)
    out_x, out_y = -dy * scale, dx * scale
    return (
        (ax + out_x, ay + out_y),
        (bx + out_x, by + out_y),
        (bx - out_x, by - out_y),
        (ax - out_x, ay - out_y),
    )
