"""Pictograms and letters as small grey pictures at halving sizes, prepared once per process.

A glyph lies in a square frame. Each of its pixels holds three coverages of 0..255 packed into one
whole number, 20 bits each: `ink` (the drawing), `body` (the drawing with its holes filled) and
`rim` (the body grown by a line's width). One blend of neighbours then serves all three.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import final

import numpy as np
from jaxtyping import Int64, UInt8

from deixis.marks.letters import UNIT
from deixis_lab.world.fill import SUBPIXEL, alike_turned, filled
from deixis_lab.world.font import LETTERS, outline

SAMPLES = 512
SIDES = (16, 32, 64, 128, 256)
LANE = 20
FRAME = 4096  # extents of a glyph are in 1/4096 of its frame's side
MARGIN = 6  # the frame's side is 6/5 of the ink's long side
RIM = 3  # radius of the rim's growth in 1/64 of the frame
# letters share one frame, so that they share a baseline: capitals of DejaVu Sans Bold
LETTER_WIDTH, LETTER_HEIGHT, CAPITAL = 2400, 2000, 1493


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Glyph:
    """A glyph at every side of SIDES, and half of its body's width and height in 1/4096."""

    levels: tuple[Int64[np.ndarray, "_ _"], ...]
    half_width: int
    half_height: int

    def level(self, side: int) -> Int64[np.ndarray, "_ _"]:
        """The smallest picture of it that is at least this large."""
        for level in self.levels:
            if level.shape[0] >= side:
                return level
        return self.levels[-1]


@cache
def pictogram(symbol: str) -> Glyph:
    """A pictogram in the middle of its frame."""
    rings = outline(symbol).rings
    corners = np.concatenate(rings)
    lowest, highest = corners.min(axis=0), corners.max(axis=0)
    extent = highest - lowest
    side = int(extent.max()) * MARGIN // (MARGIN - 1)
    origin = (lowest + highest - side) // 2
    placed = [(ring - origin) * (SAMPLES * SUBPIXEL) // side for ring in rings]
    ink, body = filled(placed, SAMPLES), filled(alike_turned(placed), SAMPLES)
    half_width, half_height = (int(value) * FRAME // (2 * side) for value in extent)
    return Glyph(levels=_levels(ink, body), half_width=half_width, half_height=half_height)


@cache
def letter(symbol: str) -> Glyph:
    """A capital letter in the frame that all letters share; its body is its ink."""
    shape = outline(symbol, LETTERS)
    left = shape.advance // 2 - LETTER_WIDTH * UNIT // 2
    top = -(CAPITAL + LETTER_HEIGHT) * UNIT // 2
    origin = np.array([left, top])
    frame = np.array([LETTER_WIDTH * UNIT, LETTER_HEIGHT * UNIT])
    ink = filled([(ring - origin) * (SAMPLES * SUBPIXEL) // frame for ring in shape.rings], SAMPLES)
    return Glyph(levels=_levels(ink, ink), half_width=FRAME // 2, half_height=FRAME // 2)


@cache
def letter_advance(symbol: str) -> int:
    """How far a letter moves on, in font units."""
    return outline(symbol, LETTERS).advance // UNIT


def _levels(ink: np.ndarray, body: np.ndarray) -> tuple[Int64[np.ndarray, "_ _"], ...]:
    inks, bodies = _halved(ink), _halved(body)
    rims = _halved_grey(_grown(bodies[1]))
    rims.insert(0, bodies[0])  # beyond 128 pixels the rim is drawn from the next smaller one
    rims[0] = np.maximum(bodies[0], rims[1].repeat(2, axis=0).repeat(2, axis=1))
    packed = [
        ink.astype(np.int64) | body.astype(np.int64) << LANE | rim.astype(np.int64) << 2 * LANE
        for ink, body, rim in zip(inks, bodies, rims, strict=True)
    ]
    return tuple(reversed(packed))


def _halved(samples: np.ndarray) -> list[UInt8[np.ndarray, "_ _"]]:
    return _halved_grey(samples.astype(np.uint8) * np.uint8(255))[1:]


def _halved_grey(grey: UInt8[np.ndarray, "row column"]) -> list[UInt8[np.ndarray, "_ _"]]:
    """A grey picture and its halves down to the smallest side, largest first."""
    pictures = [grey]
    while pictures[-1].shape[0] > SIDES[0]:
        wide = pictures[-1].astype(np.uint16)
        total = wide[::2, ::2] + wide[1::2, ::2] + wide[::2, 1::2] + wide[1::2, 1::2]
        pictures.append(((total + 2) >> 2).astype(np.uint8))
    return pictures


def _grown(grey: UInt8[np.ndarray, "row column"]) -> UInt8[np.ndarray, "row column"]:
    """The picture with every bright place grown to a disc."""
    side = grey.shape[0]
    radius = RIM * side // 64
    padded = np.pad(grey, radius)
    return np.maximum.reduce(
        [
            padded[radius + down : radius + down + side, radius + right : radius + right + side]
            for down, right in _disc(radius)
        ]
    )


def _disc(radius: int) -> Sequence[tuple[int, int]]:
    reach = range(-radius, radius + 1)
    return [(y, x) for y in reach for x in reach if y * y + x * x <= radius * radius]
