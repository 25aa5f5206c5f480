"""Tags: a number or letters on a plate, by which a region is spoken of ("marked 3").

Marks of a question are told apart by colour and shape; tags go on where those end (Set-of-Mark,
2310.11441).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import final

import numpy as np

from deixis.core.errors import NoRoomError, UsageError
from deixis.core.image import Image
from deixis.core.region import Region
from deixis.core.shapes import XY
from deixis.core.size import Size
from deixis.marks.colours import Color, Rgb
from deixis.marks.letters import UNIT, outline
from deixis.marks.primitives import BorderInk, Lines, Rings, Window
from deixis.marks.render import draw_ink
from deixis.marks.style import ANCHOR

TAG_VERSION = 4  # goes up whenever any tag's place or bytes change; until 3 it was the marks' own
TEXT = re.compile(r"[0-9]{1,3}|[A-Za-z]{1,3}")
# of a plate, in 1/336 of the picture's longer side, the usual one first; letters of the last are
# 5 pixels high in a model that sees 336
HEIGHTS = (14.0, 12.0, 10.0, 8.25)
SMALLEST = 9  # of a plate, in pixels of the picture
CAPITAL = 1493 * UNIT  # height of a capital letter
LETTER_SHARE = 0.62  # of the plate's height
LINE, LEAST_LINE = 0.09, 2.0  # a line's width, of the plate's height, and in pixels
BESIDE = 0.22  # of the plate's height, left and right of the text
DARK, BRIGHT = (0, 0, 0), (255, 255, 255)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Tag:
    """A tag has a text for a region, and the plate's colour."""

    text: str
    region: Region
    color: Color

    def __post_init__(self) -> None:
        if not TEXT.fullmatch(self.text):
            raise UsageError(f"a tag is up to three digits or three letters, got {self.text!r}")

    @property
    def phrase(self) -> str:
        """The words that go with it."""
        return f"marked {self.text}"

    @property
    def ink(self) -> Rgb:
        """The letters are black or white, whichever is read better on the plate."""
        red, green, blue = self.color.rgb
        return DARK if 299 * red + 587 * green + 114 * blue >= 128_000 else BRIGHT


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class TagPlace:
    """A tag's plate lies there; its `line`, where it has one, runs from the plate to the region.

    `hides`: it covers part of a region, since there was no free ground.
    """

    plate: Window
    line: tuple[XY, XY] | None = None
    hides: bool = False


def numbered(count: int) -> list[str]:
    """The texts are 1, 2, 3 …."""
    return [str(number + 1) for number in range(count)]


def lettered(count: int) -> list[str]:
    """The texts are A, B … Z, AA, AB …."""
    return [_letters(number) for number in range(count)]


def plate_size(text: str, size: Size, height: float = HEIGHTS[0]) -> Size:
    """The plate of a text is so large in a picture of this size; `height` is in 1/336 of its longer
    side.
    """
    high = max(SMALLEST, int(height * max(size.width, size.height) / ANCHOR))
    while high > 0:
        width = max(high, _advance(text) * _scale(high) + 2 * BESIDE * high)
        plate = Size(width=int(np.ceil(width)), height=high)
        if plate.width <= size.width and plate.height <= size.height:
            return plate
        high -= 1
    raise NoRoomError(f"a {size} picture has no room for the tag {text!r}; use a larger copy")


def draw_tags(image: Image, tags: Sequence[Tag], places: Sequence[TagPlace]) -> Image:
    """The picture gets tags at their places, over their lines; the one given stays as it is."""
    pixels = image.pixels.copy()
    for tag, place in zip(tags, places, strict=True):
        if place.line is not None:
            _draw_line(pixels, tag, place.line, place.plate.bottom - place.plate.top)
    for tag, place in zip(tags, places, strict=True):
        plate = place.plate
        high = plate.bottom - plate.top
        draw_ink(pixels, _border(plate, high), tag.color.rgb, 255)
        draw_ink(pixels, _border(plate, max(1, high // 14)), tag.ink, 255)
        drawn, holes = _letters_on(tag.text, plate)
        draw_ink(pixels, Rings(rings=drawn), tag.ink, 255)
        if holes:
            draw_ink(pixels, Rings(rings=holes), tag.color.rgb, 255)
    return Image(pixels=pixels, source=image.source)


def _draw_line(pixels: np.ndarray, tag: Tag, line: tuple[XY, XY], high: int) -> None:
    """A line in the plate's colour lies on a wider one in that of the letters."""
    width = max(LEAST_LINE, LINE * high)
    for wide, rgb in ((width + 2 * max(1.0, width / 2), tag.ink), (width, tag.color.rgb)):
        draw_ink(pixels, Lines(paths=(line,), width=wide), rgb, 255)


def _border(plate: Window, width: int) -> BorderInk:
    return BorderInk(x0=plate.left, y0=plate.top, x1=plate.right, y1=plate.bottom, width=width)


def _letters_on(
    text: str, plate: Window
) -> tuple[tuple[tuple[XY, ...], ...], tuple[tuple[XY, ...], ...]]:
    """The letters' rings lie in the middle of the plate, and with them the rings of their holes."""
    high = plate.bottom - plate.top
    scale = _scale(high)
    across = (plate.left + plate.right - _advance(text) * scale) / 2
    baseline = plate.bottom - (1 - LETTER_SHARE) / 2 * high
    drawn: list[tuple[XY, ...]] = []
    holes: list[tuple[XY, ...]] = []
    for letter in text:
        found = outline(letter)
        for ring in found.rings:
            placed = tuple((across + x * scale, baseline + y * scale) for x, y in ring.tolist())
            (holes if _is_hole(ring) else drawn).append(placed)
        across += found.advance * scale
    return tuple(drawn), tuple(holes)


def _is_hole(ring: np.ndarray) -> bool:
    """TrueType's outlines run clockwise, its holes the other way round."""
    x, y = ring[:, 0], ring[:, 1]
    return int((x * np.roll(y, -1) - np.roll(x, -1) * y).sum()) < 0


@cache
def _advance(text: str) -> int:
    return sum(outline(letter).advance for letter in text)


def _scale(high: int) -> float:
    """One of the outlines' units is so many pixels."""
    return LETTER_SHARE * high / CAPITAL


def _letters(number: int) -> str:
    text = ""
    while number >= 0:
        text = chr(ord("A") + number % 26) + text
        number = number // 26 - 1
    return text
