"""A mark's core is cased, as roads are on maps: a thin line of the opposite lightness on either
side of it.
"""

import math
from dataclasses import replace
from typing import assert_never

from deixis.core.size import Size
from deixis.marks.place import MarkPlace
from deixis.marks.primitives import (
    WIDEST_RIM,
    BorderInk,
    Filled,
    Ink,
    Lines,
    Oval,
    Rim,
    Rings,
)

USUAL = 3  # of lines, in 1/336; wider ones have no wider casing
SHARE = 0.42  # of a line's width


def casing_width(line: int, place: MarkPlace) -> int:
    """The casing of a line of so many pixels is so wide on either side."""
    return max(1, math.ceil(SHARE * min(line, place.full_pixels(USUAL))))


def core_and_casing(core: Ink, by: int, size: Size) -> tuple[Ink, Ink]:
    """The casing lies under the core, so that its edges are smooth on both sides."""
    match core:
        case BorderInk():
            return _framed(core, by, size)
        case Oval():
            if core.is_filled:
                return core, replace(core, rx=core.rx + by, ry=core.ry + by)
            return core, replace(core, width=core.width + 2 * by)
        case Lines():
            width = core.width + 2 * by
            return core, Lines(paths=core.paths, width=width, are_closed=core.are_closed)
        case Rings():
            around = Lines(paths=core.rings, width=2.0 * by, are_closed=True)
            wider = tuple(replace(one, width=one.width + 2 * by) for one in core.lines)
            edges = (around,) if core.rings else ()
            return core, replace(core, lines=(*edges, *wider))
        case Filled():
            return core, Rim(mask=core.mask, radius=float(by))
        case Rim():
            return core, Rim(mask=core.mask, radius=min(core.radius + by, WIDEST_RIM))
    assert_never(core)


def _framed(core: BorderInk, by: int, size: Size) -> tuple[BorderInk, BorderInk]:
    """The casing stays within the picture, and the core within the casing."""
    x0, y0 = max(core.x0 - by, 0), max(core.y0 - by, 0)
    x1, y1 = min(core.x1 + by, size.width), min(core.y1 + by, size.height)
    casing = BorderInk(x0=x0, y0=y0, x1=x1, y1=y1, width=core.width + 2 * by)
    if min(x1 - x0, y1 - y0) <= 2 * by:  # a picture of a few pixels has no room for a casing
        return core, core
    inner = BorderInk(x0=x0 + by, y0=y0 + by, x1=x1 - by, y1=y1 - by, width=core.width)
    return inner, casing
