"""How much of each cell of a lattice a map's words cover: P pooled by area, without P."""

from dataclasses import dataclass
from typing import final

import numpy as np
from jaxtyping import Float32, Float64, Int64

from deixis.core.mask import Mask, decode_counts
from deixis.core.transform import Transform
from deixis.knowledge.map import KnowledgeMap


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Lattice:
    """Cells side by side, by their edges in pixels of the picture; some may lie outside of it."""

    rows: Float64[np.ndarray, " row_edge"]
    columns: Float64[np.ndarray, " column_edge"]


def lattice(
    transform: Transform, num_rows: int, num_columns: int, *, fineness: int = 1, margin: int = 0
) -> Lattice:
    """The cells of a view that is cut in so many rows and columns, each cut `fineness` times along
    both sides again, and `margin` more such cells around. `transform` leads to the view.
    """
    back, view = transform.inverse(), transform.after
    row = np.arange(-margin, num_rows * fineness + margin + 1) * (
        view.height / (num_rows * fineness)
    )
    column = np.arange(-margin, num_columns * fineness + margin + 1) * (
        view.width / (num_columns * fineness)
    )
    return Lattice(
        rows=back.scale_y * row + back.shift_y, columns=back.scale_x * column + back.shift_x
    )


def covered(chart: KnowledgeMap, cells: Lattice) -> Float32[np.ndarray, "word row column"]:
    """For each word the share of each cell that it covers, weighted and summed over its patches.

    The mean of P over a cell is this, times the table of embeddings. Outside of the picture P is 0.
    """
    shape = (len(chart.words), len(cells.rows) - 1, len(cells.columns) - 1)
    shares = np.zeros(shape, dtype=np.float32)
    for patch in chart.patches:
        shares[patch.word] += (patch.weight * _shares(patch.mask, cells)).astype(np.float32)
    return shares


def _shares(mask: Mask, cells: Lattice) -> Float64[np.ndarray, "row column"]:
    """The share of each cell that the mask covers."""
    pieces = _pieces(mask)
    # how much of each piece lies above each edge between rows
    lengths = pieces.bottoms - pieces.tops
    above = np.clip(cells.rows[None, :] - pieces.tops[:, None], 0.0, lengths[:, None])
    first = np.flatnonzero(np.diff(pieces.columns, prepend=-1))
    by_column = np.add.reduceat(np.diff(above, axis=1), first, axis=0)
    places = pieces.columns[first].astype(np.float64)
    left = np.clip(cells.columns[None, :] - places[:, None], 0.0, 1.0)
    area = by_column.T @ np.diff(left, axis=1)
    return area / (np.diff(cells.rows)[:, None] * np.diff(cells.columns)[None, :])


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Pieces:
    """A mask's runs cut at the ends of its columns."""

    columns: Int64[np.ndarray, " piece"]
    tops: Float64[np.ndarray, " piece"]
    bottoms: Float64[np.ndarray, " piece"]


def _pieces(mask: Mask) -> _Pieces:
    height = mask.size.height
    runs = decode_counts(mask.counts)
    ends = np.cumsum(runs)
    inside = runs[1::2] > 0
    begin, end = ends[: len(runs) - 1 : 2][inside], ends[1::2][inside]
    first, last = begin // height, (end - 1) // height
    counts = last - first + 1
    run = np.repeat(np.arange(len(begin)), counts)
    column = first[run] + np.arange(len(run)) - np.repeat(np.cumsum(counts) - counts, counts)
    top = np.where(column == first[run], begin[run] - column * height, 0)
    bottom = np.where(column == last[run], end[run] - column * height, height)
    return _Pieces(columns=column, tops=top.astype(np.float64), bottoms=bottom.astype(np.float64))
