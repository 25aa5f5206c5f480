"""Regions are outlined and labelled on a picture, for people to see what was answered or found.

Each gets a colour with a light casing, which is seen on any ground, and its label on a plate.
"""

from collections.abc import Sequence
from functools import cache
from typing import assert_never

import numpy as np
from PIL import Image as PIL
from PIL import ImageDraw, ImageFont

from deixis.core import transform
from deixis.core.errors import RegionError
from deixis.core.image import Image
from deixis.core.mask import Mask
from deixis.core.region import Region
from deixis.core.shapes import XY, Box, Ellipse, Point, Polygon, Stroke
from deixis.core.size import Size
from deixis.core.untrusted_text import clean
from deixis.marks.colours import Rgb
from deixis.marks.place import MarkPlace
from deixis.marks.primitives import Filled, Ink, Lines, Oval, Rim, Window
from deixis.marks.raster.rasterise import check_work
from deixis.marks.raster.trigonometry import ellipse_ring
from deixis.marks.render import draw_ink
from deixis.marks.shapes.rectangle import framed, on_pixels

# each is read under white letters, and told from its neighbours by those who see no red or green
PALETTE: tuple[Rgb, ...] = (
    (214, 0, 70),
    (0, 95, 215),
    (0, 125, 70),
    (150, 45, 190),
    (190, 85, 0),
    (0, 115, 140),
    (200, 0, 150),
    (110, 85, 30),
)
CASING: Rgb = (255, 255, 255)
LEAST, COMFORTABLE = 320, 480  # pixels of the longer side: smaller pictures are enlarged
LINE = 1 / 300  # of the longer side
LETTERS, SMALLEST_LETTERS = 1 / 42, 13  # of the longer side, in pixels
TINT = 70  # of a mask, 0..255
LONGEST = 40  # letters of a label


def colour_at(number: int) -> Rgb:
    """The region of that number, from 0, has this colour; they come again after eight."""
    return PALETTE[number % len(PALETTE)]


def draw_labelled(image: Image, regions: Sequence[Region]) -> Image:
    """The picture gets the regions over it, each in a colour of its own, with its label or text and
    its score. One of less than 320 pixels is enlarged, pixel by pixel. RegionError where a region
    lies outside of it.
    """
    times = max(1, COMFORTABLE // max(image.size.width, image.size.height))
    if max(image.size.width, image.size.height) < LEAST:
        larger = image.pixels.repeat(times, axis=0).repeat(times, axis=1)
        way = transform.resize(image.size, Size(width=larger.shape[1], height=larger.shape[0]))
        image = Image(pixels=larger, source=image.source)
        regions = [way.region(region) for region in regions]
    pixels = image.pixels.copy()
    for number, region in enumerate(regions):
        outline(pixels, region, colour_at(number))
    picture = PIL.fromarray(pixels)
    _label_all(picture, regions)
    return Image(pixels=np.asarray(picture), source=image.source)


def outline(pixels: np.ndarray, region: Region, rgb: Rgb, *, times: float = 1.0) -> None:
    """One region is outlined in an array, in that colour on a light casing; the pen is `times` as
    wide as usual.
    """
    size = Size(width=pixels.shape[1], height=pixels.shape[0])
    place = MarkPlace.of(region, size)
    line = max(2, round(LINE * times * max(size.width, size.height)))
    casing = max(1, round(0.45 * line))
    if isinstance(place.region.shape, Mask):
        draw_ink(pixels, Filled(mask=place.region.shape), rgb, TINT)
    for width, colour in ((line + 2 * casing, CASING), (line, rgb)):
        draw_ink(pixels, _drawable(place, width, line), colour, 255)


def _drawable(place: MarkPlace, width: int, line: int) -> Ink:
    """The outline, or of one that would take minutes to draw that of its box."""
    ink = _ink(place, width, line)
    try:
        check_work(ink, place.size)
    except RegionError:
        return _frame(place, width)
    return ink


def _ink(place: MarkPlace, width: int, line: int) -> Ink:
    """A pen of `width` goes along the region's outline; of a point it makes a dot."""
    shape = place.region.shape
    match shape:
        case Box():
            return _frame(place, width)
        case Point():
            radius = 2.0 * line + (width - line) / 2
            return Oval(cx=shape.x, cy=shape.y, rx=radius, ry=radius, is_filled=True)
        case Polygon():
            return Lines(paths=shape.rings, width=float(width), are_closed=True)
        case Ellipse():
            if shape.angle == 0:
                return Oval(cx=shape.cx, cy=shape.cy, rx=shape.rx, ry=shape.ry, width=float(width))
            return Lines(paths=(ellipse_ring(shape),), width=float(width), are_closed=True)
        case Mask():
            return Rim(mask=shape, radius=width / 2)
        case Stroke():
            return Rim(mask=place.region.mask(place.size), radius=width / 2)
    assert_never(shape)


def _frame(place: MarkPlace, width: int) -> Ink:
    x0, x1 = on_pixels(place.box.x0, place.box.x1, place.size.width)
    y0, y1 = on_pixels(place.box.y0, place.box.y1, place.size.height)
    out = width // 2
    return framed(x0 - out, y0 - out, x1 + out, y1 + out, width, place)


def _label_all(picture: PIL.Image, regions: Sequence[Region]) -> None:
    """Each label goes on a plate above its region, or where that is taken or outside, below it or
    in it.
    """
    size = Size(width=picture.width, height=picture.height)
    font_size = max(SMALLEST_LETTERS, round(LETTERS * max(size.width, size.height)))
    font = ImageFont.load_default(font_size)
    pen = ImageDraw.Draw(picture)
    taken: list[Window] = []
    for number, region in enumerate(regions):
        words = _label_of(region, number, len(regions))
        if not words:
            continue
        beside = max(2, font_size // 4)
        plate = Size(
            width=round(pen.textlength(words, font)) + 2 * beside, height=round(1.35 * font_size)
        )
        window = _free(_extent(region, size), plate, size, taken)
        taken.append(window)
        edges = (window.left, window.top, window.right - 1, window.bottom - 1)
        pen.rectangle(edges, fill=colour_at(number), outline=CASING)
        middle = (window.left + beside, (window.top + window.bottom) / 2)
        pen.text(middle, words, fill=CASING, font=font, anchor="lm")


def _extent(region: Region, size: Size) -> Box:
    """The box that a label keeps off; of a point that of its dot."""
    shape = region.shape
    if not isinstance(shape, Point):
        return MarkPlace.of(region, size).box
    dot = 3 * LINE * max(size.width, size.height)
    return Box(x0=shape.x - dot, y0=shape.y - dot, x1=shape.x + dot, y1=shape.y + dot)


def _label_of(region: Region, number: int, num_regions: int) -> str:
    """A region's label or text, shortened, and its score; without words, or where the font lacks a
    letter of them, the number that it has among several.
    """
    words = clean(region.label or region.text or "")
    words = words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"
    if not (words and all(map(_has_letter, words))):
        words = str(number + 1) if words or num_regions > 1 else ""
    score = "" if region.score is None else f"{region.score:.2f}"
    return " ".join(filter(None, (words, score)))


def _free(box: Box, plate: Size, size: Size, taken: Sequence[Window]) -> Window:
    """The first place that no other plate has; where all are taken, the first."""
    corners = [
        (box.x0, box.y0 - plate.height),
        (box.x0, box.y1),
        (box.x1 - plate.width, box.y0 - plate.height),
        (box.x1 - plate.width, box.y1),
        (box.x0, box.y0),
        (box.x1 - plate.width, box.y1 - plate.height),
    ]
    windows = [_within(corner, plate, size) for corner in corners]
    inside = [
        window for window, (_, y) in zip(windows, corners, strict=True) if abs(window.top - y) <= 1
    ] or windows
    free = (one for one in inside if not any(_meet(one, other) for other in taken))
    return next(free, inside[0])


def _within(corner: XY, plate: Size, size: Size) -> Window:
    """The plate, moved into the picture."""
    left = max(0, min(round(corner[0]), size.width - plate.width))
    top = max(0, min(round(corner[1]), size.height - plate.height))
    return Window(left=left, top=top, right=left + plate.width, bottom=top + plate.height)


def _meet(one: Window, two: Window) -> bool:
    apart = one.left >= two.right or two.left >= one.right
    return not (apart or one.top >= two.bottom or two.top >= one.bottom)


@cache
def _has_letter(letter: str) -> bool:
    """Pillow's own font has Latin letters; what it lacks looks like U+FFFF, which no font has."""
    font = ImageFont.load_default(SMALLEST_LETTERS)
    assert isinstance(font, ImageFont.FreeTypeFont)
    return letter == " " or bytes(font.getmask(letter)) != bytes(font.getmask("\uffff"))
