"""Textured stuff: tileable pictures made from whole-number noise, once per process and size."""

from collections.abc import Callable
from functools import cache

import numpy as np
from jaxtyping import Int64, UInt8

from deixis.core.portable_rng import Draws

BASE = 512  # a texture's period, and the picture's side, in its own pixels
SEED = 7_310_002
Grey = Int64[np.ndarray, "_ _"]  # 0..255
Pixels = UInt8[np.ndarray, "_ _ 3"]


@cache
def texture(name: str, side: int) -> Pixels:
    """A kind of stuff for pictures of this side, twice as wide and high: any window of the
    picture's size fits in it.
    """
    doubled = np.tile(resized(MAKERS[name](), side), (2, 2, 1))
    doubled.flags.writeable = False
    return doubled


def noise(tag: int, rows: int, columns: int) -> Grey:
    """Smooth tileable noise with this many bumps down and across."""
    source = np.random.PCG64(np.random.SeedSequence((SEED, tag, rows, columns)))
    lattice = (source.random_raw(rows * columns) >> np.uint64(56)).astype(np.int64)
    grown = _grown(lattice.reshape(rows, columns), BASE // rows)
    return _grown(grown.T, BASE // columns).T


def _grown(lattice: Grey, step: int) -> Grey:
    """Rows spread `step` apart, with a smooth change between them."""
    place = np.arange(step)
    share = place * place * (3 * step - 2 * place) * 256 // step**3
    following = np.roll(lattice, -1, axis=0)
    between = lattice[:, None] * (256 - share[:, None]) + following[:, None] * share[:, None]
    return (between >> 8).reshape(-1, lattice.shape[1])


def _mixed(*parts: tuple[int, Grey]) -> Grey:
    """Noises by their percents, the contrast brought back."""
    total = sum(weight * grey for weight, grey in parts) // 100
    return np.clip((total - 128) * 3 // 2 + 128, 0, 255)


def _between(grey: Grey, dark: tuple[int, int, int], light: tuple[int, int, int]) -> Pixels:
    low, high = np.array(dark), np.array(light)
    return (low + (high - low) * grey[..., None] // 255).astype(np.uint8)


def _grass() -> Pixels:
    blades = _mixed((55, noise(1, 32, 128)), (25, noise(2, 64, 256)), (20, noise(3, 8, 8)))
    return _between(blades, (84, 116, 66), (172, 196, 132))


def _water() -> Pixels:
    waves = _mixed((60, noise(1, 64, 8)), (25, noise(2, 128, 16)), (15, noise(3, 16, 4)))
    crests = np.clip((waves - 170) * 4, 0, 255)[..., None]
    sea = _between(waves, (92, 136, 160), (160, 196, 208)).astype(np.int64)
    return (sea + (np.array((226, 238, 240)) - sea) * crests // 380).astype(np.uint8)


def _brick() -> Pixels:
    row, column = np.mgrid[0:BASE, 0:BASE]
    course = row // 32
    shifted = (column + 32 * (course % 2)) % BASE
    tints = np.random.PCG64(np.random.SeedSequence((SEED, 4))).random_raw(16 * 8)
    tint = (tints >> np.uint64(56)).astype(np.int64).reshape(16, 8)[course, shifted // 64]
    rough = noise(1, 128, 128)
    wall = _between((tint * 2 + rough) // 3, (150, 98, 84), (208, 150, 126))
    mortar = (row % 32 < 4) | (shifted % 64 < 4)
    joints = _between(rough, (184, 178, 168), (208, 202, 194))
    return np.where(mortar[..., None], joints, wall)


def _sand() -> Pixels:
    grains = _mixed((45, noise(1, 256, 256)), (25, noise(2, 64, 64)), (30, noise(3, 32, 4)))
    return _between(grains, (170, 142, 98), (232, 210, 166))


def _wood() -> Pixels:
    row = np.mgrid[0:BASE, 0:BASE][0]
    grain = _mixed((60, noise(1, 128, 4)), (25, noise(2, 256, 16)), (15, noise(3, 4, 4)))
    tint = (row // 64) * 97 % 64
    planks = _between(np.clip(grain * 3 // 4 + tint, 0, 255), (138, 106, 76), (206, 172, 132))
    return np.where((row % 64 < 4)[..., None], planks // 3 * 2, planks)


def _sky() -> Pixels:
    clouds = _mixed((50, noise(1, 8, 4)), (30, noise(2, 16, 8)), (20, noise(3, 32, 16)))
    return _between(np.clip((clouds - 90) * 2, 0, 255), (124, 164, 206), (208, 222, 236))


def _gravel() -> Pixels:
    """Every pixel takes the tint of the nearest stone, and darkens towards the border."""
    cells = 32
    step = BASE // cells
    draws = Draws(SEED, 6)
    stones = [(draws.below(step), draws.below(step), draws.below(256)) for _ in range(cells**2)]
    stone = np.array(stones, dtype=np.int64).reshape(cells, cells, 3)
    row, column = np.mgrid[0:BASE, 0:BASE]
    distances, tints = [], []
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            near = stone[(row // step + down) % cells, (column // step + right) % cells]
            y = near[..., 0] + down * step - row % step
            x = near[..., 1] + right * step - column % step
            distances.append(x * x + y * y)
            tints.append(near[..., 2])
    nearest = np.argmin(distances, axis=0)[None]
    tint = np.take_along_axis(np.array(tints), nearest, axis=0)[0]
    distance = np.take_along_axis(np.array(distances), nearest, axis=0)[0]
    light = np.clip(tint * 2 // 3 + 85 - distance, 0, 255)
    return _between(light, (104, 102, 98), (200, 196, 190))


def _tiles() -> Pixels:
    row, column = np.mgrid[0:BASE, 0:BASE]
    rough = noise(1, 64, 64)
    checked = (row // 64 + column // 64) % 2
    face = _between(np.clip(rough // 3 + 130 * checked, 0, 255), (150, 162, 164), (212, 216, 210))
    grout = (row % 64 < 4) | (column % 64 < 4)
    return np.where(grout[..., None], np.array((120, 124, 124), dtype=np.uint8), face)


MAKERS: dict[str, Callable[[], Pixels]] = {
    "grass": _grass,
    "water": _water,
    "brick": _brick,
    "sand": _sand,
    "wood": _wood,
    "sky": _sky,
    "gravel": _gravel,
    "tiles": _tiles,
}
STUFF = tuple(MAKERS)


def resized(pixels: Pixels, side: int) -> Pixels:
    """The tile at another side: halved while that is possible, then blended between neighbours."""
    wide = pixels.astype(np.int64)
    while wide.shape[0] >= 2 * side:
        wide = (wide[::2, ::2] + wide[1::2, ::2] + wide[::2, 1::2] + wide[1::2, 1::2] + 2) >> 2
    rows = _blended(wide, side)
    return _blended(rows.swapaxes(0, 1), side).swapaxes(0, 1).astype(np.uint8)


def _blended(wide: np.ndarray, side: int) -> np.ndarray:
    period = wide.shape[0]
    place = (np.arange(side) * 2 + 1) * period * 128 // side - 128  # in 1/256 of a row
    first, share = (place >> 8) % period, (place & 255)[:, None, None]
    return (wide[first] * (256 - share) + wide[(first + 1) % period] * share + 128) >> 8
