"""Upright ellipses, filled or as a ring, by each pixel's distance from the outline.

With q² = (x/rx)² + (y/ry)² the distance is (q - 1) · q / |half the gradient of q²|: exact for
circles and on the axes, of the first order elsewhere. Coverage falls from 1 to 0 within a pixel.
"""

import math
from collections.abc import Iterator

import numpy as np
from jaxtyping import Float32

from deixis.core.size import Size
from deixis.marks.primitives import Oval
from deixis.marks.raster.coverage import CELL, FULL, Cells, PixelBlock

DENSE = 8192  # pixels of a window up to which a block is quicker than cells
BAND = 65_536  # pixels of a window that are worked on at once
SPARE = 1.0  # pixels by which the first look at a row is wider than the ring …
BULGE = 0.15  # … and this part of half its width for each time that one axis exceeds the other
LONGEST, THICKEST = (
    3.0,
    0.4,
)  # axes' ratio, and half width over the short axis, for which that holds
THINNEST = 0.25  # half axes are never shorter
NEARLY_NONE = 1e-12  # keeps the centre out of a division by zero


def oval_coverage(oval: Oval, size: Size) -> Iterator[PixelBlock | Cells]:
    """The ellipse covers so much of each pixel."""
    reach = oval.width / 2 + 0.5
    left = max(0, math.floor(oval.cx - oval.rx - reach))
    right = min(size.width, math.ceil(oval.cx + oval.rx + reach))
    top = max(0, math.floor(oval.cy - oval.ry - reach))
    bottom = min(size.height, math.ceil(oval.cy + oval.ry + reach))
    if right <= left or bottom <= top:
        return
    is_aligned = size.width % CELL == 0 or (left >= CELL and right + CELL <= size.width)
    is_large = (right - left) * (bottom - top) > DENSE
    if is_large and is_aligned and _is_slender(oval):
        yield _cells(oval, size, top, bottom)
        return
    across = np.arange(right - left, dtype=np.float32)
    across += np.float32(left + 0.5 - oval.cx)
    rows = max(1, BAND // (right - left))
    for first in range(top, bottom, rows):
        down = np.arange(min(rows, bottom - first), dtype=np.float32)
        down += np.float32(first + 0.5 - oval.cy)
        covered = _covered(oval, across, down[:, None])
        yield PixelBlock(left=left, top=first, coverage=covered.astype(np.uint16))


def _is_slender(oval: Oval) -> bool:
    short, long = sorted((oval.rx, oval.ry))
    is_thin = oval.width / 2 <= THICKEST * short
    return not oval.is_filled and is_thin and long <= LONGEST * short


def _cells(oval: Oval, size: Size, top: int, bottom: int) -> Cells:
    """A ring's cells are found row by row from an ellipse a little larger and one smaller."""
    rows = np.arange(bottom - top)
    down = rows.astype(np.float32)
    down += np.float32(top + 0.5 - oval.cy)
    edges = _edges(oval, down)
    reach = oval.rx + oval.width
    if oval.cx < reach or oval.cx + reach > size.width:
        np.maximum(edges, 0, out=edges)
        np.minimum(edges, size.width - 1, out=edges)
    places = edges.astype(np.int64)
    starts = rows * size.width
    starts += top * size.width
    places += starts
    places >>= 3
    first, last = places[0::2].T.reshape(-1), places[1::2].T.reshape(-1)
    np.maximum(first[1:], last[:-1] + 1, out=first[1:])
    counts = last - first
    counts += 1
    moved = first - np.add.accumulate(counts)
    moved += counts
    cells = moved.repeat(counts)
    cells += np.arange(cells.size)
    across = (cells * CELL - starts.repeat(2).repeat(counts)).astype(np.float32)
    across += np.float32(0.5 - oval.cx)
    columns = np.arange(CELL, dtype=np.float32)[:, None] + across
    covered = _covered(oval, columns, down.repeat(2).repeat(counts))
    coverage = np.empty((cells.size, CELL), dtype=np.uint16)
    np.copyto(coverage, covered.T, casting="unsafe")
    return Cells(cells=cells, coverage=coverage.reshape(-1))


def _edges(oval: Oval, down: Float32[np.ndarray, " row"]) -> Float32[np.ndarray, "4 row"]:
    """Rows enter and leave the ring here: outer left, inner left, inner right, outer right."""
    ratio = max(oval.rx, oval.ry) / min(oval.rx, oval.ry)
    reach = oval.width / 2 * (1 + BULGE * (ratio - 1)) + 0.5 + SPARE
    inner_x, inner_y = oval.rx - reach, oval.ry - reach
    squares = down * down
    halves = np.empty((2, down.size), dtype=np.float32)
    outer_x, outer_y = oval.rx + reach, oval.ry + reach
    np.multiply(squares, np.float32(-(outer_x / outer_y) * (outer_x / outer_y)), out=halves[0])
    halves[0] += np.float32(outer_x * outer_x)
    if min(inner_x, inner_y) > 0:
        np.multiply(squares, np.float32(-(inner_x / inner_y) * (inner_x / inner_y)), out=halves[1])
        halves[1] += np.float32(inner_x * inner_x)
    else:
        halves[1] = 0
    np.maximum(halves, np.float32(0), out=halves)
    np.sqrt(halves, out=halves)
    edges = np.empty((4, down.size), dtype=np.float32)
    centre = np.float32(oval.cx)
    np.subtract(centre, halves, out=edges[:2])
    np.add(centre, halves[::-1], out=edges[2:])
    return edges


def _covered(
    oval: Oval, across: Float32[np.ndarray, "..."], down: Float32[np.ndarray, "..."]
) -> Float32[np.ndarray, "_ _"]:
    """Pixel centres so far from the ellipse's centre have this coverage, 0..256 and its parts."""
    rx, ry = max(oval.rx, THINNEST), max(oval.ry, THINNEST)
    u, v = across * np.float32(1 / rx), down * np.float32(1 / ry)
    u *= u
    v *= v
    v += np.float32(NEARLY_NONE)
    distance = u + v
    if rx == ry:
        np.sqrt(distance, out=distance)
        distance -= np.float32(1)
        distance *= np.float32(rx)
    else:
        root = np.sqrt(distance)
        distance -= root
        np.add(u * np.float32(1 / (rx * rx)), v * np.float32(1 / (ry * ry)), out=root)
        np.sqrt(root, out=root)
        distance /= root
    if not oval.is_filled:
        np.abs(distance, out=distance)
    reach = (oval.width / 2 + 0.5) * FULL
    distance *= np.float32(-FULL)
    distance += np.float32(reach + 0.5)
    np.maximum(distance, np.float32(0), out=distance)
    np.minimum(distance, np.float32(FULL), out=distance)
    return distance
