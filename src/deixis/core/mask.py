"""Masks as COCO run lengths; never height x width booleans at rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, final

import numpy as np
from jaxtyping import Bool, Int64
from pycocotools import mask as coco

from deixis.core.errors import RegionError
from deixis.core.shapes import Box
from deixis.core.size import Size

SHORT = 4096  # letters of a mask whose run lengths are remembered


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Mask:
    """Some pixels of a picture, column by column in COCO's compressed run lengths.

    `counts` is checked on the way in (a broken string would make the decoder write past its array),
    and a mask has at least one pixel.
    """

    size: Size
    counts: str

    def __post_init__(self) -> None:
        runs = decode_counts(self.counts)
        if (runs < 0).any() or int(runs.sum()) != self.size.area:
            raise RegionError(
                f"a mask's run lengths must be ≥ 0 and sum to {self.size} = {self.size.area}"
            )
        if not runs[1::2].any():
            raise RegionError("a mask needs at least one pixel, this one is empty")

    @classmethod
    def from_array(cls, inside: np.ndarray) -> "Mask":
        """The mask of the True pixels of a boolean (or 0/1 uint8) height x width array."""
        array = np.asarray(inside)
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
        """The mask with rows tops..bottoms-1 in each column from `first_column` on.

        Convex shapes are that, so they need no array of the picture's size.
        """
        starts = (first_column + np.arange(tops.size)) * size.height + tops
        ends = starts + np.maximum(bottoms - tops, 0)
        places, times = np.unique(np.concatenate([starts, ends]), return_counts=True)
        return cls._from_changes(size, places[times % 2 == 1])  # two at one place cancel out

    def to_array(self) -> Bool[np.ndarray, "height width"]:
        """True where the mask is."""
        runs = decode_counts(self.counts)
        inside = runs.size - runs.size % 2  # runs up to the last one that is inside
        column_by_column = np.zeros(self.size.area, dtype=np.bool_)
        filled = np.repeat(np.arange(1, inside) % 2 == 1, runs[1:inside])
        column_by_column[runs[0] : runs[0] + filled.size] = filled
        return column_by_column.reshape(self.size.width, self.size.height).T

    def coco(self) -> dict[str, Any]:  # Any: pycocotools' own record
        """The record that pycocotools takes."""
        return {
            "size": [self.size.height, self.size.width],
            "counts": self.counts.encode(),
        }

    @classmethod
    def _from_changes(cls, size: Size, changes: Int64[np.ndarray, " change"]) -> "Mask":
        """From where, column by column, inside and outside take turns."""
        runs = np.diff(changes[changes < size.area], prepend=0, append=size.area)
        record = {"size": [size.height, size.width], "counts": runs.tolist()}
        packed = coco.frPyObjects(record, size.height, size.width)
        return cls(size=size, counts=packed["counts"].decode())

    @property
    def area(self) -> int:
        """Pixels inside."""
        return int(coco.area(self.coco()))

    def box(self) -> Box:
        """The smallest box around all its pixels."""
        x, y, width, height = (float(value) for value in coco.toBbox(self.coco()))
        return Box(x0=x, y0=y, x1=x + width, y1=y + height)


def union(masks: Sequence[Mask]) -> Mask:
    """The pixels in any of them."""
    return _merged(masks, intersect=False)


def intersection(masks: Sequence[Mask]) -> Mask | None:
    """The pixels in all of them, or None where there are none."""
    try:
        return _merged(masks, intersect=True)
    except RegionError:
        return None


def iou(first: Mask, second: Mask) -> float:
    """Shared pixels over pixels in either."""
    _same_size((first, second))
    return float(coco.iou([first.coco()], [second.coco()], [0])[0, 0])


def decode_counts(counts: str) -> Int64[np.ndarray, " run"]:
    """COCO's string as run lengths, outside first, without trusting it; not to be written to."""
    return _decoded_short(counts) if len(counts) <= SHORT else _decoded(counts)


@lru_cache(maxsize=256)
def _decoded_short(counts: str) -> Int64[np.ndarray, " run"]:
    """A mask is checked when it is made, and mostly asked again soon."""
    runs = _decoded(counts)
    runs.flags.writeable = False
    return runs


def _decoded(counts: str) -> Int64[np.ndarray, " run"]:
    raw = np.frombuffer(counts.encode("latin-1", errors="replace"), dtype=np.uint8)
    if raw.size == 0 or raw.min() < 48 or raw.max() > 111 or (raw[-1] - 48) & 0x20:
        raise RegionError("a mask's run lengths are not COCO's compressed string")
    digits = raw.astype(np.int64) - 48
    is_last = (digits & 0x20) == 0
    starts = np.flatnonzero(np.concatenate(([True], is_last[:-1])))
    lengths = np.diff(np.append(starts, digits.size))
    if lengths.max() > 8:  # 8 groups of 5 bits hold 2^39, beyond any picture
        raise RegionError("a mask's run lengths hold a number beyond any picture")
    place = np.arange(digits.size) - np.repeat(starts, lengths)
    values = np.add.reduceat((digits & 0x1F) << (5 * place), starts)
    negative = (digits[is_last] & 0x10) != 0
    values = np.where(negative, values - (np.int64(1) << (5 * lengths)), values)
    # from the fourth run on, COCO stores the difference to the run two before
    runs = values.copy()
    runs[1::2] = np.cumsum(values[1::2])
    runs[2::2] = np.cumsum(values[2::2])
    return runs


def _merged(masks: Sequence[Mask], *, intersect: bool) -> Mask:
    _same_size(masks)
    merged = coco.merge([mask.coco() for mask in masks], intersect=intersect)
    return Mask(size=masks[0].size, counts=merged["counts"].decode())


def _same_size(masks: Sequence[Mask]) -> None:
    sizes = {str(mask.size) for mask in masks}
    if len(sizes) != 1:
        raise RegionError(f"masks of one picture have one size, got {sorted(sizes)}")
