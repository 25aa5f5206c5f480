"""A mark's core is cased, as roads are on maps: a thin line of the opposite lightness on either
side of it.
"""

import math
from dataclasses import replace
from functools import lru_cache
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
    return _casing_width(line, place.full_pixels(USUAL))


@lru_cache(maxsize=256)
def _casing_width(line: int, usual: int) -> int:
    return max(1, math.ceil(SHARE * min(line, usual)))


def core_and_casing(core: Ink, by: int, size: Size) -> tuple[Ink, Ink]:
    """The casing lies under the core, so that its edges are smooth on both sides."""
    match core:
        case BorderInk():
            return _framed(core, by, size)
        case Oval():
            more, wider = (by, 0) if core.is_filled else (0, 2 * by)
            casing = Oval(
                cx=core.cx,
                cy=core.cy,
                rx=core.rx + more,
                ry=core.ry + more,
                width=core.width + wider,
                is_filled=core.is_filled,
            )
            return core, casing
        case Lines():
            width = core.width + 2 * by
            return core, Lines(paths=core.paths, width=width, are_closed=core.are_closed)
        case Rings():
            around = Lines(paths=core.rings, width=2.0 * by, are_closed=True)
            edges = (around,) if core.rings else ()
            thicker = [replace(one, width=one.width + 2 * by) for one in core.lines]
            return core, Rings(rings=core.rings, lines=(*edges, *thicker))
        case Filled():
            return core, Rim(mask=core.mask, radius=float(by))
        case Rim():
            return core, Rim(mask=core.mask, radius=min(core.radius + by, WIDEST_RIM))
    assert_never(core)


def _framed(core: BorderInk, by: int, size: Size) -> tuple[BorderInk, BorderInk]:
    """The casing stays within the picture, and the core within the casing."""
    x0, y0, x1, y1 = core.x0 - by, core.y0 - by, core.x1 + by, core.y1 + by
    x0, y0 = x0 if x0 > 0 else 0, y0 if y0 > 0 else 0
    x1, y1 = x1 if x1 < size.width else size.width, y1 if y1 < size.height else size.height
    if x1 - x0 <= 2 * by or y1 - y0 <= 2 * by:  # a picture of a few pixels has no room for a casing
        return core, core
    casing = BorderInk(x0=x0, y0=y0, x1=x1, y1=y1, width=core.width + 2 * by)
    inner = BorderInk(x0=x0 + by, y0=y0 + by, x1=x1 - by, y1=y1 - by, width=core.width)
    return inner, casing
