"""The outline of a mask along the edges of its pixels, as closed rings; holes are left out."""

from collections import defaultdict
from typing import TypeAlias

import numpy as np
from jaxtyping import Bool, Int64

from deixis.core.shapes import XY

Corner: TypeAlias = tuple[int, int]
Edges: TypeAlias = Int64[np.ndarray, "edge 2"]


def outline_of(inside: Bool[np.ndarray, "height width"]) -> tuple[tuple[XY, ...], ...]:
    """Closed rings around the parts that touch by sides, corners only, clockwise on the screen."""
    after = _edges_by_start(inside)
    rings: list[tuple[XY, ...]] = []
    while after:
        ring = _walk(after)
        if _doubled_area(ring) > 0:  # holes run the other way
            rings.append(tuple((float(x), float(y)) for x, y in ring))
    return tuple(rings)


def _edges_by_start(inside: Bool[np.ndarray, "height width"]) -> dict[Corner, list[Corner]]:
    """Unit edges between inside and outside; walking one, the inside lies on the right hand."""
    padded = np.pad(inside.astype(np.int8), 1)
    sideways = np.diff(padded, axis=1)  # at [r, c]: the edge x = c, from y = r - 1 to r
    downwards = np.diff(padded, axis=0)  # at [r, c]: the edge y = r, from x = c - 1 to c
    after: dict[Corner, list[Corner]] = defaultdict(list)
    for change, value, start, end in (
        (downwards, 1, (-1, 0), (0, 0)),  # top sides, to the right
        (sideways, -1, (0, -1), (0, 0)),  # right sides, downwards
        (downwards, -1, (0, 0), (-1, 0)),  # bottom sides, to the left
        (sideways, 1, (0, 0), (0, -1)),  # left sides, upwards
    ):
        rows, columns = np.nonzero(change == value)
        places: Edges = np.stack([columns, rows], axis=1)
        for a, b in zip((places + start).tolist(), (places + end).tolist(), strict=True):
            after[(a[0], a[1])].append((b[0], b[1]))
    return after


def _walk(after: dict[Corner, list[Corner]]) -> list[Corner]:
    """Take one closed ring out of the edges; keep the corners where it turns."""
    start = next(iter(after))
    here, ring = start, [start]
    heading = (0, 0)
    while True:
        step_to = _take_next(after, here, heading)
        step = (step_to[0] - here[0], step_to[1] - here[1])
        if step == heading:
            ring.pop()
        ring.append(step_to)
        here, heading = step_to, step
        if here == start:
            break
    ring.pop()
    first = (ring[1][0] - ring[0][0], ring[1][1] - ring[0][1])
    return ring[1:] if _parallel(first, heading) else ring


def _take_next(after: dict[Corner, list[Corner]], here: Corner, heading: Corner) -> Corner:
    ends = after[here]
    right = (here[0] - heading[1], here[1] + heading[0])
    end = right if right in ends else ends[-1]
    ends.remove(end)
    if not ends:
        del after[here]
    return end


def _parallel(first: Corner, second: Corner) -> bool:
    return first[0] * second[1] == first[1] * second[0]


def _doubled_area(ring: list[Corner]) -> int:
    following = ring[1:] + ring[:1]
    return sum(ax * by - bx * ay for (ax, ay), (bx, by) in zip(ring, following, strict=True))
