"""Stretches of scanlines, and the coverage that they add up to.

A pixel row is cut in 4, 8 or 16 scanlines. A stretch of one counts exactly in x, to 1/256 of a
pixel; its scanline counts for its share of the row.
"""

from dataclasses import dataclass
from typing import final

import numpy as np
from jaxtyping import Int64

from deixis.core.errors import UsageError
from deixis.core.size import Size
from deixis.marks.raster.coverage import CELL, FULL, Block, Cells

FINE = 256  # parts of a pixel
DENSE = 2048  # pixels of a window up to which a block is quicker than cells
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
    left: Int64[np.ndarray, " interval"]
    right: Int64[np.ndarray, " interval"]
    scanlines: int


def check_size(size: Size) -> None:
    """Refuse pictures beyond what the arithmetic holds."""
    if size.area > LARGEST or max(size.width, size.height) > WIDEST:
        raise UsageError(
            f"marks are drawn on pictures of up to {LARGEST} pixels and {WIDEST} a side, "
            f"this one is {size}; draw on a smaller copy"
        )


def coverage_of(intervals: Intervals, size: Size) -> Block | Cells | None:
    """How much of each pixel the stretches cover; None where they cover nothing."""
    if not intervals.rows.size:
        return None
    top, bottom = int(intervals.rows[0]), int(intervals.rows[-1]) + 1
    first = int(intervals.left.min()) // FINE
    last = (int(intervals.right.max()) - 1) // FINE + 1
    if (bottom - top) * (last - first) <= DENSE:
        width = last - first + 2  # each edge leaves a rest in the pixel after its own
        left = (intervals.rows - top) * (width * FINE) - first * FINE
        right = left + intervals.right
        left += intervals.left
        summed = _summed(
            left >> 8, right >> 8, left, right, intervals.scanlines, (bottom - top) * width
        )
        window = summed.reshape(-1, width)[:, : last - first]
        return Block(left=first, top=top, coverage=window)
    return _cells(intervals, size)


def _cells(intervals: Intervals, size: Size) -> Cells:
    """Stretches that share or touch a cell are one run of cells."""
    left, right = _in_order(intervals, size)
    first_cell = left >> (8 + CELL_BITS)
    last_cell = np.maximum.accumulate((right - 1) >> (8 + CELL_BITS))
    is_new = np.empty(left.size, dtype=np.bool_)
    is_new[0] = True
    np.greater(first_cell[1:], last_cell[:-1], out=is_new[1:])
    begins = np.flatnonzero(is_new)
    first_cell = first_cell[begins]
    last_cell = last_cell[np.append(begins[1:], left.size) - 1]
    lengths = last_cell - first_cell
    lengths += 1
    ends = np.add.accumulate(lengths)
    num_cells = int(ends[-1])
    shift = ends - lengths - first_cell
    run = np.add.accumulate(is_new, dtype=np.int64)
    run -= 1
    moved = shift[run] << CELL_BITS
    summed = _summed(
        (left >> 8) + moved,
        (right >> 8) + moved,
        left,
        right,
        intervals.scanlines,
        num_cells * CELL,
    )
    cells = np.arange(num_cells)
    cells -= shift.repeat(lengths)
    return Cells(cells=cells, coverage=summed)


def _in_order(intervals: Intervals, size: Size) -> tuple[np.ndarray, np.ndarray]:
    """Left and right by place in the picture read row by row; sorted as one number each."""
    packed = intervals.rows * (size.width * FINE)
    packed += intervals.left
    packed <<= LENGTH_BITS
    packed += intervals.right
    packed -= intervals.left
    packed.sort()
    right = packed & (2**LENGTH_BITS - 1)
    packed >>= LENGTH_BITS
    right += packed
    return packed, right


def _summed(
    left_pixel: np.ndarray,
    right_pixel: np.ndarray,
    left: np.ndarray,
    right: np.ndarray,
    scanlines: int,
    length: int,
) -> np.ndarray:
    """Each edge changes the coverage in its own pixel and leaves a rest for the one after."""
    count = left.size
    places = np.empty((4, count), dtype=np.int64)
    places[0], places[2] = left_pixel, right_pixel
    np.add(left_pixel, 1, out=places[1])
    np.add(right_pixel, 1, out=places[3])
    weight = FULL // scanlines
    changes = np.empty((4, count), dtype=np.int16)
    rests = np.empty((2, count), dtype=np.int64)
    np.bitwise_and(left, FINE - 1, out=rests[0])
    np.bitwise_and(right, FINE - 1, out=rests[1])
    rests *= weight
    rests += FINE // 2
    rests >>= 8
    changes[1] = rests[0]
    np.subtract(weight, rests[0], out=changes[0], casting="unsafe")
    np.negative(rests[1], out=changes[3], casting="unsafe")
    np.subtract(rests[1], weight, out=changes[2], casting="unsafe")
    summed = np.zeros(length + 2, dtype=np.int16)
    np.add.at(summed, places.reshape(-1), changes.reshape(-1))
    np.add.accumulate(summed, out=summed)
    return summed[:length].view(np.uint16)
