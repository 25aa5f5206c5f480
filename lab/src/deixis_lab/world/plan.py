"""The grid without a size on which a picture is planned, and grounds and signs on it.

Frame: the picture's side is 4096, x to the right, y down. Everything is a whole number, so the plan
is the same on every machine, and the same at every size in pixels.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from deixis.core.portable_rng import Draws
from deixis_lab.world.glyphs import CAPITAL, letter_advance
from deixis_lab.world.scene import SIGN
from deixis_lab.world.shown import Placed

SIDE = 4096
TURN = 1 << 16  # one, in sines and cosines
MAX_SIGN_TURN = 8
MAX_SHARED = 15  # percent of the smaller of two boxes that the other may cover
SQUEEZE = 80  # percent of the letters' own width
SIGN_LOW, SIGN_HIGH, SIGN_WIDEST = SIDE * 15 // 100, SIDE * 24 // 100, SIDE * 80 // 100
CAPITAL_SHARE = 60  # percent of a sign's height


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedSign:
    """A sign: what it says, its height `side`, and where its centre and half extents lie, which are
    those of the turned board.
    """

    colour: str
    style: str
    text: str
    x: int
    y: int
    side: int
    degrees: int
    half_width: int
    half_height: int

    @property
    def name(self) -> str:
        """What it is."""
        return SIGN

    @property
    def artist(self) -> None:
        """Nobody drew it by hand."""
        return None

    @property
    def member(self) -> None:
        """Its name stands for itself alone."""
        return None


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedStuff:
    """A kind of stuff from a line downwards, and how its texture lies and is tinted.

    The line goes from `left` to `right`, heights at the picture's borders; the gains are in 1/256.
    """

    name: str
    left: int
    right: int
    offset_x: int
    offset_y: int
    gains: tuple[int, int, int]


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Extent:
    """How large a turned thing is; half extents of the upright box around it."""

    side: int
    degrees: int
    half_width: int
    half_height: int


def word_width(word: str) -> int:
    """How wide a word is when its capitals are CAPITAL high, in font units."""
    return sum(letter_advance(symbol) for symbol in word) * SQUEEZE // 100


def sine(degrees: int) -> int:
    """In 1/65536."""
    return round(math.sin(math.radians(degrees)) * TURN)


def cosine(degrees: int) -> int:
    """In 1/65536."""
    return round(math.cos(math.radians(degrees)) * TURN)


def ground_bands(draws: Draws, named: Sequence[str]) -> tuple[PlannedStuff, ...]:
    """One to three kinds of stuff of these names, from the top down; the sky is above."""
    count = (1, 1, 1, 2, 2, 2, 2, 2, 3, 3)[draws.below(10)]
    kinds = draws.sample(named, count)
    kinds.sort(key=lambda name: name != "sky")
    bands = []
    for place, kind in enumerate(kinds):
        middle = 0 if place == 0 else place * SIDE // count + draws.between(-SIDE // 8, SIDE // 8)
        slope = 0 if place == 0 else draws.between(-SIDE // 12, SIDE // 12)
        light = draws.between(190, 246)
        gains = (light + draws.between(-10, 10), light, light + draws.between(-10, 10))
        bands.append(
            PlannedStuff(
                name=kind,
                left=middle - slope,
                right=middle + slope,
                offset_x=draws.below(SIDE),
                offset_y=draws.below(SIDE),
                gains=gains,
            )
        )
    return tuple(bands)


def sign_extent(draws: Draws, text: str) -> Extent:
    """How large a sign is that says this, by lot."""
    height = draws.between(SIGN_LOW, SIGN_HIGH)
    capital = height * CAPITAL_SHARE // 100
    width = word_width(text) * capital // CAPITAL + height // 2
    if width > SIGN_WIDEST:
        width, height = SIGN_WIDEST, height * SIGN_WIDEST // width
    turn = draws.between(-MAX_SIGN_TURN, MAX_SIGN_TURN)
    return turned(height, width // 2, height // 2, turn)


def turned(side: int, across: int, down: int, degrees: int) -> Extent:
    """The extent of what is `across` and `down` from its centre to its edges, once it is turned."""
    sin, cos = abs(sine(degrees)), cosine(degrees)
    return Extent(
        side=side,
        degrees=degrees,
        half_width=(across * cos + down * sin) // TURN + 1,
        half_height=(across * sin + down * cos) // TURN + 1,
    )


def hides(extent: Extent, x: int, y: int, other: Placed) -> bool:
    """Whether a thing of this extent, put there, shares too much with another."""
    across = extent.half_width + other.half_width - abs(x - other.x)
    down = extent.half_height + other.half_height - abs(y - other.y)
    if across <= 0 or down <= 0:
        return False
    smaller = min(extent.half_width * extent.half_height, other.half_width * other.half_height)
    return across * down * 100 > 4 * smaller * MAX_SHARED
