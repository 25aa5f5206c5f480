"""Turned drawings at the pixels of a picture, in whole numbers.

Four channels lie in 16-bit lanes of one whole number, 8 bits each and 8 bits of room: weights of 4
bits across and 4 bits down fill it, so one blend of neighbours serves all four.
"""

from typing import TypeAlias

import numpy as np
from jaxtyping import UInt8, UInt16

from deixis_lab.world.sampling import Frame, Window, places_in

FINE = 4  # bits of the shares between a level's pixels
Stamp: TypeAlias = UInt16[np.ndarray, "row column 4"]


def stamped(level: UInt8[np.ndarray, "side side 4"], frame: Frame, window: Window) -> Stamp:
    """A drawing at the window's pixels, premultiplied, in 1/256."""
    count = level.shape[0]
    u, v = places_in(count, frame, window)
    lanes = level.astype("<u2").view("<u8").ravel()
    first = (v >> 16) * count + (u >> 16)
    right = (u >> (16 - FINE) & 15).astype(np.uint64)
    down = (v >> (16 - FINE) & 15).astype(np.uint64)
    left, up = np.uint64(16) - right, np.uint64(16) - down
    blended = (lanes.take(first) * left + lanes.take(first + 1) * right) * up
    first += count
    blended += (lanes.take(first) * left + lanes.take(first + 1) * right) * down
    return blended.view("<u2").reshape(*blended.shape, 4)


def pressed(stamp: Stamp, window: Window, pixels: UInt8[np.ndarray, "high wide 3"]) -> None:
    """The stamp lies over the picture."""
    under = pixels[window.top : window.bottom, window.left : window.right]
    alpha = stamp[..., 3:] >> 8
    alpha += alpha >> 7  # 0..256
    # what a premultiplied colour and the rest of what is below add up to stays below 2^16
    under[...] = (stamp[..., :3] + under * (np.uint16(256) - alpha)) >> 8
