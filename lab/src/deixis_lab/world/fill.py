"""Outlines to pixels, in whole numbers only: the same on every machine."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Int64

SUBPIXEL = 256  # corners are in 1/256 of a sample


def filled(
    rings: Sequence[Int64[np.ndarray, "_ 2"]], samples: int
) -> Bool[np.ndarray, "row column"]:
    """The samples of a square whose centres the rings go around (the nonzero rule)."""
    start = np.concatenate(rings)
    end = np.concatenate([np.roll(ring, -1, axis=0) for ring in rings])
    first = np.clip(_next_centre(np.minimum(start[:, 1], end[:, 1])), 0, samples)
    last = np.clip(_next_centre(np.maximum(start[:, 1], end[:, 1])), 0, samples)
    counts = last - first
    edge = np.repeat(np.arange(counts.size), counts)
    row = np.arange(edge.size) - np.repeat(np.cumsum(counts) - counts - first, counts)
    x0, y0 = start[edge].T
    x1, y1 = end[edge].T
    centre = row * SUBPIXEL + SUBPIXEL // 2
    crossing = x0 + (centre - y0) * (x1 - x0) // (y1 - y0)
    column = np.clip(_next_centre(crossing), 0, samples)
    turns = np.zeros((samples, samples + 1), dtype=np.int16)
    np.add.at(turns, (row, column), np.where(y1 > y0, 1, -1).astype(np.int16))
    return np.cumsum(turns, axis=1, dtype=np.int16)[:, :-1] != 0


def _next_centre(places: Int64[np.ndarray, " place"]) -> Int64[np.ndarray, " place"]:
    """The first sample whose centre is not before the place."""
    return (places + SUBPIXEL // 2 - 1) // SUBPIXEL
