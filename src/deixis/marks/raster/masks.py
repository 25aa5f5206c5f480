"""Masks are drawn from their run lengths, filled or as a line along their outermost pixels."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import final

import numpy as np
from jaxtyping import Bool, Int64, UInt8, UInt16

from deixis.core.mask import Mask
from deixis.core.run_lengths import decode_counts
from deixis.core.size import Size
from deixis.marks.primitives import Window
from deixis.marks.raster.coverage import CELL, FULL, Cells, PixelBlock, Solid

BAND = 65_536  # pixels of a window that are worked on at once
RIM_BAND = 131_072
MOST_LAYERS = 8  # runs in one column, up to which runs are laid over each other one by one


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Runs:
    """Rows tops..bottoms-1 of columns, sorted by column and row, and the rows that hold any.

    `layer` counts the runs of one column from 0; None where no column has two.
    """

    columns: Int64[np.ndarray, " run"]
    tops: Int64[np.ndarray, " run"]
    bottoms: Int64[np.ndarray, " run"]
    first_row: int
    last_row: int
    layer: Int64[np.ndarray, " run"] | None

    @property
    def num_layers(self) -> int:
        """One column has at most so many runs."""
        return 1 if self.layer is None else int(self.layer.max()) + 1


def filled_coverage(mask: Mask) -> Iterator[Solid]:
    """The mask's pixels come in bands of rows."""
    runs = _runs(mask)
    left = int(runs.columns[0])
    width = int(runs.columns[-1]) - left + 1
    rows = max(1, BAND // width)
    for top in range(runs.first_row, runs.last_row, rows):
        bottom = min(runs.last_row, top + rows)
        inside = _window(mask, runs, left, top, width, bottom - top)
        yield Solid(left=left, top=top, inside=inside.view(np.uint8))


def rim_coverage(mask: Mask, radius: float) -> Iterator[PixelBlock | Cells]:
    """The pixels near the mask's outermost pixels come in bands of rows."""
    runs = _runs(mask)
    size, margin = mask.size, math.ceil(radius + 0.5)
    left = max(0, int(runs.columns[0]) - margin) // CELL * CELL
    right = min(size.width, -(-(int(runs.columns[-1]) + 1 + margin) // CELL) * CELL)
    # columns beyond the window keep rows apart, so that they can be worked on as one line
    width = right - left
    padded = width + -(-(margin + 1) // CELL) * CELL
    first = max(0, runs.first_row - margin)
    last = min(size.height, runs.last_row + margin)
    rows = max(2 * margin, RIM_BAND // padded)
    levels = _levels(margin, radius)
    for top in range(first, last, rows):
        bottom = min(last, top + rows)
        # a row more than the line's reach, to know which pixels are outermost
        above, below = max(0, top - margin - 1), min(size.height, bottom + margin + 1)
        inside = _window(mask, runs, left, above, padded, below - above)
        _keep_outermost(inside, above, below, size)
        near = _squared_distances(inside, margin)[top - above : bottom - above]
        if size.width % CELL == 0:
            yield _touched_cells(
                near, levels, Window(left=left, top=top, right=right, bottom=bottom), size
            )
        else:
            yield PixelBlock(left=left, top=top, coverage=levels.take(near[:, :width]))


def _runs(mask: Mask) -> _Runs:
    height = mask.size.height
    ends = np.add.accumulate(decode_counts(mask.counts))
    starts, stops = ends[0:-1:2], ends[1::2]
    some = stops > starts
    starts, stops = starts[some], stops[some]
    columns = starts // height
    count = (stops - 1) // height - columns + 1
    if int(count.max()) > 1:  # runs that go on in the next column
        run = np.arange(count.size).repeat(count)
        place = np.arange(run.size) - (np.add.accumulate(count) - count)[run]
        columns = columns[run] + place
        starts = np.maximum(starts[run], columns * height)
        stops = np.minimum(stops[run], (columns + 1) * height)
    tops, bottoms = starts - columns * height, stops - columns * height
    return _Runs(
        columns=columns,
        tops=tops,
        bottoms=bottoms,
        first_row=int(tops.min()),
        last_row=int(bottoms.max()),
        layer=_layer(columns),
    )


def _layer(columns: Int64[np.ndarray, " run"]) -> Int64[np.ndarray, " run"] | None:
    is_first = np.empty(columns.size, dtype=np.bool_)
    is_first[0] = True
    np.not_equal(columns[1:], columns[:-1], out=is_first[1:])
    if is_first.all():
        return None
    begins = np.flatnonzero(is_first)
    return np.arange(columns.size) - begins[np.add.accumulate(is_first, dtype=np.int64) - 1]


def _window(
    mask: Mask, runs: _Runs, left: int, top: int, width: int, height: int
) -> Bool[np.ndarray, "row column"]:
    """The mask within a window: layer by layer the first, second … run of each column."""
    if runs.num_layers > MOST_LAYERS:
        window = np.zeros((height, width), dtype=np.bool_)  # it may reach beyond the picture
        there = mask.to_array()[top : top + height, left : left + width]
        window[:, : there.shape[1]] = there
        return window
    kind = np.uint16 if mask.size.height < 2**16 else np.uint32
    rows = np.arange(top, top + height, dtype=kind)[:, None]
    inside: Bool[np.ndarray, "row column"] | None = None
    for number in range(runs.num_layers):
        chosen = runs.layer == number if runs.layer is not None else slice(None)
        tops, lengths = np.zeros((2, width), dtype=kind)
        columns = runs.columns[chosen] - left
        tops[columns] = runs.tops[chosen]
        lengths[columns] = runs.bottoms[chosen] - runs.tops[chosen]
        found = rows - tops < lengths  # wraps around above the top
        inside = found if inside is None else np.logical_or(inside, found, out=inside)
    assert inside is not None
    return inside


def _keep_outermost(
    inside: Bool[np.ndarray, "row column"], above: int, below: int, size: Size
) -> None:
    """The pixels with a neighbour out of the mask are left; beyond the picture all is out of it."""
    width = inside.shape[1]
    line = inside.reshape(-1)
    inner = line.copy()
    for step in (1, width):
        np.logical_and(inner[step:], line[:-step], out=inner[step:])
        np.logical_and(inner[:-step], line[step:], out=inner[:-step])
    rows = inner.reshape(-1, width)
    rows[:, 0] = False
    if above == 0:
        rows[0] = False
    if below == size.height:
        rows[-1] = False
    line ^= inner


def _squared_distances(
    chosen: Bool[np.ndarray, "row column"], margin: int
) -> UInt8[np.ndarray, "row column"] | UInt16[np.ndarray, "row column"]:
    """The nearest chosen pixel is found along rows and then along columns; exact up to the
    margin.
    """
    far = margin + 1
    kind = np.uint8 if 2 * far * far < 2**8 else np.uint16
    width = chosen.shape[1]
    along = (~chosen).reshape(-1).astype(kind)
    np.multiply(along, kind(far), out=along)
    step = np.empty_like(along)
    reached = 0
    while reached < margin:
        stride = min(reached + 1, margin - reached)
        np.add(along, kind(stride), out=step)
        np.minimum(along[stride:], step[:-stride], out=along[stride:])
        np.minimum(along[:-stride], step[stride:], out=along[:-stride])
        reached += stride
    np.multiply(along, along, out=along)
    nearest = along.copy()
    for rows in range(1, min(margin, len(chosen) - 1) + 1):
        np.add(along, kind(rows * rows), out=step)
        shift = rows * width
        np.minimum(nearest[shift:], step[:-shift], out=nearest[shift:])
        np.minimum(nearest[:-shift], step[shift:], out=nearest[:-shift])
    return nearest.reshape(-1, width)


def _levels(margin: int, radius: float) -> UInt16[np.ndarray, " square"]:
    """Coverage follows from the squared distance."""
    squares = np.arange(2 * (margin + 1) ** 2 + 1, dtype=np.float64)
    levels = np.rint((radius + 0.5 - np.sqrt(squares)) * FULL)
    return np.minimum(np.maximum(levels, 0), FULL).astype(np.uint16)


def _touched_cells(
    near: np.ndarray, levels: UInt16[np.ndarray, " square"], window: Window, size: Size
) -> Cells:
    last = np.flatnonzero(levels)[-1]
    touched = np.flatnonzero((near <= near.dtype.type(last)).view(np.uint64))
    row, column = np.divmod(touched, near.shape[1] // CELL)
    in_window = column < (window.right - window.left) // CELL
    cells = (row + window.top) * (size.width // CELL) + column + window.left // CELL
    coverage = levels.take(near.reshape(-1, CELL)[touched[in_window]])
    return Cells(cells=cells[in_window], coverage=coverage.reshape(-1))
