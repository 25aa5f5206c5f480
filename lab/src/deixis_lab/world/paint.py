"""A plan's pixels at one size, and for each pixel the thing or stuff that it shows.

All in whole numbers. Positions are in 1/65536 of a pixel, coverages 0..255.
"""

from dataclasses import dataclass
from typing import final

import numpy as np
from jaxtyping import UInt8

from deixis_lab.world.colours import RGB, colour_named
from deixis_lab.world.glyphs import (
    CAPITAL,
    LANE,
    LETTER_HEIGHT,
    LETTER_WIDTH,
    letter,
    letter_advance,
    pictogram,
)
from deixis_lab.world.plan import (
    CAPITAL_SHARE,
    SIDE,
    SQUEEZE,
    TURN,
    Plan,
    PlannedStuff,
    PlannedThing,
    cosine,
    sine,
    word_width,
)
from deixis_lab.world.sampling import (
    PIXEL,
    Coverage,
    Frame,
    Window,
    panel,
    sampled,
    window_around,
)
from deixis_lab.world.textures import texture

SHOWN = 128  # a thing owns the pixels that it covers by half or more
SHADOW_SHARE, SHADOW_SHIFT = 120, 40  # of 255, and 1/1024 of the picture's side
DARK_INK, LIGHT_INK = (16, 16, 20), (250, 250, 246)


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Painted:
    """Pixels, and who owns each: 0.. for stuff from the top, then things from the farthest."""

    pixels: UInt8[np.ndarray, "row column 3"]
    owners: UInt8[np.ndarray, "row column"]


def paint(plan: Plan, side: int) -> Painted:
    """The picture of a plan, `side` pixels wide and high."""
    pixels = np.empty((side, side, 3), dtype=np.uint8)
    owners = np.zeros((side, side), dtype=np.uint8)
    for place, stuff in enumerate(plan.stuff):
        _lay(stuff, place, pixels, owners)
    for place, thing in enumerate(plan.things):
        owner = len(plan.stuff) + place
        if thing.text is None:
            _draw_pictogram(thing, owner, pixels, owners)
        else:
            _draw_sign(thing, thing.text, owner, pixels, owners)
    pixels.flags.writeable = False
    owners.flags.writeable = False
    return Painted(pixels=pixels, owners=owners)


def _lay(stuff: PlannedStuff, owner: int, pixels: np.ndarray, owners: np.ndarray) -> None:
    side = owners.shape[0]
    top, left = stuff.offset_y * side // SIDE, stuff.offset_x * side // SIDE
    column = np.arange(side) * 2 + 1
    line = (stuff.left * 2 * side + (stuff.right - stuff.left) * column) // (2 * SIDE)
    # above `begin` nothing of it is seen, from `whole` on nothing else
    begin, whole = (0, 0) if owner == 0 else np.clip([line.min(), line.max()], 0, side).tolist()
    window = texture(stuff.name, side)[top + begin : top + side, left : left + side]
    tinted = (window * np.array(stuff.gains, dtype=np.uint16) >> 8).astype(np.uint8)
    pixels[whole:], owners[whole:] = tinted[whole - begin :], owner
    below = np.arange(begin, whole)[:, None] >= line
    pixels[begin:whole][below] = tinted[: whole - begin][below]
    owners[begin:whole][below] = owner


def _draw_pictogram(
    thing: PlannedThing, owner: int, pixels: np.ndarray, owners: np.ndarray
) -> None:
    side = owners.shape[0]
    scale = PIXEL * side // SIDE
    window = _window_of(thing, side)
    extent = thing.side * scale
    frame = Frame(
        x=thing.x * scale,
        y=thing.y * scale,
        width=extent,
        height=extent,
        sin=sine(thing.degrees),
        cos=cosine(thing.degrees),
    )
    level = pictogram(thing.symbol).level(extent // PIXEL + 1)
    packed = sampled(level, frame, window)
    ink, body = packed & 255, packed >> LANE & 255
    colour = colour_named(thing.colour)
    shown = body
    if thing.style == "shadow":
        _cast(body, window, pixels)
    if thing.style == "outline":
        shown = packed >> 2 * LANE & 255
        _cover(pixels, window, shown, DARK_INK if sum(colour.ink) > 300 else LIGHT_INK)
    _cover(pixels, window, body, colour.paper)
    _cover(pixels, window, ink, _ink(thing, colour.ink, window))
    _own(owners, window, shown, owner)


def _draw_sign(
    thing: PlannedThing, text: str, owner: int, pixels: np.ndarray, owners: np.ndarray
) -> None:
    side = owners.shape[0]
    scale = PIXEL * side // SIDE
    window = _window_of(thing, side)
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
        _cast(board, window, pixels)
    if thing.style == "outline":
        _cover(pixels, window, board, written)
        _cover(pixels, window, panel(frame, window, inset=height // 16), colour.ink)
    else:
        _cover(pixels, window, board, _ink(thing, colour.ink, window))
    _own(owners, window, board, owner)
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
    level = letter(symbol).level(cell.height // PIXEL + 1)
    _cover(pixels, window, sampled(level, cell, window) & 255, ink)


def _window_of(thing: PlannedThing, side: int) -> Window:
    scale = PIXEL * side // SIDE
    margin = thing.side * scale // 16  # the rim
    reach_x, reach_y = thing.half_width * scale + margin, thing.half_height * scale + margin
    return window_around(thing.x * scale, thing.y * scale, reach_x, reach_y, side)


def _ink(thing: PlannedThing, ink: RGB, window: Window) -> np.ndarray:
    """The ink as one colour, or as a colour a row."""
    whole = np.array(ink, dtype=np.int32)
    rows = window.bottom - window.top
    row = np.arange(rows, dtype=np.int32)[:, None, None]
    if thing.style == "gradient":
        return whole * (256 - 110 * row // rows) >> 8
    if thing.style == "striped":
        paper = np.array(colour_named(thing.colour).paper, dtype=np.int32)
        return whole + ((paper - whole) * ((row * 14 // rows) % 2) * 5 >> 4)
    return whole


def _cover(pixels: np.ndarray, window: Window, coverage: Coverage, ink: RGB | np.ndarray) -> None:
    under = pixels[window.top : window.bottom, window.left : window.right]
    change = (np.asarray(ink, dtype=np.int32) - under) * (coverage.astype(np.int32) * 257)[
        ..., None
    ]
    under += ((change + (1 << 15)) >> 16).astype(np.uint8)  # wraps around to the right value


def _cast(coverage: Coverage, window: Window, pixels: np.ndarray) -> None:
    """A shadow to the right and below."""
    side = pixels.shape[0]
    shift = max(1, SHADOW_SHIFT * side >> 10)
    moved = Window(
        top=window.top + shift,
        bottom=min(window.bottom + shift, side),
        left=window.left + shift,
        right=min(window.right + shift, side),
    )
    if moved.bottom <= moved.top or moved.right <= moved.left:
        return
    fallen = coverage[: moved.bottom - moved.top, : moved.right - moved.left]
    _cover(pixels, moved, fallen * SHADOW_SHARE >> 8, DARK_INK)


def _own(owners: np.ndarray, window: Window, coverage: Coverage, owner: int) -> None:
    owners[window.top : window.bottom, window.left : window.right][coverage >= SHOWN] = owner
