"""Closed outlines, scanline by scanline: what any of them encloses, however they overlap.

Every outline is turned the same way round, so that the number of outlines around a place counts
up and never back: there are no holes where pieces of a stroke meet, and nothing is inked twice.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from jaxtyping import Int64

from deixis.core.size import Size
from deixis.marks.raster.coverage import Block, Cells
from deixis.marks.raster.intervals import Intervals, coverage_of
from deixis.marks.raster.outline import FINE, Edges, Outlines, edges_of

# scanlines in a row of pixels, by the rows of a mark: flat edges of small ones are seen best
FINEST, FINER, USUAL = (32, 16), (128, 8), 4
CROSSINGS = 2**17  # of edges with scanlines that are worked on at once
BAND = 2**17  # pixels of a window that are worked on at once
KEY_BITS = 26  # a place along a scanline in 1/256 pixels, and the edge's direction


def outline_coverage(batches: Sequence[Outlines], size: Size) -> Iterator[Block | Cells]:
    """How much of each pixel the outlines enclose; several pieces for what is very large."""
    edges = edges_of(batches)
    if not edges.x0.size:
        return
    top = max(0, int(edges.y0.min()) // FINE)
    bottom = min(size.height, (int(edges.y1.max()) - 1) // FINE + 1)
    if bottom <= top:
        return
    count = next((n for rows, n in (FINEST, FINER) if bottom - top <= rows), USUAL)
    rows = _rows_at_once(edges, size, top, bottom, count)
    for first in range(top, bottom, rows):
        last = min(bottom, first + rows)
        near = edges
        if rows < bottom - top:
            near = edges.chosen((edges.y0 < last * FINE) & (edges.y1 > first * FINE))
        if near.x0.size:
            piece = coverage_of(_intervals(near, first, last, count, size), size)
            if piece is not None:
                yield piece


def _rows_at_once(edges: Edges, size: Size, top: int, bottom: int, count: int) -> int:
    rows = bottom - top
    are_few = rows * count * edges.x0.size <= CROSSINGS
    if are_few and rows * size.width <= BAND:
        return rows
    left = max(0, int(min(edges.x0.min(), edges.x1.min())) // FINE)
    right = min(size.width, int(max(edges.x0.max(), edges.x1.max())) // FINE + 1)
    if are_few and rows * (right - left) <= BAND:
        return rows
    tall = np.minimum(edges.y1, bottom * FINE) - np.maximum(edges.y0, top * FINE)
    crossings = int(np.maximum(tall, 0).sum()) * count // FINE // rows + 1
    return max(1, min(BAND // max(right - left, 1), CROSSINGS // crossings))


def _intervals(edges: Edges, top: int, bottom: int, count: int, size: Size) -> Intervals:
    key = _crossings(edges, top, bottom, count, size)
    key.sort()
    sign = key & 1
    sign <<= 1
    sign -= 1
    around = np.add.accumulate(sign)
    ends = key.compress(around == 0)
    starts = key.compress((around == sign) & (around != 0))
    line = starts >> KEY_BITS
    left = starts & (2**KEY_BITS - 1)
    left >>= 1
    right = ends & (2**KEY_BITS - 1)
    right >>= 1
    some = right > left
    if not some.all():
        line, left, right = line[some], left[some], right[some]
    line >>= count.bit_length() - 1  # a power of two
    line += top
    return Intervals(rows=line, left=left, right=right, scanlines=count)


def _crossings(
    edges: Edges, top: int, bottom: int, count: int, size: Size
) -> Int64[np.ndarray, " crossing"]:
    """Where edges cross scanlines, as one number each: scanline, place along it, direction."""
    step = FINE // count
    lines = (bottom - top) * count
    # scanline k lies (k + 1/2) · step below the top; an edge crosses those from its upper end to
    # just above its lower one
    ahead = step // 2 - 1 - top * FINE
    shift = step.bit_length() - 1  # a power of two
    first = np.maximum((edges.y0 + ahead) >> shift, 0)
    past = np.minimum((edges.y1 + ahead) >> shift, lines)
    counts = np.maximum(past - first, 0)
    ends = np.add.accumulate(counts)
    edge = np.arange(counts.size).repeat(counts)
    line = np.arange(edge.size)
    line += (first - ends + counts)[edge]
    slope = (edges.x1 - edges.x0) / (edges.y1 - edges.y0)
    start = edges.x0 + (top * FINE + step // 2 - edges.y0) * slope
    place = line * (slope * step)[edge]
    place += start[edge]
    np.rint(place, out=place)
    np.maximum(place, 0.0, out=place)
    np.minimum(place, float(size.width * FINE), out=place)
    line <<= KEY_BITS - 1
    line += place.astype(np.int64)
    line <<= 1
    line += edges.leads_down[edge]
    return line
