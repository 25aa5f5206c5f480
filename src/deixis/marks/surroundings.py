"""What lies around a mark: pixels beyond its casing, at places along its lines and edges."""

import math
from functools import cache
from typing import assert_never

import numpy as np
from jaxtyping import Float64, Int64, UInt8

from deixis.core.mask import Mask
from deixis.core.run_lengths import decode_counts
from deixis.core.shapes import XY
from deixis.marks.primitives import BorderInk, Filled, Ink, Lines, Oval, Rim, Rings
from deixis.marks.raster.trigonometry import on_circle

Places = Float64[np.ndarray, "place 2"]

AROUND = 8  # looks around each place
NUM_PLACES = 48
BEYOND = 1.5  # of the casing, in 1/336 of the picture's longer side


def surroundings(
    pixels: UInt8[np.ndarray, "height width 3"], casing: Ink, scale: float
) -> UInt8[np.ndarray, "pixel 3"]:
    """Some of the pixels just beyond a mark's outermost ink; none where all lies out of the
    picture. `scale`: pixels for each of a picture of 336.
    """
    height, width, _ = pixels.shape
    reach = _half_width(casing) + BEYOND * scale
    places = _places(casing)[:, None, :] + _circle() * reach
    columns, rows = np.floor(places).astype(np.int64).reshape(-1, 2).T
    is_inside = (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
    return pixels[rows[is_inside], columns[is_inside]]


@cache
def _circle() -> Places:
    return np.array([on_circle(number / AROUND) for number in range(AROUND)])


def _half_width(ink: Ink) -> float:
    match ink:
        case BorderInk():
            return ink.width / 2
        case Oval():
            return 0.0 if ink.is_filled else ink.width / 2
        case Lines():
            return ink.width / 2
        case Rings():
            return max((lines.width for lines in ink.lines), default=0.0) / 2
        case Filled():
            return 0.0
        case Rim():
            return ink.radius
    assert_never(ink)


def _places(ink: Ink) -> Places:
    """Places on the middle of the ink's lines, or on the edge of what is filled."""
    match ink:
        case BorderInk():
            half = ink.width / 2
            x0, y0, x1, y1 = ink.x0 + half, ink.y0 + half, ink.x1 - half, ink.y1 - half
            return _along([((x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0))])
        case Oval():
            ring = np.array([on_circle(number / NUM_PLACES) for number in range(NUM_PLACES)])
            return ring * (ink.rx, ink.ry) + (ink.cx, ink.cy)
        case Lines():
            return _along([_closed(path) if ink.are_closed else path for path in ink.paths])
        case Rings():
            paths = [_closed(ring) for ring in ink.rings]
            paths += [path for lines in ink.lines if not lines.are_closed for path in lines.paths]
            return _along(paths)
        case Filled() | Rim():
            return _edge_of(ink.mask)
    assert_never(ink)


def _closed(path: tuple[XY, ...]) -> tuple[XY, ...]:
    return (*path, path[0])


def _along(paths: list[tuple[XY, ...]]) -> Places:
    """Places at even distances along paths."""
    long = [np.array(path) for path in paths if len(path) > 1]
    if not long:
        return np.array([path[0] for path in paths])
    starts = np.concatenate([path[:-1] for path in long])
    ends = np.concatenate([path[1:] for path in long])
    lengths = np.sqrt(((ends - starts) * (ends - starts)).sum(axis=1))
    upto = np.add.accumulate(lengths)
    steps = (np.arange(NUM_PLACES) + 0.5) * (upto[-1] / NUM_PLACES)
    stretch = np.minimum(np.searchsorted(upto, steps), len(upto) - 1)
    share = (steps - upto[stretch] + lengths[stretch]) / np.maximum(lengths[stretch], 1e-9)
    return starts[stretch] + (ends - starts)[stretch] * share[:, None]


def _edge_of(mask: Mask) -> Places:
    """Pixels at the ends of some of its columns' runs."""
    ends = np.add.accumulate(decode_counts(mask.counts))
    ends = ends[: 2 * (ends.size // 2)].reshape(-1, 2)
    some = ends[ends[:, 1] > ends[:, 0]]
    chosen = some[_spread(len(some), NUM_PLACES // 2)]
    places = np.concatenate((chosen[:, 0], chosen[:, 1] - 1))
    columns, rows = np.divmod(places, mask.size.height)
    return np.stack((columns + 0.5, rows + 0.5), axis=1)


def _spread(count: int, most: int) -> Int64[np.ndarray, " chosen"]:
    if count <= most:
        return np.arange(count)
    return np.arange(most) * count // most + math.floor(count / most / 2)
