"""How much of each pixel a mark inks, kept only for the pixels near its lines and areas.

Coverage is 0..256. Three forms, each for what it is small for: whole rectangles, a dense block,
and cells of eight pixels that follow the picture's memory row by row.
"""

from dataclasses import dataclass
from typing import TypeAlias, final

import numpy as np
from jaxtyping import Int64, UInt8, UInt16

from deixis.core.size import Size
from deixis.marks.primitives import BorderInk

FULL = 256
CELL = 8  # pixels; 24 bytes, which numpy moves as one item


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Bars:
    """Rectangles of one size, `down` and `right` apart, are inked wholly: the pixels of x0..x1-1,
    y0..y1-1 and `copies - 1` more.
    """

    x0: int
    y0: int
    x1: int
    y1: int
    copies: int = 1
    right: int = 0
    down: int = 0


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class PixelBlock:
    """Every pixel of a window has its coverage."""

    left: int
    top: int
    coverage: UInt16[np.ndarray, "row column"]


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Solid:
    """The pixels of a window are inked wholly."""

    left: int
    top: int
    inside: UInt8[np.ndarray, "row column"]  # 0 or 1


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Cells:
    """Cells have their coverage; cell i is the pixels 8i..8i+7 of the picture read row by row."""

    cells: Int64[np.ndarray, " cell"]
    coverage: UInt16[np.ndarray, " pixel"]


def is_within(frame: BorderInk, width: int, height: int) -> bool:
    """Whether a frame lies in a picture of that size."""
    is_across = frame.x0 >= 0 and frame.x1 <= width
    return is_across and frame.y0 >= 0 and frame.y1 <= height and frame.width >= 0


Coverage: TypeAlias = Bars | PixelBlock | Solid | Cells


def add_to(total: UInt8[np.ndarray, "row column"], piece: Coverage, size: Size) -> None:
    """One piece's coverage is laid as 0..255 over `total`, where the larger one counts."""
    if isinstance(piece, Cells):
        flat = total.reshape(-1)
        places = (piece.cells[:, None] * CELL + np.arange(CELL)).reshape(-1)
        kept = places < size.area
        grey = _grey(piece.coverage[kept])
        flat[places[kept]] = np.maximum(flat[places[kept]], grey)
        return
    if isinstance(piece, Bars):
        for copy in range(piece.copies):
            x, y = piece.x0 + copy * piece.right, piece.y0 + copy * piece.down
            total[y : y + piece.y1 - piece.y0, x : x + piece.x1 - piece.x0] = 255
        return
    grey = _grey(piece.coverage) if isinstance(piece, PixelBlock) else piece.inside * np.uint8(255)
    rows, columns = grey.shape
    window = total[piece.top : piece.top + rows, piece.left : piece.left + columns]
    np.maximum(window, grey, out=window)


def _grey(coverage: np.ndarray) -> np.ndarray:
    return ((coverage * 255 + 128) >> 8).astype(np.uint8)
