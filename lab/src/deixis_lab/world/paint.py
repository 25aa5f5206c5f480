"""A plan's pixels at one size, and for each pixel the thing or stuff that it shows.

All in whole numbers. Positions are in 1/65536 of a pixel, coverages 0..255.
"""

from dataclasses import dataclass
from typing import final

import numpy as np
from jaxtyping import UInt8

from deixis_lab.world.colours import colour_named
from deixis_lab.world.covering import (
    DARK_INK,
    LIGHT_INK,
    cast_shadow,
    cover,
    ink_of,
    lay_stuff,
    own,
    window_of,
)
from deixis_lab.world.glyphs import LANE, pictogram
from deixis_lab.world.plan import SIDE, Plan, PlannedThing, cosine, sine
from deixis_lab.world.sampling import PIXEL, Frame, sampled
from deixis_lab.world.signs import draw_sign
from deixis_lab.world.textures import texture


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Painted:
    """Pixels, and who owns each: 0.. for stuff from the top, then things from the farthest."""

    pixels: UInt8[np.ndarray, "row column 3"]
    owners: UInt8[np.ndarray, "row column"]


def paint(plan: Plan, side: int) -> Painted:
    """The picture of a plan, `side` pixels wide and high."""
    pixels = np.empty((side, side, 3), dtype=np.uint8)
    owners = np.zeros((side, side), dtype=np.uint8)
    for place, stuff in enumerate(plan.stuff):
        lay_stuff(stuff, texture(stuff.name, side), place, pixels, owners)
    for place, thing in enumerate(plan.things):
        owner = len(plan.stuff) + place
        if thing.text is None:
            _draw_pictogram(thing, owner, pixels, owners)
        else:
            draw_sign(thing, thing.text, owner, pixels, owners)
    pixels.flags.writeable = False
    owners.flags.writeable = False
    return Painted(pixels=pixels, owners=owners)


def _draw_pictogram(
    thing: PlannedThing, owner: int, pixels: np.ndarray, owners: np.ndarray
) -> None:
    side = owners.shape[0]
    scale = PIXEL * side // SIDE
    window = window_of(thing, side)
    extent = thing.side * scale
    frame = Frame(
        x=thing.x * scale,
        y=thing.y * scale,
        width=extent,
        height=extent,
        sin=sine(thing.degrees),
        cos=cosine(thing.degrees),
    )
    level = pictogram(thing.symbol).level(extent // PIXEL + 1)
    packed = sampled(level, frame, window)
    ink, body = packed & 255, packed >> LANE & 255
    colour = colour_named(thing.colour)
    shown = body
    if thing.style == "shadow":
        cast_shadow(body, window, pixels)
    if thing.style == "outline":
        shown = packed >> 2 * LANE & 255
        cover(pixels, window, shown, DARK_INK if sum(colour.ink) > 300 else LIGHT_INK)
    cover(pixels, window, body, colour.paper)
    cover(pixels, window, ink, ink_of(thing, colour.ink, window))
    own(owners, window, shown, owner)
