"""Which colour stands out from what lies around a mark: pixels beyond its casing, at places along
its lines and edges.
"""

import math
from functools import cache, lru_cache
from typing import assert_never

import numpy as np
from jaxtyping import Int64, UInt8

from deixis.core.run_lengths import SHORT, decode_counts
from deixis.core.shapes import XY
from deixis.marks.primitives import BorderInk, Filled, Ink, Lines, Oval, Rim, Rings
from deixis.marks.raster.looking import Places, Sampling, Scattered, Trace
from deixis.marks.raster.trigonometry import on_circle
from deixis.marks.standing_out import costs, standing_out

AROUND = 8  # looks around each place
NUM_PLACES = 48
BEYOND = 1.5  # of the casing, in 1/336 of the picture's longer side


def stands_out_there(
    pixels: UInt8[np.ndarray, "height width 3"], casing: Ink, scale: float, free: tuple[int, ...]
) -> int:
    """Of the colours that are free, the number of the one that stands out most from what lies just
    beyond a mark's outermost ink. `scale`: pixels for each of a picture of 336.
    """
    reach = _half_width(casing) + BEYOND * scale
    trace = _trace(casing)
    found = _sampling().cheapest(pixels, trace, reach, free)
    return standing_out(_around(pixels, trace, reach), free) if found is None else found


@cache
def _sampling() -> Sampling:
    return Sampling(circle=_circle(), costs=costs(), num_places=NUM_PLACES)


def _around(
    pixels: UInt8[np.ndarray, "height width 3"], trace: Trace, reach: float
) -> UInt8[np.ndarray, "pixel 3"]:
    """Some of the pixels; none where all lies out of the picture."""
    height, width, _ = pixels.shape
    places = _places(trace)[:, None, :] + _circle() * reach
    columns, rows = np.floor(places).astype(np.int64).reshape(-1, 2).T
    is_inside = (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
    return pixels[rows[is_inside], columns[is_inside]]


@cache
def _circle() -> Places:
    return _ring(AROUND)


@cache
def _ring(count: int) -> Places:
    return np.array([on_circle(number / count) for number in range(count)])


@cache
def _unit_ring() -> Scattered:
    return Scattered.at(_ring(NUM_PLACES))


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


def _trace(ink: Ink) -> Trace:
    """The middle of the ink's lines, or the edge of what is filled."""
    match ink:
        case BorderInk():
            half = ink.width / 2
            x0, y0, x1, y1 = ink.x0 + half, ink.y0 + half, ink.x1 - half, ink.y1 - half
            return (((x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)),)
        case Oval():
            ring = _unit_ring()
            return Scattered(ring.places, ring.address, (ink.cx, ink.cy), (ink.rx, ink.ry))
        case Lines():
            return _long([_closed(path) if ink.are_closed else path for path in ink.paths])
        case Rings():
            paths = [_closed(ring) for ring in ink.rings]
            paths += [path for lines in ink.lines if not lines.are_closed for path in lines.paths]
            return _long(paths)
        case Filled() | Rim():
            mask = ink.mask
            find = _edge_of_short if len(mask.counts) <= SHORT else _edge_of
            return find(mask.counts, mask.size.height)
    assert_never(ink)


def _closed(path: tuple[XY, ...]) -> tuple[XY, ...]:
    return (*path, path[0])


def _long(paths: list[tuple[XY, ...]]) -> Trace:
    """Without those of one place, unless there is no other."""
    long = tuple(path for path in paths if len(path) > 1)
    return long or Scattered.at(np.array([path[0] for path in paths]))


def _places(trace: Trace) -> Places:
    if isinstance(trace, Scattered):
        return trace.places * trace.times + trace.middle
    return _along(trace)


def _along(paths: tuple[tuple[XY, ...], ...]) -> Places:
    """Places at even distances along paths."""
    long = [np.array(path, dtype=np.float64) for path in paths]
    starts = np.concatenate([path[:-1] for path in long])
    ends = np.concatenate([path[1:] for path in long])
    lengths = np.sqrt(((ends - starts) * (ends - starts)).sum(axis=1))
    upto = np.add.accumulate(lengths)
    steps = (np.arange(NUM_PLACES) + 0.5) * (upto[-1] / NUM_PLACES)
    stretch = np.minimum(np.searchsorted(upto, steps), len(upto) - 1)
    share = (steps - upto[stretch] + lengths[stretch]) / np.maximum(lengths[stretch], 1e-9)
    return starts[stretch] + (ends - starts)[stretch] * share[:, None]


@lru_cache(maxsize=256)
def _edge_of_short(counts: str, height: int) -> Scattered:
    """A mask's tint, casing and core are around the same pixels."""
    return _edge_of(counts, height)


def _edge_of(counts: str, height: int) -> Scattered:
    """Pixels at the ends of some of a mask's columns' runs."""
    ends = np.add.accumulate(decode_counts(counts))
    ends = ends[: 2 * (ends.size // 2)].reshape(-1, 2)
    some = ends[ends[:, 1] > ends[:, 0]]
    chosen = some[_spread(len(some), NUM_PLACES // 2)]
    places = np.concatenate((chosen[:, 0], chosen[:, 1] - 1))
    columns, rows = np.divmod(places, height)
    return Scattered.at(np.stack((columns + 0.5, rows + 0.5), axis=1))


def _spread(count: int, most: int) -> Int64[np.ndarray, " chosen"]:
    if count <= most:
        return np.arange(count)
    return np.arange(most) * count // most + math.floor(count / most / 2)
