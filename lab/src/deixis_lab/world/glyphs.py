"""Letters as small grey pictures at halving sizes, prepared once per process.

A glyph lies in a square frame; each of its pixels holds a coverage of 0..255.
"""

from functools import cache

import numpy as np
from jaxtyping import Int64

from deixis.marks.letters import UNIT
from deixis_lab.world.fill import SUBPIXEL, filled
from deixis_lab.world.font import outline

SAMPLES, SMALLEST = 512, 16
# letters share one frame, so that they share a baseline: capitals of DejaVu Sans Bold
LETTER_WIDTH, LETTER_HEIGHT, CAPITAL = 2400, 2000, 1493
Grey = Int64[np.ndarray, "_ _"]


def letter(symbol: str, side: int) -> Grey:
    """A capital letter in the frame that all letters share: the smallest picture of it that is at
    least this large.
    """
    levels = _levels(symbol)
    return next((level for level in levels if len(level) >= side), levels[-1])


@cache
def letter_advance(symbol: str) -> int:
    """How far a letter moves on, in font units."""
    return outline(symbol).advance // UNIT


@cache
def _levels(symbol: str) -> tuple[Grey, ...]:
    """At sides of 16 to 256."""
    shape = outline(symbol)
    left = shape.advance // 2 - LETTER_WIDTH * UNIT // 2
    top = -(CAPITAL + LETTER_HEIGHT) * UNIT // 2
    origin = np.array([left, top])
    frame = np.array([LETTER_WIDTH * UNIT, LETTER_HEIGHT * UNIT])
    ink = filled([(ring - origin) * (SAMPLES * SUBPIXEL) // frame for ring in shape.rings], SAMPLES)
    pictures = [ink.astype(np.int64) * 255]
    while len(pictures[-1]) > SMALLEST:
        last = pictures[-1]
        total = last[::2, ::2] + last[1::2, ::2] + last[::2, 1::2] + last[1::2, 1::2]
        pictures.append(total + 2 >> 2)
    return tuple(reversed(pictures[1:]))
