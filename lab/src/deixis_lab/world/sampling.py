"""Turned glyphs and panels at the pixels of a picture, in whole numbers.

Positions and extents are in 1/65536 of a pixel, coverages 0..255.
"""

from dataclasses import dataclass
from typing import TypeAlias, final

import numpy as np
from jaxtyping import Int64

PIXEL = 1 << 16
FINE = 5  # bits of the shares between a glyph's pixels
Coverage: TypeAlias = Int64[np.ndarray, "_ _"]


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """A turned rectangle in a picture: centre and extents in 1/65536 pixels."""

    x: int
    y: int
    width: int
    height: int
    sin: int
    cos: int


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """Some rows and columns of a picture."""

    top: int
    bottom: int
    left: int
    right: int


def window_around(x: int, y: int, reach_x: int, reach_y: int, side: int) -> Window:
    """The pixels this near to a place, cut to the picture."""
    return Window(
        top=max((y - reach_y) // PIXEL, 0),
        bottom=min((y + reach_y) // PIXEL + 1, side),
        left=max((x - reach_x) // PIXEL, 0),
        right=min((x + reach_x) // PIXEL + 1, side),
    )


def places_in(
    count: int, frame: Frame, window: Window
) -> tuple[Int64[np.ndarray, "row column"], Int64[np.ndarray, "row column"]]:
    """Where the window's pixels lie across and down a level of so many pixels a side, in 1/65536 of
    one, each with a neighbour to its right and below.
    """
    last = ((count - 1) << 16) - 1
    dx, dy = _from_centre(frame, window)
    middle = (count - 1) * PIXEL // 2
    u = (dx * frame.cos * count // frame.width) + (dy * frame.sin * count // frame.width) + middle
    v = (dy * frame.cos * count // frame.height) - (dx * frame.sin * count // frame.height) + middle
    for place in (u, v):  # in place: np.clip costs more than the rest of this line's work
        np.minimum(np.maximum(place, 0, out=place), last, out=place)
    return u, v


def sampled(level: Int64[np.ndarray, "_ _"], frame: Frame, window: Window) -> Coverage:
    """A glyph's coverage at the window's pixels, blended between four neighbours."""
    count = level.shape[0]
    u, v = places_in(count, frame, window)
    first = (v >> 16) * count + (u >> 16)
    right, down = u >> (16 - FINE) & 31, v >> (16 - FINE) & 31
    flat = level.ravel()
    left = 32 - right
    above = flat.take(first) * left + flat.take(first + 1) * right
    first += count
    below = flat.take(first) * left + flat.take(first + 1) * right
    return above * (32 - down) + below * down >> 2 * FINE


def panel(frame: Frame, window: Window, *, inset: int = 0) -> Coverage:
    """How much of each of the window's pixels a turned rectangle covers."""
    dx, dy = _from_centre(frame, window)
    across = np.abs(dx * frame.cos + dy * frame.sin) >> 16
    down = np.abs(dy * frame.cos - dx * frame.sin) >> 16
    wide = np.clip(frame.width // 2 - inset - across + PIXEL // 2, 0, PIXEL) >> 8
    high = np.clip(frame.height // 2 - inset - down + PIXEL // 2, 0, PIXEL) >> 8
    return wide * high * 255 >> 16


def _from_centre(
    frame: Frame, window: Window
) -> tuple[Int64[np.ndarray, " column"], Int64[np.ndarray, "row 1"]]:
    """How far the middles of the window's pixels lie from the frame's centre, across and down."""
    dx = np.arange(window.left, window.right) * PIXEL + PIXEL // 2 - frame.x
    dy = np.arange(window.top, window.bottom) * PIXEL + PIXEL // 2 - frame.y
    return dx, dy[:, None]
