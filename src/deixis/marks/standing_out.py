"""Of the colours that a person would name, the one that stands out most from some pixels is chosen.

It stands out to normal and to colour-blind eyes alike: each pixel counts by the eye that sees the
least difference, and a little difference costs more than a middling one. Whole numbers after the
table, so that every machine chooses alike.
"""

from functools import cache, lru_cache

import numpy as np
from jaxtyping import Int64, UInt8

from deixis.marks.colour_sense import EYES, apart, channels_of, distance, luminance, seen_by
from deixis.marks.colours import SPOKEN, Color, Rgb

ENOUGH = 0.35  # of OKLab's units: more than that is no better
WORST = 255  # what a pixel of a colour's own counts
ALIKE = 0.17  # colours so near may be called by one name
LEVEL_BITS = 4  # of each channel, by which pixels are told apart
COLUMNS = 16  # of the table, as raster/c/look.c reads it
BLACK, WHITE = (0, 0, 0), (255, 255, 255)


def standing_out(pixels: UInt8[np.ndarray, "pixel 3"], free: tuple[int, ...]) -> int:
    """Of the colours that are free, by their numbers, the first of those that stand out most from
    the pixels.
    """
    sums = costs().take(_bins(pixels), axis=0).sum(axis=0, dtype=np.int64)
    return min(free, key=lambda number: int(sums[number]))


@lru_cache(maxsize=256)
def free_colours(taken: tuple[Rgb, ...]) -> tuple[int, ...]:
    """The numbers of the named colours that may not be called as one of those taken."""
    shut = {name for rgb in taken for name in called_alike(rgb)}
    return tuple(number for number, name in enumerate(SPOKEN) if name not in shut)


@cache
def spoken_colours() -> tuple[Color, ...]:
    """The named colours, each under its number."""
    return tuple(Color(rgb=rgb, name=name) for name, rgb in SPOKEN.items())


@cache
def called_alike(rgb: Rgb) -> frozenset[str]:
    """These of the colours may be called by the same name as this one."""
    near = {name: distance(rgb, other) for name, other in SPOKEN.items()}
    bound = max(ALIKE, min(near.values()))
    return frozenset(name for name, away in near.items() if away <= bound)


@cache
def casing_of(rgb: Rgb) -> Rgb:
    """Black or white, whichever has more contrast with a colour."""
    own = luminance(rgb) + 0.05
    return BLACK if own * own > 1.05 * 0.05 else WHITE


def _bins(pixels: UInt8[np.ndarray, "pixel 3"]) -> Int64[np.ndarray, " pixel"]:
    levels = (pixels >> (8 - LEVEL_BITS)).astype(np.int64)
    return (levels[:, 0] << 2 * LEVEL_BITS) | (levels[:, 1] << LEVEL_BITS) | levels[:, 2]


@cache
def costs() -> UInt8[np.ndarray, "bin colour"]:
    """A pixel of each bin counts so much against each colour; columns beyond the colours are 0."""
    levels = (np.arange(2**LEVEL_BITS) + 0.5) * 2 ** (8 - LEVEL_BITS) - 0.5
    grid = np.meshgrid(levels, levels, levels, indexing="ij")
    red, green, blue = (channel.reshape(-1) for channel in grid)
    counted = np.zeros((red.size, COLUMNS), dtype=np.uint8)
    seen = [(eye, seen_by(eye, (red, green, blue))) for eye in EYES]
    for number, rgb in enumerate(SPOKEN.values()):
        one = channels_of(np.array([rgb]))
        away = [apart(seen_by(eye, one), ground) for eye, ground in seen]
        least = np.minimum(np.minimum(away[0], away[1]), away[2])
        short = np.maximum(1 - least / ENOUGH, 0.0)
        counted[:, number] = np.rint(WORST * short * short)
    counted.flags.writeable = False
    return counted
