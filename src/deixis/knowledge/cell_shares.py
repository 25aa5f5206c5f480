"""How much of each cell of a lattice a map's words cover: P pooled by area, without P."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
from jaxtyping import Float32, Float64, Int64

from deixis.core.mask import Mask
from deixis.core.run_lengths import decode_counts
from deixis.core.transform import Transform
from deixis.knowledge.map import KnowledgeMap

AT_ONCE = 16  # patches: more need more memory and win no time


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
    rows, columns = cells.rows, cells.columns
    shares = np.zeros((len(chart.words), len(rows) - 1, len(columns) - 1))
    across = np.clip(columns[None, :] - np.arange(chart.size.width)[:, None], 0.0, 1.0)
    across = across[:, 1:] - across[:, :-1]  # how much of each pixel lies in each column of cells
    for begin in range(0, len(chart.patches), AT_ONCE):
        patches = chart.patches[begin : begin + AT_ONCE]
        pieces = _pieces([patch.mask for patch in patches], chart.size.height)
        # how much of each piece lies above each edge between rows, then in each row
        above = np.minimum(rows[None, :] - pieces.tops[:, None], pieces.lengths[:, None])
        np.maximum(above, 0.0, out=above)
        inside = np.add.reduceat(above[:, 1:] - above[:, :-1], pieces.firsts, axis=0)
        ends = np.searchsorted(pieces.patches, np.arange(len(patches) + 1))
        for patch, low, high in zip(patches, ends, ends[1:], strict=False):
            area = inside[low:high].T @ across[pieces.columns[low:high]]
            shares[patch.word] += patch.weight * area
    shares /= (rows[1:] - rows[:-1])[:, None] * (columns[1:] - columns[:-1])[None, :]
    return shares.astype(np.float32)


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Pieces:
    """Masks' runs cut at the ends of their columns, mask by mask, column by column.

    `firsts` are the first pieces in each column of a mask, `patches` and `columns` which those are.
    """

    tops: Float64[np.ndarray, " piece"]
    lengths: Float64[np.ndarray, " piece"]
    firsts: Int64[np.ndarray, " column"]
    patches: Int64[np.ndarray, " column"]
    columns: Int64[np.ndarray, " column"]


def _pieces(masks: Sequence[Mask], height: int) -> _Pieces:
    begins: list[Int64[np.ndarray, " run"]] = []
    ends: list[Int64[np.ndarray, " run"]] = []
    for mask in masks:
        edges = np.cumsum(decode_counts(mask.counts))
        inside = len(edges) - len(edges) % 2  # runs up to the last one that is inside
        begins.append(edges[0:inside:2])
        ends.append(edges[1:inside:2])
    patch = np.repeat(np.arange(len(masks)), [len(one) for one in begins])
    begin, end = np.concatenate(begins), np.concatenate(ends)
    some = end > begin
    patch, begin, end = patch[some], begin[some], end[some]
    first, last = begin // height, (end - 1) // height
    counts = last - first + 1
    run = np.repeat(np.arange(len(begin)), counts)
    column = first[run] + np.arange(len(run)) - np.repeat(np.cumsum(counts) - counts, counts)
    top = np.where(column == first[run], begin[run] - column * height, 0)
    bottom = np.where(column == last[run], end[run] - column * height, height)
    new = np.ones(len(run), dtype=bool)
    new[1:] = (column[1:] != column[:-1]) | (patch[run[1:]] != patch[run[:-1]])
    firsts = np.flatnonzero(new)
    return _Pieces(
        tops=top.astype(np.float64),
        lengths=(bottom - top).astype(np.float64),
        firsts=firsts,
        patches=patch[run[firsts]],
        columns=column[firsts],
    )
