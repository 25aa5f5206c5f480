"""A plan's pixels at one size, and for each pixel the thing or stuff that it shows.

All in whole numbers. Positions are in 1/65536 of a pixel.
"""

from dataclasses import dataclass
from typing import final

import numpy as np
from jaxtyping import UInt8

from deixis_lab.things.art import Art
from deixis_lab.things.artists import artist_named
from deixis_lab.things.grounds import ground
from deixis_lab.things.plan import PlannedDrawing, ThingPlan
from deixis_lab.things.stamping import Stamp, pressed, stamped
from deixis_lab.things.svg import SIDES
from deixis_lab.world.colours import colour_named
from deixis_lab.world.covering import SHOWN, lay_stuff
from deixis_lab.world.plan import SIDE, cosine, sine
from deixis_lab.world.sampling import PIXEL, Frame, Window, window_around
from deixis_lab.world.signs import draw_sign

SHADE, SHADOW_SHIFT = 96, 22  # of 255, and 1/1024 of the picture's side
SHADOW_PARTS = 4  # the shadow is drawn from a picture of about a quarter of the thing's side


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Painted:
    """Pixels, and who owns each: 0.. for stuff from the top, then things from the farthest."""

    pixels: UInt8[np.ndarray, "row column 3"]
    owners: UInt8[np.ndarray, "row column"]


def paint_things(plan: ThingPlan, art: Art, side: int) -> Painted:
    """The picture of a plan, `side` pixels wide and high."""
    pixels = np.empty((side, side, 3), dtype=np.uint8)
    owners = np.zeros((side, side), dtype=np.uint8)
    for place, stuff in enumerate(plan.stuff):
        lay_stuff(stuff, ground(stuff.name, side), place, pixels, owners)
    for owner, thing in enumerate(plan.things, len(plan.stuff)):
        if isinstance(thing, PlannedDrawing):
            _draw(thing, art, owner, pixels, owners)
        else:
            draw_sign(thing, owner, pixels, owners)
    pixels.flags.writeable = False
    owners.flags.writeable = False
    return Painted(pixels=pixels, owners=owners)


def _draw(
    thing: PlannedDrawing, art: Art, owner: int, pixels: np.ndarray, owners: np.ndarray
) -> None:
    side = owners.shape[0]
    frame = _frame(thing, side, 0)
    if thing.style == "shadow":
        _shade(thing, art, pixels)
    window = _window(thing, frame, side)
    stamp = stamped(art.level(thing.drawing, frame.width // PIXEL + 1), frame, window)
    if artist_named(thing.artist).is_black:
        stamp = _inked(stamp, thing.colour or "black")
    pressed(stamp, window, pixels)
    covered = stamp[..., 3] >= SHOWN << 8
    owners[window.top : window.bottom, window.left : window.right][covered] = owner


def _shade(thing: PlannedDrawing, art: Art, pixels: np.ndarray) -> None:
    """A soft shadow to the right and below, from one of the drawing's smallest pictures."""
    side = pixels.shape[0]
    frame = _frame(thing, side, max(PIXEL, SHADOW_SHIFT * side * PIXEL >> 10))
    window = _window(thing, frame, side)
    level = art.level(thing.drawing, max(SIDES[0], frame.width // (SHADOW_PARTS * PIXEL)))
    alpha = stamped(level, frame, window)[..., 3] >> 8
    shade = (alpha * np.uint16(SHADE) >> 8)[..., None]
    under = pixels[window.top : window.bottom, window.left : window.right]
    under[...] = under * (np.uint16(256) - shade) >> 8


def _frame(thing: PlannedDrawing, side: int, shift: int) -> Frame:
    scale = PIXEL * side // SIDE
    extent = thing.side * scale
    return Frame(
        x=thing.x * scale + shift,
        y=thing.y * scale + shift,
        width=extent,
        height=extent,
        sin=sine(thing.degrees),
        cos=cosine(thing.degrees),
    )


def _window(thing: PlannedDrawing, frame: Frame, side: int) -> Window:
    scale = PIXEL * side // SIDE
    margin = frame.width // 16  # of the frame, as much as lies around what is drawn
    reach_x, reach_y = thing.half_width * scale + margin, thing.half_height * scale + margin
    return window_around(frame.x, frame.y, reach_x, reach_y, side)


def _inked(stamp: Stamp, name: str) -> Stamp:
    """Black art in a named ink: what is white in it becomes the ink's paper."""
    colour = colour_named(name)
    paper = stamp[..., :1].astype(np.uint32)
    ink = stamp[..., 3:] - paper
    mixed = (ink * np.array(colour.ink) + paper * np.array(colour.paper)) // 255
    return np.concatenate([mixed.astype(np.uint16), stamp[..., 3:]], axis=-1)
