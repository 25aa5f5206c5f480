"""Blending an ink into pixels, in place: out = (in · (256 - w) + ink · w) / 256, rounded down.

w = coverage · alpha, 0..256, rounded to the nearest. Equal colours stay, w = 0 leaves a pixel as
it is, w = 256 makes it the ink. The sum fits 16 bits and is made as (in - ink) · (256 - w) +
ink · 256, whose parts may wrap around. Only pixels near the mark are read.
"""

from functools import cache, lru_cache

import numpy as np
from jaxtyping import UInt8, UInt16

from deixis.marks.raster.coverage import CELL, FULL, Bars, Cells, Coverage, PixelBlock, Solid

Pixels = UInt8[np.ndarray, "height width 3"]
Rgb = tuple[int, int, int]
CELLS_AT_ONCE = 4096
ITEM = np.dtype((np.void, 3 * CELL))


def blend(pixels: Pixels, piece: Coverage, ink: Rgb, alpha: int) -> None:
    """One piece of a mark is blended in; `alpha` is 0..255, `pixels` are contiguous."""
    strength = strength_of(alpha)
    if isinstance(piece, Cells):
        for first in range(0, piece.cells.size, CELLS_AT_ONCE):
            last = first + CELLS_AT_ONCE
            coverage = piece.coverage[first * CELL : last * CELL]
            _blend_cells(pixels.reshape(-1), piece.cells[first:last], coverage, ink, strength)
    elif isinstance(piece, PixelBlock):
        _blend_block(pixels, piece, ink, strength)
    elif isinstance(piece, Solid):
        _blend_solid(pixels, piece, ink, strength)
    else:
        _blend_bars(pixels, piece, ink, strength)


def strength_of(alpha: int) -> int:
    """An alpha of 0..255 becomes 0..256."""
    return (alpha * FULL + 127) // 255


def _pattern(ink: Rgb, length: int) -> UInt16[np.ndarray, " byte"]:
    """So many pixels have the ink's bytes."""
    return _long_pattern(ink, 1 << (length - 1).bit_length())[: 3 * length]


@lru_cache(maxsize=64)
def _long_pattern(ink: Rgb, length: int) -> UInt16[np.ndarray, " byte"]:
    pattern = np.tile(np.array(ink, dtype=np.uint16), length)
    pattern.flags.writeable = False
    return pattern


def _kept(coverage: np.ndarray, strength: int) -> np.ndarray:
    """Each pixel keeps 256 - w, three times."""
    if strength == FULL:  # the product would not fit 16 bits
        kept = np.subtract(np.uint16(FULL), coverage)
    else:
        kept = coverage * np.uint16(strength)
        kept += np.uint16(FULL // 2)
        kept >>= 8
        np.subtract(np.uint16(FULL), kept, out=kept)
    three = np.empty((*coverage.shape, 3), dtype=np.uint16)
    three[..., 0] = kept
    three[..., 1] = kept
    three[..., 2] = kept
    return three


def _blend_cells(
    flat: UInt8[np.ndarray, " byte"],
    cells: np.ndarray,
    coverage: np.ndarray,
    ink: Rgb,
    strength: int,
) -> None:
    whole = flat.size // (3 * CELL)
    if cells[-1] >= whole:  # the picture ends within its last cell
        rest = flat.size - whole * 3 * CELL
        padded = np.zeros(3 * CELL, dtype=np.uint8)
        padded[:rest] = flat[flat.size - rest :]
        _blend_cells(padded, np.zeros(1, dtype=np.int64), coverage[-CELL:], ink, strength)
        flat[flat.size - rest :] = padded[:rest]
        cells, coverage = cells[:-1], coverage[:-CELL]
        if not cells.size:
            return
    items = flat[: whole * 3 * CELL].view(ITEM)
    inks = _pattern(ink, CELLS_AT_ONCE * CELL)[: 3 * coverage.size]
    mixed = items.take(cells, mode="clip").view(np.uint8).astype(np.uint16)
    _mix(mixed, _kept(coverage, strength).reshape(-1), inks)
    items[cells] = mixed.astype(np.uint8).view(ITEM)


def _blend_block(pixels: Pixels, block: PixelBlock, ink: Rgb, strength: int) -> None:
    rows, columns = block.coverage.shape
    window = pixels[block.top : block.top + rows, block.left : block.left + columns]
    mixed = window.astype(np.uint16)
    kept = _kept(block.coverage, strength)
    _mix(mixed.reshape(rows, -1), kept.reshape(rows, -1), _pattern(ink, columns))
    window[...] = mixed


def _mix(mixed: np.ndarray, kept: np.ndarray, inks: UInt16[np.ndarray, " byte"]) -> None:
    """Pixels become the blend, in place."""
    mixed -= inks
    mixed *= kept
    mixed += inks << 8
    mixed >>= 8


def _blend_solid(pixels: Pixels, solid: Solid, ink: Rgb, strength: int) -> None:
    rows, columns = solid.inside.shape
    down, _, byte = pixels.strides
    start = solid.top * down + solid.left * 3 * byte
    window = np.ndarray((rows, 3 * columns), np.uint8, pixels, start, (down, byte))
    mixed = _mixed(window.astype(np.uint16), ink, columns, strength).astype(np.uint8)
    mixed ^= window
    chosen = _chosen_bytes().take(np.packbits(solid.inside, axis=1), mode="clip")
    mixed &= chosen.view(np.uint8).reshape(rows, -1)[:, : 3 * columns]
    window ^= mixed


def _blend_bars(pixels: Pixels, bars: Bars, ink: Rgb, strength: int) -> None:
    down, right, byte = pixels.strides
    rows, columns = bars.y1 - bars.y0, bars.x1 - bars.x0
    window = np.ndarray(
        (bars.copies, rows, 3 * columns),
        np.uint8,
        pixels,
        bars.y0 * down + bars.x0 * right,
        (bars.down * down + bars.right * right, down, byte),
    )
    if strength == FULL:
        window[...] = _pattern(ink, columns)
    else:
        window[...] = _mixed(window.astype(np.uint16), ink, columns, strength)


@cache
def _chosen_bytes() -> np.ndarray:
    """For eight pixels as the bits of a number: 255 for each byte of those that are set."""
    bits = np.unpackbits(np.arange(256, dtype=np.uint8)).reshape(-1, CELL) * np.uint8(255)
    return bits.repeat(3, axis=1).view(ITEM).reshape(-1)


def _mixed(mixed: np.ndarray, ink: Rgb, columns: int, strength: int) -> np.ndarray:
    """Every byte is blended with one strength, in place."""
    mixed *= np.uint16(FULL - strength)
    mixed += _pattern(ink, columns) * np.uint16(strength)
    mixed >>= 8
    return mixed
