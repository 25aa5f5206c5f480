"""A mark's outlines become the coverage of pixels; before that, their window and work are known."""

import math
from collections.abc import Iterator
from typing import assert_never

import numpy as np

from deixis.core.errors import RegionError
from deixis.core.mask import Mask
from deixis.core.shapes import XY
from deixis.core.size import Size
from deixis.marks.primitives import (
    FARTHEST,
    BorderInk,
    Filled,
    Ink,
    Lines,
    Oval,
    Rim,
    Rings,
    Window,
)
from deixis.marks.raster.coverage import Bars, Coverage, is_within
from deixis.marks.raster.lines import GENTLE, line_outlines
from deixis.marks.raster.masks import filled_coverage, rim_coverage
from deixis.marks.raster.outline import Outlines
from deixis.marks.raster.oval import oval_coverage
from deixis.marks.raster.scan import outline_coverage

SCANLINES = 4  # in a row of pixels, of all but the smallest marks
MOST_CROSSINGS = 2**27  # of edges with scanlines: seconds; what people outlined has a thousandth
PEN_SPARE = 1.05  # joints of a line reach a little farther than half its width


def coverage_pieces(ink: Ink, size: Size) -> Iterator[Coverage]:
    """The ink covers so much of each pixel; no pixel is in two pieces."""
    match ink:
        case BorderInk():
            if not is_within(ink, size.width, size.height):
                raise RegionError(f"a rectangle's border lies in the {size} picture, got {ink}")
            yield from _bars(ink)
        case Oval():
            yield from oval_coverage(ink, size)
        case Rings():
            _check_places(ink.rings)
            for lines in ink.lines:
                _check_places(lines.paths)
            yield from outline_coverage(_outlines(ink), size)
        case Lines():
            _check_places(ink.paths)
            yield from outline_coverage(line_outlines(ink), size)
        case Filled():
            _check_mask(ink.mask, size)
            yield from filled_coverage(ink.mask)
        case Rim():
            _check_mask(ink.mask, size)
            yield from rim_coverage(ink.mask, ink.radius)
        case _:
            assert_never(ink)


def bounds(ink: Ink, size: Size) -> Window | None:
    """The ink touches nothing outside of this window of the picture; None: it touches nothing at
    all.
    """
    match ink:
        case BorderInk():
            return Window.within(ink.x0, ink.y0, ink.x1, ink.y1, size)
        case Oval():
            reach = ink.width / 2 + 0.5
            dx, dy = ink.rx + reach, ink.ry + reach
            return Window.within(ink.cx - dx, ink.cy - dy, ink.cx + dx, ink.cy + dy, size)
        case Rings():
            places = [place for ring in ink.rings for place in ring]
            places += [place for lines in ink.lines for path in lines.paths for place in path]
            widest = max((lines.width for lines in ink.lines), default=0.0)
            return _around(places, widest / 2 * PEN_SPARE + 1, size)
        case Lines():
            reach = ink.width / 2 * PEN_SPARE + 1
            return _around([place for path in ink.paths for place in path], reach, size)
        case Filled():
            return Window.within(*ink.mask.box().xyxy, size)
        case Rim():
            reach = math.ceil(ink.radius + 0.5)
            x0, y0, x1, y1 = ink.mask.box().xyxy
            return Window.within(x0 - reach, y0 - reach, x1 + reach, y1 + reach, size)
    assert_never(ink)


def _bars(frame: BorderInk) -> Iterator[Bars]:
    """The border is a level and an upright pair of bars, or one bar where it leaves nothing
    free.
    """
    x0, y0, x1, y1, width = frame.x0, frame.y0, frame.x1, frame.y1, frame.width
    if x1 <= x0 or y1 <= y0:
        return
    if 2 * width >= min(x1 - x0, y1 - y0):
        yield Bars(x0=x0, y0=y0, x1=x1, y1=y1)
        return
    yield Bars(x0=x0, y0=y0, x1=x1, y1=y0 + width, copies=2, down=y1 - y0 - width)
    yield Bars(x0=x0, y0=y0 + width, x1=x0 + width, y1=y1 - width, copies=2, right=x1 - x0 - width)


def _outlines(ink: Rings) -> list[Outlines]:
    closed = [Outlines(corners=np.array([ring], dtype=np.float64)) for ring in ink.rings]
    return closed + [outlines for lines in ink.lines for outlines in line_outlines(lines)]


def _around(places: list[XY], reach: float, size: Size) -> Window | None:
    xs, ys = [x for x, _ in places], [y for _, y in places]
    if not xs:
        return None
    return Window.within(min(xs) - reach, min(ys) - reach, max(xs) + reach, max(ys) + reach, size)


def _check_places(paths: tuple[tuple[XY, ...], ...]) -> None:
    for place in (place for path in paths for place in path):
        if not (abs(place[0]) <= FARTHEST and abs(place[1]) <= FARTHEST):
            raise RegionError(f"outlines have finite places within ±{FARTHEST:g}, got {place}")


def _check_mask(mask: Mask, size: Size) -> None:
    if mask.size != size:
        raise RegionError(f"this mask is of a {mask.size} picture, not of a {size} one")


def check_work(ink: Ink, size: Size) -> None:
    """Outlines that would take minutes to draw on a picture of that size are refused."""
    rings: tuple[tuple[XY, ...], ...]
    lines: tuple[Lines, ...]
    if isinstance(ink, Lines):
        rings, lines = (), (ink,)
    elif isinstance(ink, Rings):
        rings, lines = ink.rings, ink.lines
    else:
        return
    num_places = sum(map(len, rings))
    for one in lines:
        num_places += sum(map(len, one.paths))
    if 4 * num_places * size.height * SCANLINES <= MOST_CROSSINGS:
        return
    crossings = sum(_crossings(ring, 0.0, size) for ring in rings)
    crossings += sum(_crossings(path, one.width, size) for one in lines for path in one.paths)
    if crossings > MOST_CROSSINGS:
        raise RegionError(
            f"this mark's outlines cross {crossings} scanlines of a {size} picture in all, at most "
            f"{MOST_CROSSINGS} are drawn: give its region fewer points, or pass its mask"
        )


def _crossings(path: tuple[XY, ...], width: float, size: Size) -> int:
    """A closed outline crosses so many scanlines; of a pen's path both long sides count, and what
    closes its sharp bends.
    """
    places = np.array(path)
    along = np.roll(places, -1, axis=0) - places
    tall = int(np.minimum(np.abs(along[:, 1]), size.height).sum())
    if not width:
        return tall * SCANLINES
    after = np.roll(along, -1, axis=0)
    lengths = np.sqrt((along * along).sum(axis=1) * (after * after).sum(axis=1))
    num_sharp = int(((along * after).sum(axis=1) < GENTLE * lengths).sum())
    # the ends of both stretches, and a disc between them
    return int(2 * tall + 4 * num_sharp * min(width, size.height)) * SCANLINES
