"""P as the paper defines it: a picture of embeddings, filled pixel by pixel, in float64."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from deixis.core.region import Region, box, ellipse, mask, point, polygon, stroke
from deixis.core.size import Size

WORDS = ("cat", "dog", "sign", "STOP", "a red car", "grass")


def dense(notes: Sequence[Region], size: Size, vectors: dict[str, np.ndarray]) -> np.ndarray:
    """Height x width x dim: masks overwrite in their order, then texts are added."""
    width = len(next(iter(vectors.values())))
    filled = np.zeros((size.height, size.width, width))
    for note in notes:
        if note.label:
            filled[note.within(size).mask(size).to_array()] = vectors[note.label]
    for note in notes:
        if note.text:
            filled[note.within(size).mask(size).to_array()] += vectors[note.text]
    return filled


def overlaps(edges: np.ndarray, num_pixels: int) -> np.ndarray:
    """How much of each pixel lies in each cell between two edges, over the cell's length."""
    low, high = edges[:-1, None], edges[1:, None]
    pixels = np.arange(num_pixels)[None, :]
    shared = np.clip(np.minimum(high, pixels + 1) - np.maximum(low, pixels), 0, None)
    return shared / (high - low)


def pooled(filled: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """The mean over each cell, zero outside of the picture: row x column x dim."""
    down = overlaps(rows, filled.shape[0])
    across = overlaps(columns, filled.shape[1])
    return np.einsum("ry,yxd,cx->rcd", down, filled, across, optimize=True)


def sizes() -> st.SearchStrategy[Size]:
    side = st.integers(1, 60)
    return st.builds(lambda w, h: Size(width=w, height=h), side, side)


@st.composite
def shapes(draw, size: Size) -> Region:
    """A shape that touches the picture."""
    within_x, within_y = st.floats(0, size.width), st.floats(0, size.height)
    x, y = draw(within_x), draw(within_y)
    x = float(min(x, np.nextafter(size.width, 0)))
    y = float(min(y, np.nextafter(size.height, 0)))
    w, h = draw(st.floats(0.5, 40)), draw(st.floats(0.5, 40))
    kind = draw(st.sampled_from(("box", "ellipse", "polygon", "point", "stroke", "mask")))
    if kind == "box":
        return box(x - w / 3, y - h / 3, x + w, y + h)
    if kind == "ellipse":
        return ellipse(x, y, w, h, angle=draw(st.floats(0, 180)))
    if kind == "polygon":
        return polygon([(x - w, y - h), (x + w, y), (x, y + h)])
    if kind == "point":
        return point(x, y)
    if kind == "stroke":
        return stroke([(x, y), (x + w, y + h)], width=3)
    inside = np.random.default_rng(draw(st.integers(0, 2**32))).random((size.height, size.width))
    chosen = inside < draw(st.floats(0.05, 1))
    chosen[int(y), int(x)] = True
    return mask(chosen)


@st.composite
def notes(draw, size: Size) -> list[Region]:
    """Overlapping things and texts, some both, some with a score."""
    found = []
    for shape in draw(st.lists(shapes(size), max_size=6)):
        says = draw(st.sampled_from(("label", "text", "both", "nothing")))
        found.append(
            replace(
                shape,
                label=draw(st.sampled_from(WORDS)) if says in ("label", "both") else None,
                text=draw(st.sampled_from(WORDS)) if says in ("text", "both") else None,
                score=draw(st.none() | st.floats(0, 1)),
            )
        )
    return found
