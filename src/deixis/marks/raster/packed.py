"""What the compiled half is asked, packed as `c/raster.h` and `c/look.c` read it."""

import itertools
from array import array
from ctypes import addressof, c_double, c_int64
from functools import cache, lru_cache
from struct import Struct, error
from typing import Any, assert_never, final

import numpy as np

from deixis.core.mask import Mask
from deixis.core.run_lengths import decode_counts
from deixis.core.shapes import XY
from deixis.marks.primitives import BorderInk, Filled, Layer, Lines, Oval, Rim, Rings
from deixis.marks.raster.blend import strength_of
from deixis.marks.raster.lines import disc_corners, unit_disc

# each begins with its kind, the colour and the strength; one after the other, of one length
FRAME = Struct("8q64x")
OVAL = Struct("4q32x5d24x")
OUTLINES = Struct("7q8xd32x3q")
MASK = Struct("4q32xd32xq16x")
SIZE = FRAME.size
FILL = -1.0  # instead of the radius of a line around a mask


@final
class Attachments:
    """What packed layers lead to lies in memory as long as this object does."""

    __slots__ = ("ends", "lists", "mask")

    def __init__(self) -> None:
        self.lists: list[object] = []
        self.mask: Mask | None = None
        self.ends = 0, 0  # of that mask: where they lie, and how many


def packed(layer: Layer, width: int, height: int, kept: Attachments) -> bytes | None:
    """One layer for a picture of that size; None where numpy has to lay it."""
    ink, (red, green, blue) = layer.ink, layer.rgb
    rgb, strength = red << 16 | green << 8 | blue, strength_of(layer.alpha)
    match ink:
        case BorderInk():
            try:
                return FRAME.pack(0, rgb, strength, ink.x0, ink.y0, ink.x1, ink.y1, ink.width)
            except error:  # beyond 64 bits
                return None
        case Oval():
            places = ink.cx, ink.cy, ink.rx, ink.ry, ink.width
            return OVAL.pack(1, rgb, strength, ink.is_filled, *places)
        case Lines():
            return OUTLINES.pack(2, rgb, strength, *_outlines((), ink, kept))
        case Rings():
            if len(ink.lines) > 1:  # pens of several widths
                return None
            lines = ink.lines[0] if ink.lines else None
            return OUTLINES.pack(2, rgb, strength, *_outlines(ink.rings, lines, kept))
        case Filled() | Rim():
            if (ink.mask.size.width, ink.mask.size.height) != (width, height):
                return None
            place, count = _ends_of(ink.mask, kept)
            radius = ink.radius if isinstance(ink, Rim) else FILL
            return MASK.pack(3, rgb, strength, count, radius, place)
    assert_never(ink)


def _outlines(
    rings: tuple[tuple[XY, ...], ...], lines: Lines | None, kept: Attachments
) -> tuple[int, int, bool, int, float, int, int, int]:
    if lines is None:
        places, counts = addresses(rings, kept.lists)
        return len(rings), 0, False, 0, 0.0, places, counts, 0
    radius = lines.width / 2
    corners = disc_corners(radius)
    places, counts = addresses(rings + lines.paths, kept.lists)
    disc, _ = _disc(corners)
    num_rings, num_paths = len(rings), len(lines.paths)
    return num_rings, num_paths, lines.are_closed, corners, radius, places, counts, disc


def _ends_of(mask: Mask, kept: Attachments) -> tuple[int, int]:
    """A mask's tint, casing and core are of the same ends."""
    if mask is not kept.mask:
        ends = np.add.accumulate(decode_counts(mask.counts))
        first = c_int64.from_buffer(ends)  # type: ignore[arg-type]  # an array is a buffer
        kept.lists.append(first)
        kept.mask, kept.ends = mask, (addressof(first), ends.size)
    return kept.ends


def addresses(paths: tuple[tuple[XY, ...], ...], kept: list[object]) -> tuple[int, int]:
    """Where the places of paths lie one after the other, and where the number of each path's; they
    lie there while the list keeps them.
    """
    listed = paths[0] if len(paths) == 1 else itertools.chain.from_iterable(paths)
    places = array("d", [*itertools.chain.from_iterable(listed)])
    counts = _counts(tuple([len(path) for path in paths]))
    kept += places, counts
    return places.buffer_info()[0], counts.buffer_info()[0]


@lru_cache(maxsize=256)
def _counts(counts: tuple[int, ...]) -> "array[int]":
    return array("q", counts)


@cache
def _disc(corners: int) -> tuple[int, Any]:  # Any: what ctypes makes of a number of numbers
    """Where a circle's corners lie, and what keeps them there."""
    places = unit_disc(corners).reshape(-1)
    kept = (c_double * places.size)(*places)
    return addressof(kept), kept
