"""Closed outlines have sides, which are edges between whole numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias, final

import numpy as np
from jaxtyping import Bool, Float64, Int64

Chosen: TypeAlias = Bool[np.ndarray, " edge"] | Int64[np.ndarray, " some"] | slice
FINE = 256  # parts of a pixel
FEW = 40  # corners
FARTHEST = 2**28  # from one corner to another, so that areas fit whole numbers of 64 bits


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Outlines:
    """These closed outlines have the same number of corners."""

    corners: Float64[np.ndarray, "outline corner 2"]


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Edges:
    """Sides of outlines in 1/256 pixels, each from above to below, none level.

    `leads_down`: it led down when every outline was turned the same way round.
    """

    x0: Int64[np.ndarray, " edge"]
    y0: Int64[np.ndarray, " edge"]
    x1: Int64[np.ndarray, " edge"]
    y1: Int64[np.ndarray, " edge"]
    leads_down: Bool[np.ndarray, " edge"]

    def joined(self, others: "Edges") -> "Edges":
        """The others come after these."""
        return Edges(
            x0=np.concatenate((self.x0, others.x0)),
            y0=np.concatenate((self.y0, others.y0)),
            x1=np.concatenate((self.x1, others.x1)),
            y1=np.concatenate((self.y1, others.y1)),
            leads_down=np.concatenate((self.leads_down, others.leads_down)),
        )

    def chosen(self, which: Chosen) -> "Edges":
        """Some are chosen by a mask, their places or a slice."""
        return Edges(
            x0=self.x0[which],
            y0=self.y0[which],
            x1=self.x1[which],
            y1=self.y1[which],
            leads_down=self.leads_down[which],
        )


def edges_of(batches: Sequence[Outlines]) -> Edges:
    """All sides but the level ones are edges."""
    if sum(batch.corners.shape[0] * batch.corners.shape[1] for batch in batches) <= FEW:
        return _few_edges([ring for batch in batches for ring in batch.corners.tolist()])
    corners = np.concatenate([batch.corners.reshape(-1, 2) for batch in batches]).T * FINE
    x0, y0 = np.rint(corners).astype(np.int64)
    counts = [batch.corners.shape[1] for batch in batches for _ in batch.corners]
    firsts = np.add.accumulate(np.array([0, *counts[:-1]]))
    following = np.arange(1, x0.size + 1)
    following[firsts[1:] - 1] = firsts[:-1]
    following[-1] = firsts[-1]
    x1, y1 = x0[following], y0[following]
    is_turned = (_doubled_areas(x0, y0, x1, y1, firsts, counts) < 0).repeat(counts)
    leads_up = y1 < y0
    x0, x1 = np.where(leads_up, x1, x0), np.where(leads_up, x0, x1)
    edges = Edges(
        x0=x0,
        y0=np.minimum(y0, y1),
        x1=x1,
        y1=np.maximum(y0, y1),
        leads_down=leads_up == is_turned,
    )
    return edges.chosen(y0 != y1)


def _few_edges(rings: Sequence[Sequence[Sequence[float]]]) -> Edges:
    """Few sides are taken one by one: numpy's calls would take longer."""
    edges: list[tuple[int, int, int, int, bool]] = []
    for ring in rings:
        corners = [(round(x * FINE), round(y * FINE)) for x, y in ring]
        sides = list(zip(corners, corners[1:] + corners[:1], strict=True))
        is_turned = sum(ax * by - bx * ay for (ax, ay), (bx, by) in sides) < 0
        for (ax, ay), (bx, by) in sides:
            if ay < by:
                edges.append((ax, ay, bx, by, not is_turned))
            elif by < ay:
                edges.append((bx, by, ax, ay, is_turned))
    x0, y0, x1, y1, leads_down = np.array(edges, dtype=np.int64).reshape(-1, 5).T
    return Edges(x0=x0, y0=y0, x1=x1, y1=y1, leads_down=leads_down != 0)


def _doubled_areas(
    x0: np.ndarray,
    y0: np.ndarray,
    x1: np.ndarray,
    y1: np.ndarray,
    firsts: Int64[np.ndarray, " outline"],
    counts: Sequence[int],
) -> Int64[np.ndarray, " outline"]:
    """The area is above 0 for outlines that run clockwise on the screen."""
    from_x, from_y = x0[firsts].repeat(counts), y0[firsts].repeat(counts)
    ax, ay, bx, by = x0 - from_x, y0 - from_y, x1 - from_x, y1 - from_y
    if max(int(ax.max()), -int(ax.min()), int(ay.max()), -int(ay.min())) > FARTHEST:
        ax, ay, bx, by = ax >> 8, ay >> 8, bx >> 8, by >> 8
    return np.add.reduceat(ax * by - bx * ay, firsts)
