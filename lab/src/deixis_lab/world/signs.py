"""Signs: a board with a word on it, letter by letter."""

import numpy as np

from deixis_lab.world.colours import RGB, colour_named
from deixis_lab.world.covering import (
    DARK_INK,
    LIGHT_INK,
    cast_shadow,
    cover,
    own,
    window_of,
)
from deixis_lab.world.glyphs import CAPITAL, LETTER_HEIGHT, LETTER_WIDTH, letter, letter_advance
from deixis_lab.world.plan import (
    CAPITAL_SHARE,
    SIDE,
    SQUEEZE,
    TURN,
    PlannedSign,
    cosine,
    sine,
    word_width,
)
from deixis_lab.world.sampling import PIXEL, Frame, panel, sampled, window_around


def draw_sign(thing: PlannedSign, owner: int, pixels: np.ndarray, owners: np.ndarray) -> None:
    """A sign is painted, and owns its board's pixels."""
    text = thing.text
    side = owners.shape[0]
    scale = PIXEL * side // SIDE
    window = window_of(thing, side)
    sin, cos = sine(thing.degrees), cosine(thing.degrees)
    height = thing.side * scale
    unit = height * CAPITAL_SHARE // 100
    width = word_width(text) * unit // CAPITAL + height // 2
    x, y = thing.x * scale, thing.y * scale
    frame = Frame(x=x, y=y, width=width, height=height, sin=sin, cos=cos)
    colour = colour_named(thing.colour)
    board = panel(frame, window)
    written = DARK_INK if sum(colour.ink) > 380 else LIGHT_INK
    if thing.style == "shadow":
        cast_shadow(board, window, pixels)
    if thing.style == "outline":
        cover(pixels, window, board, written)
        cover(pixels, window, panel(frame, window, inset=height // 16), colour.ink)
    else:
        cover(pixels, window, board, colour.ink)
    own(owners, window, board, owner)
    start = -word_width(text) * unit // (2 * CAPITAL)
    for symbol in text:
        step = letter_advance(symbol) * SQUEEZE * unit // (100 * CAPITAL)
        along = start + step // 2
        start += step
        cell = Frame(
            x=x + along * cos // TURN,
            y=y + along * sin // TURN,
            width=LETTER_WIDTH * SQUEEZE * unit // (100 * CAPITAL),
            height=LETTER_HEIGHT * unit // CAPITAL,
            sin=sin,
            cos=cos,
        )
        _write(symbol, cell, written, pixels)


def _write(symbol: str, cell: Frame, ink: RGB, pixels: np.ndarray) -> None:
    side = pixels.shape[0]
    reach_x = (cell.width * cell.cos + cell.height * abs(cell.sin)) // (2 * TURN)
    reach_y = (cell.width * abs(cell.sin) + cell.height * cell.cos) // (2 * TURN)
    window = window_around(cell.x, cell.y, reach_x, reach_y, side)
    level = letter(symbol, cell.height // PIXEL + 1)
    cover(pixels, window, sampled(level, cell, window), ink)
