"""How a thing of a plan covers the pixels of a picture: grounds, ink, shadows, and who owns what.

All in whole numbers. Positions are in 1/65536 of a pixel, coverages 0..255.
"""

import numpy as np

from deixis_lab.world.colours import RGB
from deixis_lab.world.plan import SIDE, PlannedStuff
from deixis_lab.world.sampling import PIXEL, Coverage, Window, window_around
from deixis_lab.world.shown import Shown
from deixis_lab.world.textures import Pixels

SHOWN = 128  # a thing owns the pixels that it covers by half or more
SHADOW_SHARE, SHADOW_SHIFT = 120, 40  # of 255, and 1/1024 of the picture's side
DARK_INK, LIGHT_INK = (16, 16, 20), (250, 250, 246)


def lay_stuff(
    stuff: PlannedStuff, doubled: Pixels, owner: int, pixels: np.ndarray, owners: np.ndarray
) -> None:
    """A kind of stuff covers all below its line; `doubled` is as `texture` makes it."""
    side = owners.shape[0]
    top, left = stuff.offset_y * side // SIDE, stuff.offset_x * side // SIDE
    column = np.arange(side) * 2 + 1
    line = (stuff.left * 2 * side + (stuff.right - stuff.left) * column) // (2 * SIDE)
    # above `begin` nothing of it is seen, from `whole` on nothing else
    begin, whole = (0, 0) if owner == 0 else np.clip([line.min(), line.max()], 0, side).tolist()
    window = doubled[top + begin : top + side, left : left + side]
    tinted = (window * np.array(stuff.gains, dtype=np.uint16) >> 8).astype(np.uint8)
    pixels[whole:], owners[whole:] = tinted[whole - begin :], owner
    below = np.arange(begin, whole)[:, None] >= line
    pixels[begin:whole][below] = tinted[: whole - begin][below]
    owners[begin:whole][below] = owner


def window_of(thing: Shown, side: int) -> Window:
    """The pixels that a thing, and a rim around it, may reach."""
    scale = PIXEL * side // SIDE
    margin = thing.side * scale // 16  # the rim
    reach_x, reach_y = thing.half_width * scale + margin, thing.half_height * scale + margin
    return window_around(thing.x * scale, thing.y * scale, reach_x, reach_y, side)


def cover(pixels: np.ndarray, window: Window, coverage: Coverage, ink: RGB) -> None:
    """Ink is mixed into the pixels where there is coverage."""
    under = pixels[window.top : window.bottom, window.left : window.right]
    change = (np.asarray(ink, dtype=np.int32) - under) * (coverage.astype(np.int32) * 257)[
        ..., None
    ]
    under += ((change + (1 << 15)) >> 16).astype(np.uint8)  # wraps around to the right value


def cast_shadow(coverage: Coverage, window: Window, pixels: np.ndarray) -> None:
    """A shadow to the right and below."""
    side = pixels.shape[0]
    shift = max(1, SHADOW_SHIFT * side >> 10)
    moved = Window(
        top=window.top + shift,
        bottom=min(window.bottom + shift, side),
        left=window.left + shift,
        right=min(window.right + shift, side),
    )
    if moved.bottom <= moved.top or moved.right <= moved.left:
        return
    fallen = coverage[: moved.bottom - moved.top, : moved.right - moved.left]
    cover(pixels, moved, fallen * SHADOW_SHARE >> 8, DARK_INK)


def own(owners: np.ndarray, window: Window, coverage: Coverage, owner: int) -> None:
    """Who owns the pixels that are covered by half or more."""
    owners[window.top : window.bottom, window.left : window.right][coverage >= SHOWN] = owner
