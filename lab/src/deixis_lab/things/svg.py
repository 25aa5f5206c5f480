"""One drawing as pixels: SVG to a small pyramid of premultiplied RGBA pictures.

A drawing is cut to what it shows and put in the middle of a square frame, its longer side 7/8 of
the frame's, so that all artists' things are as large and a blurred shadow finds room. Drawn once at
the largest side, and halved by means of four from there in whole numbers.
"""

import io
from dataclasses import dataclass
from typing import final

import numpy as np
from jaxtyping import Bool, UInt8
from PIL import Image as PIL

from deixis.core.errors import DeixisError, UsageError
from deixis_lab.world.sampling import Window

SIDES = (16, 32, 64, 128, 256)
LARGEST = SIDES[-1]
INSIDE, FRAME_PARTS = 7, 8  # the longer side is 7/8 of the frame's
EXTENT = 4096  # half extents are in 1/4096 of the frame's side
LOOKED_AT, FAINT, SOLID = 128, 8, 128  # side of a first look; coverages of 255
LARGEST_DRAWN = 1024  # pixels of a view box of which little is seen
TRIES, PANIC = 16, "PanicException"
NEAR_HOLE = 2  # pixels of ink around a hole that are mixed with paper
Levels = dict[int, UInt8[np.ndarray, "_ _ 4"]]


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Icon:
    """A drawing in an artist's package: its SVG and view box, in the artist's own units."""

    body: str
    left: float
    top: float
    width: float
    height: float


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Pyramid:
    """A drawing at every side of SIDES, and half of its width and height in 1/4096 of the frame.

    Premultiplied: each of red, green and blue is at most alpha. In black art all three hold the
    white paper that fills what the ink encloses, so ink covers alpha minus red.
    """

    levels: Levels
    half_width: int
    half_height: int


def drawn(icon: Icon, *, is_black: bool) -> Pyramid | None:
    """The drawing's pixels; None if nothing of it is seen."""
    framed = _framed(icon)
    if framed is None:
        return None
    pixels = premultiplied(framed)
    if is_black:
        pixels = on_paper(pixels)
    rows, columns = (np.flatnonzero((pixels[..., 3] >= SOLID).any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return None
    middle = LARGEST // 2
    half = [max(middle - int(near[0]), int(near[-1]) + 1 - middle) for near in (columns, rows)]
    return Pyramid(
        levels=halved(pixels),
        half_width=half[0] * EXTENT // LARGEST,
        half_height=half[1] * EXTENT // LARGEST,
    )


def premultiplied(straight: UInt8[np.ndarray, "row column 4"]) -> UInt8[np.ndarray, "row column 4"]:
    """Colours times their coverage."""
    wide = straight.astype(np.uint16)
    alpha = wide[..., 3:]
    return np.concatenate([(wide[..., :3] * alpha + 127) // 255, alpha], axis=-1).astype(np.uint8)


def halved(pixels: UInt8[np.ndarray, "row column 4"]) -> Levels:
    """A square picture and its halves down to the smallest side."""
    levels = {pixels.shape[0]: pixels}
    while (side := min(levels)) > SIDES[0]:
        wide = levels[side].astype(np.uint16)
        total = wide[::2, ::2] + wide[1::2, ::2] + wide[::2, 1::2] + wide[1::2, 1::2]
        levels[side // 2] = ((total + 2) >> 2).astype(np.uint8)
    return levels


def on_paper(black: UInt8[np.ndarray, "row column 4"]) -> UInt8[np.ndarray, "row column 4"]:
    """Black ink with white paper in all that it encloses."""
    ink = black[..., 3]
    free = ink < SOLID
    holes = free & ~_reached_from_border(free)
    near = _grown(holes, NEAR_HOLE)
    alpha = np.where(near, 255, ink)
    paper = np.where(near, 255 - ink, 0)
    return np.stack([paper, paper, paper, alpha], axis=-1).astype(np.uint8)


def _framed(icon: Icon) -> UInt8[np.ndarray, "row column 4"] | None:
    """The drawing in the middle of its frame; None if nothing of it is seen.

    The whole view box is drawn so large that what is seen of it has the wanted size, and a window
    of whole pixels is cut out.
    """
    box = _seen_box(_rendered(icon, LOOKED_AT))
    if box is None:
        return None
    longest = max(box.right - box.left, box.bottom - box.top)
    side = min(LOOKED_AT * LARGEST * INSIDE // (FRAME_PARTS * longest), LARGEST_DRAWN)
    whole = _drawn_at_most(icon, side)
    box = _seen_box(whole)
    if box is None:
        return None
    wide = np.pad(whole, ((LARGEST, LARGEST), (LARGEST, LARGEST), (0, 0)))
    top, left = (
        (first + last) // 2 + LARGEST - LARGEST // 2
        for first, last in ((box.top, box.bottom), (box.left, box.right))
    )
    return wide[top : top + LARGEST, left : left + LARGEST]


def _seen_box(pixels: UInt8[np.ndarray, "row column 4"]) -> Window | None:
    seen = pixels[..., 3] >= FAINT
    rows, columns = (np.flatnonzero(seen.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return None
    return Window(
        top=int(rows[0]), bottom=int(rows[-1]) + 1, left=int(columns[0]), right=int(columns[-1]) + 1
    )


def _drawn_at_most(icon: Icon, side: int) -> UInt8[np.ndarray, "side side 4"]:
    """The view box at this side, or at the next smaller one at which the renderer does not fail:
    some filters that are cut at odd places make it fail.
    """
    for smaller in range(side, side - TRIES, -1):
        try:
            return _rendered(icon, smaller)
        except BaseException as failure:  # a panic of Rust is no Exception, and has no other name
            if type(failure).__name__ != PANIC:
                raise
    raise DeixisError(f"resvg fails at {TRIES} sizes from {side} pixels down")


def _rendered(icon: Icon, side: int) -> UInt8[np.ndarray, "side side 4"]:
    """What resvg draws of the view box in a square of this side, not premultiplied."""
    try:
        import resvg_py
    except ImportError:
        raise UsageError("drawing the things needs resvg: pip install resvg-py") from None
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="{icon.left:g} {icon.top:g} {icon.width:g} {icon.height:g}" '
        f'width="{side}" height="{side}">{icon.body.replace("currentColor", "#000")}</svg>'
    )
    try:
        png = bytes(
            resvg_py.svg_to_bytes(svg_string=svg, width=side, height=side, skip_system_fonts=True)
        )
    except ValueError as refusal:
        raise DeixisError(f"resvg cannot draw it: {refusal}") from None
    return np.asarray(PIL.open(io.BytesIO(png)).convert("RGBA"))


def _reached_from_border(free: Bool[np.ndarray, "side side"]) -> Bool[np.ndarray, "side side"]:
    """The free pixels that a way through free neighbours joins to the border."""
    reached = free.copy()
    reached[1:-1, 1:-1] = False
    runs = [_runs(free), _runs(free.T).T]
    while True:
        before = int(reached.sum())
        for run in runs:
            whole = np.bincount(run.ravel(), weights=reached.ravel()) > 0
            reached = whole[run] & free
        if int(reached.sum()) == before:
            return reached


def _runs(free: Bool[np.ndarray, "side side"]) -> np.ndarray:
    """A number for each stretch of alike pixels in a row."""
    begins = np.ones_like(free)
    begins[:, 1:] = free[:, 1:] != free[:, :-1]
    return np.cumsum(begins).reshape(free.shape)


def _grown(mask: Bool[np.ndarray, "side side"], radius: int) -> Bool[np.ndarray, "side side"]:
    side = mask.shape[0]
    padded = np.pad(mask, radius)
    shifts = range(2 * radius + 1)
    return np.logical_or.reduce(
        [padded[down : down + side, right : right + side] for down in shifts for right in shifts]
    )
