"""Closed outlines, scanline by scanline: what any of them encloses, however they overlap.

Every outline is turned the same way round, so that the number of outlines around a place counts
up and never back: there are no holes where pieces of a stroke meet, and nothing is inked twice.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from jaxtyping import Int32, Int64

from deixis.core.size import Size
from deixis.marks.raster.coverage import Cells, PixelBlock
from deixis.marks.raster.intervals import Intervals, coverage_of
from deixis.marks.raster.outline import FINE, Edges, Outlines, edges_of

# scanlines in a row of pixels, by the rows of a mark: flat edges of small ones are seen best
FINEST, FINER, USUAL = (32, 16), (128, 8), 4
CROSSINGS = 2**17  # of edges with scanlines that are worked on at once
BAND = 2**17  # pixels of a window that are worked on at once


def outline_coverage(batches: Sequence[Outlines], size: Size) -> Iterator[PixelBlock | Cells]:
    """The outlines enclose so much of each pixel; what is very large comes in several pieces."""
    edges = edges_of(batches)
    if not edges.x0.size:
        return
    top = max(0, int(edges.y0.min()) // FINE)
    bottom = min(size.height, (int(edges.y1.max()) - 1) // FINE + 1)
    if bottom <= top:
        return
    count = next((n for rows, n in (FINEST, FINER) if bottom - top <= rows), USUAL)
    rows = _rows_at_once(edges, size, top, bottom, count)
    begun = 0  # edges, in order of their upper ends, that were near some band
    near = edges
    if rows < bottom - top:
        edges = edges.chosen(np.argsort(edges.y0, kind="stable"))
        near = edges.chosen(slice(0, 0))
    for first in range(top, bottom, rows):
        last = min(bottom, first + rows)
        if rows < bottom - top:
            begin, begun = begun, int(np.searchsorted(edges.y0, last * FINE))
            near = near.joined(edges.chosen(slice(begin, begun)))
            near = near.chosen(near.y1 > first * FINE)
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
    place_bits = (size.width * FINE).bit_length() + 1  # with the edge's direction
    key = _crossings(edges, top, bottom, count, size, place_bits)
    key.sort(kind="stable")  # along each edge they are sorted already
    sign = key & 1
    sign <<= 1
    sign -= 1
    around = np.add.accumulate(sign, out=sign)
    ends = (around == 0).nonzero()[0]
    starts = np.zeros_like(ends)
    np.add(ends[:-1], 1, out=starts[1:])
    begun, ended = key[starts], key[ends]
    line = (begun >> place_bits).astype(np.int64)
    places = 2**place_bits - 1
    left = (begun & places) >> 1
    right = (ended & places) >> 1
    some = right > left
    if not some.all():
        line, left, right = line[some], left[some], right[some]
    line >>= count.bit_length() - 1  # a power of two
    line += top
    return Intervals(rows=line, left=left, right=right, scanlines=count)


def _crossings(
    edges: Edges, top: int, bottom: int, count: int, size: Size, place_bits: int
) -> Int32[np.ndarray, " crossing"] | Int64[np.ndarray, " crossing"]:
    """Edges cross scanlines here, as one number each: scanline, place along it, direction."""
    step = FINE // count
    lines = (bottom - top) * count
    kind = np.int32 if lines << place_bits < 2**31 else np.int64  # sorted twice as fast
    # scanline k lies (k + 1/2) · step below the top; an edge crosses those from its upper end to
    # just above its lower one
    ahead = step // 2 - 1 - top * FINE
    shift = step.bit_length() - 1  # a power of two
    first = np.maximum((edges.y0 + ahead) >> shift, 0)
    past = np.minimum((edges.y1 + ahead) >> shift, lines)
    counts = np.maximum(past - first, 0)
    ends = np.add.accumulate(counts)
    line = np.arange(ends[-1], dtype=kind)
    line += (first - ends + counts).astype(kind).repeat(counts)
    slope = (edges.x1 - edges.x0) / (edges.y1 - edges.y0)
    start = edges.x0 + (top * FINE + step // 2 - edges.y0) * slope
    place = (slope * step).repeat(counts)
    place *= line
    place += start.repeat(counts)
    np.rint(place, out=place)
    np.maximum(place, 0.0, out=place)
    np.minimum(place, float(size.width * FINE), out=place)
    line <<= place_bits - 1
    line += place.astype(kind)
    line <<= 1
    line += edges.leads_down.repeat(counts)
    return line
