"""Closed outlines of the same number of corners, many at once."""

from dataclasses import dataclass
from typing import final

import numpy as np
from jaxtyping import Float64, Int64

FINE = 256  # parts of a pixel
FARTHEST = 2**28  # from one corner to another, so that areas fit whole numbers of 64 bits


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Outlines:
    """Closed outlines; of each, the side after corner i can be seen where `seen` holds i (a side
    that lies within other outlines need not be smooth). None: all of them.
    """

    corners: Float64[np.ndarray, "outline corner 2"]
    seen: tuple[int, ...] | None = None


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Edges:
    """Sides of outlines in 1/256 pixels, each from above to below; `sign` is +1 for those that led
    down when every outline was turned the same way round.
    """

    x0: Int64[np.ndarray, " edge"]
    y0: Int64[np.ndarray, " edge"]
    x1: Int64[np.ndarray, " edge"]
    y1: Int64[np.ndarray, " edge"]
    sign: Int64[np.ndarray, " edge"]
    is_seen: np.ndarray

    def chosen(self, which: np.ndarray) -> "Edges":
        """Some of them."""
        return Edges(
            x0=self.x0[which],
            y0=self.y0[which],
            x1=self.x1[which],
            y1=self.y1[which],
            sign=self.sign[which],
            is_seen=self.is_seen[which],
        )


def edges_of(batches: list[Outlines]) -> Edges:
    """All sides but the level ones."""
    parts = [_sides(batch) for batch in batches]
    numbers = parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)
    x0, y0, x1, y1, turn, seen = numbers[:, numbers[1] != numbers[3]]
    leads_up = y1 < y0
    return Edges(
        x0=np.where(leads_up, x1, x0),
        y0=np.minimum(y0, y1),
        x1=np.where(leads_up, x0, x1),
        y1=np.maximum(y0, y1),
        sign=np.where(leads_up, -turn, turn),
        is_seen=seen != 0,
    )


def _sides(batch: Outlines) -> Int64[np.ndarray, "6 edge"]:
    here = np.rint(batch.corners * FINE).astype(np.int64)
    sides = np.empty((6, *here.shape[:2]), dtype=np.int64)
    sides[0], sides[1] = here[..., 0], here[..., 1]
    sides[2:4, :, :-1] = sides[0:2, :, 1:]
    sides[2:4, :, -1] = sides[0:2, :, 0]
    sides[4] = np.where(_doubled_area(sides) < 0, -1, 1)[:, None]
    sides[5] = 1
    if batch.seen is not None:
        sides[5] = 0
        sides[5][:, list(batch.seen)] = 1
    return sides.reshape(6, -1)


def _doubled_area(sides: Int64[np.ndarray, "6 outline corner"]) -> Int64[np.ndarray, " outline"]:
    """Above 0 for outlines that run clockwise on the screen."""
    first_x, first_y = sides[0, :, :1], sides[1, :, :1]
    x0, y0, x1, y1 = sides[0] - first_x, sides[1] - first_y, sides[2] - first_x, sides[3] - first_y
    if x0.size and max(int(np.abs(x0).max()), int(np.abs(y0).max())) > FARTHEST:
        x0, y0, x1, y1 = x0 >> 8, y0 >> 8, x1 >> 8, y1 >> 8
    return (x0 * y1 - x1 * y0).sum(axis=1)
