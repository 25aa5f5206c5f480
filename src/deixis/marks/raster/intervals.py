"""Stretches of scanlines, and the coverage that they add up to.

A pixel row is cut in 4, 8 or 16 scanlines. A stretch of one counts exactly in x, to 1/256 of a
pixel; its scanline counts for its share of the row.
"""

from dataclasses import dataclass
from typing import final

import numpy as np
from jaxtyping import Int32, Int64, UInt16

from deixis.core.errors import UsageError
from deixis.core.size import Size
from deixis.marks.raster.coverage import CELL, FULL, Cells, PixelBlock

FINE = 256  # parts of a pixel
DENSE = 4096  # pixels of a window up to which a block is quicker than cells
LARGEST = 2**28  # pixels of a picture, so that all fits whole numbers of 64 bits
WIDEST = 2**16 - 1
CELL_BITS = 3
LENGTH_BITS = 24


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Intervals:
    """Stretches left..right of rows from above to below, in 1/256 pixels, within the picture; none
    is empty, and on one scanline they do not overlap. `scanlines`: in how many a row is cut.
    """

    rows: Int64[np.ndarray, " interval"]
    left: Int32[np.ndarray, " interval"] | Int64[np.ndarray, " interval"]
    right: Int32[np.ndarray, " interval"] | Int64[np.ndarray, " interval"]
    scanlines: int


def check_size(size: Size) -> None:
    """Pictures beyond what the arithmetic holds are refused."""
    if size.area > LARGEST or max(size.width, size.height) > WIDEST:
        raise UsageError(
            f"marks are drawn on pictures of up to {LARGEST} pixels and {WIDEST} a side, "
            f"this one is {size}; draw on a smaller copy"
        )


def coverage_of(intervals: Intervals, size: Size) -> PixelBlock | Cells | None:
    """The stretches cover so much of each pixel; None where they cover nothing."""
    if not intervals.rows.size:
        return None
    top, bottom = int(intervals.rows[0]), int(intervals.rows[-1]) + 1
    first = int(intervals.left.min()) // FINE
    last = (int(intervals.right.max()) - 1) // FINE + 1
    edges = np.empty((2, intervals.rows.size), dtype=np.int64)
    edges[0], edges[1] = intervals.left, intervals.right
    if (bottom - top) * (last - first) <= DENSE:
        width = last - first + 2  # each edge leaves a rest in the pixel after its own
        edges += (intervals.rows - top) * (width * FINE) - first * FINE
        summed = _summed(edges, edges >> 8, intervals.scanlines, (bottom - top) * width)
        window = summed.reshape(-1, width)[:, : last - first]
        return PixelBlock(left=first, top=top, coverage=window)
    edges += intervals.rows * (size.width * FINE)
    return _cells(_in_order(edges), intervals.scanlines)


def _cells(edges: Int64[np.ndarray, "2 interval"], scanlines: int) -> Cells:
    """Stretches that share or touch a cell are one run of cells."""
    first_cell = edges[0] >> (8 + CELL_BITS)
    last_cell = np.maximum.accumulate((edges[1] - 1) >> (8 + CELL_BITS))
    is_new = np.empty(first_cell.size, dtype=np.bool_)
    is_new[0] = True
    np.greater(first_cell[1:], last_cell[:-1], out=is_new[1:])
    begins = is_new.nonzero()[0]
    first_cell = first_cell[begins]
    lengths = np.concatenate((last_cell[begins[1:] - 1], last_cell[-1:]))
    lengths -= first_cell
    lengths += 1
    ends = np.add.accumulate(lengths)
    num_cells = int(ends[-1])
    shift = ends - lengths - first_cell
    run = np.add.accumulate(is_new, dtype=np.int64)
    run -= 1
    pixels = edges >> 8
    pixels += shift[run] << CELL_BITS
    coverage = _summed(edges, pixels, scanlines, num_cells * CELL)
    cells = np.arange(num_cells)
    cells -= shift.repeat(lengths)
    return Cells(cells=cells, coverage=coverage)


def _in_order(edges: Int64[np.ndarray, "2 interval"]) -> Int64[np.ndarray, "2 interval"]:
    """The stretches are sorted by their left ends, as one number each; their rows are in order
    already.
    """
    left, right = edges
    packed = left << LENGTH_BITS
    packed += right
    packed -= left
    packed.sort(kind="stable")  # made for what is nearly sorted
    np.right_shift(packed, LENGTH_BITS, out=left)
    np.bitwise_and(packed, 2**LENGTH_BITS - 1, out=right)
    right += left
    return edges


def _summed(
    edges: Int64[np.ndarray, "2 interval"],
    pixels: Int64[np.ndarray, "2 interval"],
    scanlines: int,
    length: int,
) -> UInt16[np.ndarray, " pixel"]:
    """Each edge changes the coverage in its own pixel and leaves a rest for the one after."""
    weight = FULL // scanlines
    rests = edges & (FINE - 1)
    rests *= weight
    rests += FINE // 2
    rests >>= 8
    changes = np.empty((2, *edges.shape), dtype=np.int32)
    changes[1] = rests
    np.subtract(weight, changes[1], out=changes[0])
    np.negative(changes[:, 1], out=changes[:, 1])
    places = np.empty(changes.shape, dtype=np.int64)
    places[0] = pixels
    np.add(pixels, 1, out=places[1])
    summed = np.zeros(
        length + 2, dtype=np.int32
    )  # numpy sums these 32 bits five times as fast as 16
    np.add.at(summed, places.reshape(-1), changes.reshape(-1))
    np.add.accumulate(summed, out=summed)
    return summed[:length].astype(np.uint16)
