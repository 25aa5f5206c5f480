"""The map of what is known of a picture: which words hold where, never height x width x dim.

arXiv 2407.04681 fills a map P of zeros with text embeddings: masks overwrite one another in order,
P[j, k] = t_u for (j, k) in M_u; text boxes are added, P[j, k] += t_v for (j, k) in B_v. Here a
word's patches are kept as run lengths, so P is their sum times the table of embeddings.

A lattice of cells meets the map as P pooled by area, without P: how much of each cell the words
cover.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
from jaxtyping import Float32, Float64, Int64

from deixis.core.errors import UnknownNameError
from deixis.core.mask import Mask, uncovered
from deixis.core.region import Region
from deixis.core.run_lengths import decode_counts
from deixis.core.size import Size
from deixis.core.transform import Transform

RULES = ("paper", "score", "area", "weighted")


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Patch:
    """Pixels of a picture at which a word's embedding stands, times `weight`."""

    mask: Mask
    word: int
    weight: float = 1.0


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class KnowledgeMap:
    """What is known of a picture of this size, and where; `word` of a patch counts in `words`."""

    size: Size
    words: tuple[str, ...]
    patches: tuple[Patch, ...]


def chart(notes: Sequence[Region], size: Size, rule: str = "paper") -> KnowledgeMap:
    """The map of some notes in the order in which they were found.

    A note with a label covers what earlier ones put under it; a note with a text adds it; one with
    both does both; one with neither says nothing. Which of two labels covers the other:

    - paper: the later note
    - score: the surer one; of equals the later
    - area: the smaller one; of equals the later
    - weighted: the later note; every embedding is multiplied by its note's score
    """
    if rule not in RULES:
        raise UnknownNameError(kind="rule", name=rule, known=RULES)
    kept = [(note, note.within(size).mask(size)) for note in notes if note.label or note.text]
    named = [(note, mask) for note, mask in kept if note.label]
    stacked = [named[place] for place in _stacking(named, rule)]
    words: dict[str, int] = {}
    patches: list[Patch] = []
    for (note, _), seen in zip(stacked, uncovered([mask for _, mask in stacked]), strict=True):
        if seen is not None:
            patches.append(_patch(words, note.label or "", seen, note, rule))
    for note, mask in kept:
        if note.text:
            patches.append(_patch(words, note.text, mask, note, rule))
    return KnowledgeMap(size=size, words=tuple(words), patches=tuple(patches))


def _patch(words: dict[str, int], word: str, mask: Mask, note: Region, rule: str) -> Patch:
    weight = note.score if rule == "weighted" and note.score is not None else 1.0
    return Patch(mask=mask, word=words.setdefault(word, len(words)), weight=weight)


def _stacking(named: Sequence[tuple[Region, Mask]], rule: str) -> list[int]:
    """From the lowest to the one on top."""
    places = list(range(len(named)))
    if rule == "score":
        scores = [1.0 if note.score is None else note.score for note, _ in named]
        return sorted(places, key=lambda place: scores[place])
    if rule == "area":
        areas = [mask.area for _, mask in named]
        return sorted(places, key=lambda place: -areas[place])
    return places


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
