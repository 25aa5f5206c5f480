"""Closed outlines, scanline by scanline: what any of them encloses, however they overlap.

Every outline is turned the same way round, so that the number of outlines around a place counts
up and never back: there are no holes where pieces of a stroke meet, and nothing is inked twice.
"""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Int64

from deixis.core.size import Size
from deixis.marks.raster.coverage import Block, Cells
from deixis.marks.raster.intervals import Intervals, coverage_of
from deixis.marks.raster.outline import FINE, Edges, Outlines, edges_of

CUTS = 1  # a row is cut in 2^1 scanlines, and in more where edges are flat
CROSSINGS = 2**17  # of edges with scanlines that are worked on at once
BAND = 2**17  # pixels of a window that are worked on at once
KEY_BITS = 26  # a place along a scanline in 1/256 pixels, and the edge's direction


def outline_coverage(batches: list[Outlines], size: Size) -> Iterator[Block | Cells]:
    """How much of each pixel the outlines enclose; several pieces for what is very large."""
    edges = edges_of(batches)
    if not edges.x0.size:
        return
    top = max(0, int(edges.y0.min()) // FINE)
    bottom = min(size.height, (int(edges.y1.max()) - 1) // FINE + 1)
    if bottom <= top:
        return
    rows = _rows_at_once(edges, size, bottom - top)
    for first in range(top, bottom, rows):
        last = min(bottom, first + rows)
        near = edges
        if rows < bottom - top:
            near = edges.chosen((edges.y0 < last * FINE) & (edges.y1 > first * FINE))
        piece = coverage_of(_intervals(near, first, last, size), size) if near.x0.size else None
        if piece is not None:
            yield piece


def _rows_at_once(edges: Edges, size: Size, rows: int) -> int:
    left = max(0, int(min(edges.x0.min(), edges.x1.min())) // FINE)
    right = min(size.width, int(max(edges.x0.max(), edges.x1.max())) // FINE + 1)
    top, bottom = max(0, int(edges.y0.min())), size.height * FINE
    tall = np.minimum(edges.y1, bottom) - np.maximum(edges.y0, top)
    crossings = int(np.maximum(tall, 0).sum()) * 4 // FINE // rows + 1
    return max(1, min(BAND // max(right - left, 1), CROSSINGS // crossings))


def _intervals(edges: Edges, top: int, bottom: int, size: Size) -> Intervals:
    heights, rows, cuts = _scanlines(edges, top, bottom)
    key = _crossings(edges, heights, size)
    key.sort()
    sign = key & 1
    sign <<= 1
    sign -= 1
    around = np.add.accumulate(sign)
    ends = key[around == 0]
    starts = key[(around == sign) & (sign != 0) & (around != 0)]
    line = starts >> KEY_BITS
    left = (starts & (2**KEY_BITS - 1)) >> 1
    right = (ends & (2**KEY_BITS - 1)) >> 1
    some = right > left
    if not some.all():
        line, left, right = line[some], left[some], right[some]
    return Intervals(rows=rows[line], left=left, right=right, cuts=cuts[line])


def _scanlines(
    edges: Edges, top: int, bottom: int
) -> tuple[Int64[np.ndarray, " line"], Int64[np.ndarray, " line"], Int64[np.ndarray, " line"]]:
    """Each scanline's height in 1/256 pixels, its row, and in how many that row is cut."""
    cuts = _cuts_of_rows(edges, top, bottom)
    counts = np.int64(1) << cuts
    ends = np.add.accumulate(counts)
    row = np.arange(bottom - top).repeat(counts)
    step = FINE // counts
    begins = step >> 1
    begins -= (ends - counts) * step
    begins += (np.arange(bottom - top) + top) * FINE
    heights = np.arange(row.size)
    heights *= step[row]
    heights += begins[row]
    cuts = cuts[row]
    row += top
    return heights, row, cuts


def _cuts_of_rows(edges: Edges, top: int, bottom: int) -> Int64[np.ndarray, " row"]:
    """More for rows in which an edge that is seen moves far to the side."""
    tall, wide = edges.y1 - edges.y0, np.abs(edges.x1 - edges.x0)
    seen = edges.is_seen & (wide > tall)
    if not seen.any():
        return np.full(bottom - top, CUTS)
    tall, wide = tall[seen], wide[seen]
    more = (wide > 2 * tall).astype(np.int64)
    more += wide > 4 * tall
    rows = bottom - top
    more *= rows + 1
    first = np.maximum(edges.y0[seen] // FINE - top, 0)
    last = np.minimum((edges.y1[seen] - 1) // FINE + 1 - top, rows)
    change = np.zeros(3 * (rows + 1), dtype=np.int64)
    one = np.ones_like(more)
    np.add.at(change, more + np.minimum(first, rows), one)
    np.add.at(change, more + np.maximum(last, 0), -one)
    is_so = np.add.accumulate(change).reshape(3, -1)[:, :rows] > 0
    return CUTS + np.where(is_so[2], 3, np.where(is_so[1], 2, is_so[0]))


def _crossings(edges: Edges, heights: np.ndarray, size: Size) -> Int64[np.ndarray, " crossing"]:
    """Where edges cross scanlines, as one number each: scanline, place along it, direction."""
    first = np.searchsorted(heights, edges.y0)
    counts = np.searchsorted(heights, edges.y1)
    counts -= first
    ends = np.add.accumulate(counts)
    edge = np.arange(counts.size).repeat(counts)
    line = np.arange(edge.size)
    line += (first - ends + counts)[edge]
    slope = (edges.x1 - edges.x0) / (edges.y1 - edges.y0)
    start = edges.x0 - edges.y0 * slope
    place = heights[line] * slope[edge]
    place += start[edge]
    np.rint(place, out=place)
    np.maximum(place, 0.0, out=place)
    np.minimum(place, float(size.width * FINE), out=place)
    line <<= KEY_BITS - 1
    line += place.astype(np.int64)
    line <<= 1
    line += (edges.sign > 0)[edge]
    return line
