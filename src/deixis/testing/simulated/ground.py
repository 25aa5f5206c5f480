"""A ground whose colours tell the place: any window of it, at any size, shows where it lies.

Red grows from left to right and green from top to bottom, each from 0 to 255; blue is one number,
which tells the picture. What lies on it has other blues.
"""

import numpy as np
from jaxtyping import UInt8

from deixis.core.size import Size

LEVELS = 256
BLUES = tuple(range(64, 193, 4))  # of grounds; things have less or more
NEAR = 2  # blue may be off by so much, after a resize
LEAST_GROUND = 0.2  # of a picture
MOST_SAMPLES = 60_000


def drawn(size: Size, blue: int) -> UInt8[np.ndarray, "height width 3"]:
    """The pixels of a ground."""
    pixels = np.empty((size.height, size.width, 3), dtype=np.uint8)
    pixels[..., 0] = _ramp(size.width)[None, :]
    pixels[..., 1] = _ramp(size.height)[:, None]
    pixels[..., 2] = blue
    return pixels


def blue_of(pixels: UInt8[np.ndarray, "height width 3"]) -> int | None:
    """The blue of the ground that a whole picture has; None: it has none."""
    height, width, _ = pixels.shape
    down, across = max(1, height // 64), max(1, width // 64)
    rows, columns = np.arange(0, height, down), np.arange(0, width, across)
    sample = pixels[::down, ::across].astype(np.int16)
    held = (sample[..., 0] == _ramp(width)[columns][None, :]) & (
        sample[..., 1] == _ramp(height)[rows][:, None]
    )
    if held.mean() < LEAST_GROUND or width < 2 or height < 2:
        return None
    blues = np.bincount(sample[..., 2][held], minlength=256)
    blue = int(blues.argmax())
    return blue if blue in BLUES else None


def window(
    pixels: UInt8[np.ndarray, "height width 3"], blue: int, size: Size
) -> tuple[float, float, float, float] | None:
    """The window of a ground of this size that a picture shows: left, top, right, bottom."""
    height, width, _ = pixels.shape
    held = np.abs(pixels[..., 2].astype(np.int16) - blue) <= NEAR
    if held.mean() < LEAST_GROUND:
        return None
    rows, columns = np.nonzero(held)
    step = max(1, len(rows) // MOST_SAMPLES)
    rows, columns = rows[::step], columns[::step]
    across = _line(columns, pixels[rows, columns, 0], width)
    down = _line(rows, pixels[rows, columns, 1], height)
    if across is None or down is None:
        return None
    (left, right), (top, bottom) = across, down
    scale_x, scale_y = size.width / LEVELS, size.height / LEVELS
    return left * scale_x, top * scale_y, right * scale_x, bottom * scale_y


def _ramp(side: int) -> np.ndarray:
    return np.arange(side) * LEVELS // side


def _line(places: np.ndarray, levels: np.ndarray, side: int) -> tuple[float, float] | None:
    """The levels at both borders, of the line through most of them."""
    at, level = places + 0.5, levels + 0.5
    kept = np.ones(len(at), dtype=bool)
    slope = shift = 0.0
    for _ in range(3):
        if kept.sum() < 2 or np.ptp(at[kept]) == 0:
            return None
        slope, shift = np.polyfit(at[kept], level[kept], 1)
        kept = np.abs(level - (slope * at + shift)) < 3
    if slope <= 0 or kept.mean() < 0.5:
        return None
    return float(shift), float(slope * side + shift)
