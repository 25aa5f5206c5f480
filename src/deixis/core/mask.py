"""Masks are kept as COCO run lengths, never as height x width booleans."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, final

import numpy as np
from jaxtyping import Bool, Int64

from deixis.core import given
from deixis.core.arrays import ArrayLike, array_of
from deixis.core.errors import RegionError
from deixis.core.run_lengths import (
    SHORT,
    canonical,
    decode_counts,
    encode_counts,
    is_canonical,
    runs_of,
)
from deixis.core.shapes import LIMIT, Box, Point
from deixis.core.size import Size, SizeLike, size_of
from deixis.core.spans import Pieces, Spans, common, pieces_of, united, without

MAX_SIDE = 1_000_000  # pixels
MAX_PIXELS = 2**31 - 1  # of a mask: COCO's own code counts places in 31 bits


@final
@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Mask:
    """A mask holds some pixels of a picture, column by column in COCO's compressed run lengths.

    `counts` is checked on the way in and kept as COCO itself would write it, so that equal pixels
    are equal masks. A mask has at least one pixel, and its picture at most `MAX_PIXELS`.
    """

    size: Size
    counts: str

    def __post_init__(self) -> None:
        if not isinstance(self.size, Size):
            object.__setattr__(self, "size", size_of(self.size, name="a mask's size"))
        given.text("a mask's counts", self.counts)
        check_size(self.size)
        runs = decode_counts(self.counts)
        if int(runs.sum()) != self.size.area:
            raise RegionError(
                f"a mask's run lengths must be ≥ 0 and sum to {self.size} = {self.size.area}"
            )
        if not runs[1::2].any():
            raise RegionError("a mask needs at least one pixel, this one is empty")
        if not is_canonical(self.counts, runs):
            object.__setattr__(self, "counts", encode_counts(canonical(runs)))

    def __repr__(self) -> str:
        return f"Mask({self.size}, {self.area} pixels)"

    @classmethod
    def from_array(cls, inside: ArrayLike) -> "Mask":
        """The True pixels of a boolean (or 0/1 uint8) height x width array make a mask."""
        array = array_of(inside)
        if array is None:
            raise given.refused("a mask", "a boolean array of height x width", inside)
        if array.ndim != 2 or array.dtype not in (np.bool_, np.uint8) or 0 in array.shape:
            raise RegionError(
                f"a mask is a boolean array of height x width, got {array.dtype} {array.shape}"
            )
        size = Size(width=int(array.shape[1]), height=int(array.shape[0]))
        used = np.flatnonzero(array.any(axis=0))
        if not used.size:
            raise RegionError("a mask needs at least one pixel, this one is empty")
        first, last = int(used[0]), int(used[-1]) + 1
        filled = (array[:, first:last] != 0).ravel(order="F")  # only the columns that hold any
        changes = np.flatnonzero(np.diff(filled, prepend=False, append=False))
        return cls._from_changes(size, changes + first * size.height)

    @classmethod
    def from_columns(
        cls,
        *,
        size: Size,
        first_column: int,
        tops: Int64[np.ndarray, " column"],
        bottoms: Int64[np.ndarray, " column"],
    ) -> "Mask":
        """A mask has rows tops..bottoms-1 in each column from `first_column` on.

        Convex shapes are that, so they need no array of the picture's size.
        """
        starts = (first_column + np.arange(tops.size)) * size.height + tops
        ends = starts + np.maximum(bottoms - tops, 0)
        return cls._from_changes(size, np.stack((starts, ends), axis=1).reshape(-1))

    @classmethod
    def from_runs(cls, *, size: SizeLike, runs: Sequence[int]) -> "Mask":
        """COCO's run lengths as plain numbers, outside first, make a mask."""
        size = size_of(size)
        if isinstance(runs, np.ndarray):
            runs = runs.tolist()
        if not isinstance(runs, list | tuple):
            raise given.refused("run lengths", "a list of whole numbers", runs)
        runs = [given.whole("each of the run lengths", run) for run in runs]
        if any(not 0 <= run <= MAX_PIXELS for run in runs) or sum(runs) != size.area:
            raise RegionError(f"a mask's run lengths must be ≥ 0 and sum to {size} = {size.area}")
        return cls._from_changes(size, np.cumsum(np.array(runs[:-1], dtype=np.int64)))

    @classmethod
    def from_spans(cls, *, size: Size, spans: Spans) -> "Mask":
        """Places that are counted column by column make a mask."""
        return cls._from_changes(size, np.stack((spans.starts, spans.stops), axis=1).reshape(-1))

    @classmethod
    def _from_changes(cls, size: Size, changes: Int64[np.ndarray, " change"]) -> "Mask":
        """Inside and outside take turns at these places, column by column."""
        check_size(size)
        runs = runs_of(changes, size.area)
        if runs.size < 2:
            raise RegionError("a mask needs at least one pixel, this one is empty")
        made = object.__new__(cls)  # its runs are sound: they need not be read again
        object.__setattr__(made, "size", size)
        object.__setattr__(made, "counts", encode_counts(runs))
        return made

    def to_array(self) -> Bool[np.ndarray, "height width"]:
        """The array is True where the mask is."""
        runs = decode_counts(self.counts)
        inside = runs.size - runs.size % 2  # runs up to the last one that is inside
        column_by_column = np.zeros(self.size.area, dtype=np.bool_)
        filled = np.repeat(np.arange(1, inside) % 2 == 1, runs[1:inside])
        column_by_column[runs[0] : runs[0] + filled.size] = filled
        return column_by_column.reshape(self.size.width, self.size.height).T

    def spans(self) -> Spans:
        """The mask has these places, counted column by column."""
        ends = np.cumsum(decode_counts(self.counts))
        return Spans(starts=ends[0:-1:2], stops=ends[1::2])

    def pieces(self) -> Pieces:
        """The mask has these rows in each column."""
        return pieces_of(self.spans(), self.size.height)

    def coco(self) -> dict[str, Any]:  # Any: pycocotools' own record
        """The record is what pycocotools takes."""
        return {
            "size": [self.size.height, self.size.width],
            "counts": self.counts.encode(),
        }

    @property
    def area(self) -> int:
        """The mask has this many pixels."""
        return int(decode_counts(self.counts)[1::2].sum())

    def box(self) -> Box:
        """The smallest box goes around all its pixels."""
        find = _box_of_short if len(self.counts) <= SHORT else _box_of
        return find(self.counts, self.size.height)

    def nearest(self, x: float, y: float) -> Point:
        """The nearest of its pixel centres to a place; of equals it is the upper, then the left
        one.
        """
        x = given.number("x", x, least=-LIMIT, most=LIMIT)
        y = given.number("y", y, least=-LIMIT, most=LIMIT)
        pieces = self.pieces()
        across = (pieces.columns + 0.5 - x) ** 2
        # the rows whose centres are nearest, above and below
        rows = np.clip([[np.ceil(y - 1)], [np.floor(y)]], pieces.tops, pieces.bottoms - 1)
        away = across + (rows + 0.5 - y) ** 2
        side, piece = np.nonzero(away == away.min())
        row, column = rows[side, piece], pieces.columns[piece]
        first = np.lexsort((column, row))[0]
        return Point(x=float(column[first]) + 0.5, y=float(row[first]) + 0.5)


def check_size(size: Size) -> None:
    """A picture that is too large for a mask is refused before any work is done."""
    if max(size.width, size.height) > MAX_SIDE or size.area > MAX_PIXELS:
        raise RegionError(
            f"a mask's size is within 1..{MAX_SIDE} a side and {MAX_PIXELS} pixels in all, "
            f"got {size}; cut or shrink the picture first"
        )


def union(masks: Sequence[Mask]) -> Mask:
    """The union holds the pixels of any of the masks."""
    size = _size_of(masks)
    return Mask.from_spans(size=size, spans=united([mask.spans() for mask in masks]))


def intersection(masks: Sequence[Mask]) -> Mask | None:
    """The intersection holds the pixels that all masks share; None where there are none."""
    size = _size_of(masks)
    return _mask_of(size, common([mask.spans() for mask in masks], size.area))


def difference(first: Mask, second: Mask) -> Mask | None:
    """The difference holds the pixels of the first mask that are not in the second; None where
    there are none.
    """
    return _mask_of(_size_of((first, second)), without(first.spans(), second.spans()))


def uncovered(masks: Sequence[Mask]) -> list[Mask | None]:
    """Each mask keeps what is seen of it under all later ones; None where that is nothing."""
    if not masks:
        return []
    size = _size_of(masks)
    seen: list[Mask | None] = [masks[-1]]
    above = masks[-1].spans()  # all that lie higher
    for mask in masks[-2::-1]:
        own = mask.spans()
        left = without(own, above)
        is_whole = left.num_pixels == own.num_pixels
        seen.append(mask if is_whole else _mask_of(size, left))
        above = united((above, own))
    return seen[::-1]


def iou(first: Mask, second: Mask) -> float:
    """Intersection over union: shared pixels are divided by pixels in either."""
    _size_of((first, second))
    either = united((first.spans(), second.spans())).num_pixels
    return (first.area + second.area - either) / either


def _mask_of(size: Size, spans: Spans) -> Mask | None:
    return Mask.from_spans(size=size, spans=spans) if spans.starts.size else None


def _size_of(masks: Sequence[Mask]) -> Size:
    sizes = {str(mask.size) for mask in masks}
    if len(sizes) != 1:
        raise RegionError(f"masks of one picture have one size, got {sorted(sizes)}")
    return masks[0].size


@lru_cache(maxsize=256)
def _box_of_short(counts: str, height: int) -> Box:
    """It is mostly asked for again soon, as the run lengths are."""
    return _box_of(counts, height)


def _box_of(counts: str, height: int) -> Box:
    ends = np.cumsum(decode_counts(counts))
    pieces = pieces_of(Spans(starts=ends[0:-1:2], stops=ends[1::2]), height)
    return Box(
        x0=float(pieces.columns[0]),
        y0=float(pieces.tops.min()),
        x1=float(pieces.columns[-1]) + 1,
        y1=float(pieces.bottoms.max()),
    )
