"""A mask's outline follows the edges of its pixels, as closed rings; holes are left out."""

from typing import TypeAlias

import numpy as np
from jaxtyping import Bool, Int64

from deixis.core.errors import RegionError
from deixis.core.shapes import XY
from deixis.core.spans import Pieces, Places

MOST_PIECES = 2**20  # of a mask whose outline is made; people's and models' have a hundredth
Following: TypeAlias = Int64[np.ndarray, " side"]


def outline_of(pieces: Pieces) -> tuple[tuple[XY, ...], ...]:
    """Closed rings go around the parts that touch by sides: corners only, clockwise on the screen.

    The sides that are walked are the tops of pieces, to the right, and their bottoms, to the left;
    side i is a piece's top, side i + (number of pieces) its bottom. RegionError where the mask has
    more than `MOST_PIECES`: that is noise.
    """
    if pieces.columns.size > MOST_PIECES:
        raise RegionError(
            f"this mask has {pieces.columns.size} upright pieces, an outline is made of at most "
            f"{MOST_PIECES}: make it smoother, or use the mask itself"
        )
    after = np.concatenate((_after_tops(pieces), _after_bottoms(pieces))).tolist()
    columns = pieces.columns.tolist()
    rows = np.concatenate((pieces.tops, pieces.bottoms)).tolist()
    num = len(columns)
    is_walked = [False] * len(after)
    rings: list[tuple[XY, ...]] = []
    for start in np.lexsort((pieces.columns, pieces.tops)).tolist():
        if is_walked[start]:
            continue
        ring: list[XY] = []
        area, side = 0, start
        while not is_walked[side]:
            is_walked[side] = True
            following = after[side]
            # a top leads to the right of its column, a bottom to the left
            x = float(columns[side] + 1 if side < num else columns[side - num])
            area += -rows[side] if side < num else rows[side]
            if rows[side] != rows[following]:
                ring += [(x, float(rows[side])), (x, float(rows[following]))]
            side = following
        if area > 0:  # holes run the other way
            rings.append((ring[-1], *ring[:-1]))
    return tuple(rings)


def _after_tops(pieces: Pieces) -> Following:
    """A side follows each piece's top, whose end lies between its column and the next."""
    columns, tops, bottoms = pieces.columns, pieces.tops, pieces.bottoms
    num = columns.size
    here = np.arange(num)
    # the first piece of the next column that reaches below the top
    right = _first_below(pieces, columns + 1, tops)
    is_right = _is_of(columns, right, columns + 1)
    right_top = tops[np.minimum(right, num - 1)]
    # where it starts above the top: up along it, to its own top or to what ends before that
    above = here - 1
    is_above = _is_of(columns, above, columns) & (bottoms[above] > right_top)
    upwards = np.where(is_above, num + above, right)
    # else down along this piece, to its own bottom or to what begins before that
    downwards = np.where(is_right & (right_top < bottoms), right, num + here)
    is_straight = is_right & (right_top == tops)
    return np.where(is_straight, right, np.where(is_right & (right_top < tops), upwards, downwards))


def _after_bottoms(pieces: Pieces) -> Following:
    """Bottoms are followed in the same way: they are tops of a picture turned by half."""
    num = pieces.columns.size
    last = int(pieces.bottoms.max())
    turned = Pieces(
        columns=int(pieces.columns[-1]) - pieces.columns[::-1],
        tops=last - pieces.bottoms[::-1],
        bottoms=last - pieces.tops[::-1],
    )
    return 2 * num - 1 - _after_tops(turned)[::-1]


def _first_below(pieces: Pieces, columns: Places, rows: Places) -> Places:
    """For each column and row, this is the first piece from there on that ends below the row."""
    reach = int(pieces.bottoms.max()) + 1
    return np.searchsorted(pieces.columns * reach + pieces.bottoms, columns * reach + rows, "right")


def _is_of(columns: Places, pieces: Places, wanted: Places) -> Bool[np.ndarray, " piece"]:
    """Whether a piece, which may be beyond the last or first, is of the wanted column."""
    is_there = (pieces >= 0) & (pieces < columns.size)
    return is_there & (columns[np.clip(pieces, 0, columns.size - 1)] == wanted)
