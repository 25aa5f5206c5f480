"""The looks of a search as one picture: where each looked and what it found, for people."""

import contextlib
import textwrap
from collections.abc import Sequence

import numpy as np
from PIL import Image as PIL
from PIL import ImageDraw, ImageFont

from deixis.ask.found import Found, Look
from deixis.core import transform
from deixis.core.errors import RegionError
from deixis.core.image import Image
from deixis.core.region import Region
from deixis.core.shapes import Box, Point
from deixis.core.size import Size
from deixis.core.transform import Transform
from deixis.core.untrusted_text import clean
from deixis.marks.colours import Rgb
from deixis.marks.labelled import outline

WIDTH, HEIGHT = 1200, 900  # of the original, at most
TILE = 392  # three close-ups beside one another are as wide as the original
GAP, LINE, LETTERS = 12, 17, 58
COLOURS: tuple[Rgb, ...] = ((0, 120, 255), (255, 130, 0), (0, 150, 60), (160, 0, 200))
RESULT: Rgb = (230, 0, 90)


def drawn_trace(found: Found) -> Image:
    """The original with every window and place, the result and where to click in it; below it the
    close-ups with their places, and in words what became of each.
    """
    tiles = [_tile(look, number) for number, look in enumerate(found.trace, start=1)]
    top, closer = _overview(found), tiles[1:]
    below = [_words(found.trace[0], 1)] if not closer else [_words(found.trace[0], 1), *closer]
    rows = [below[:1], *(below[i : i + 3] for i in range(1, len(below), 3))]
    heights = [max(tile.height for tile in row) + GAP for row in rows]
    width = max(top.width, *(sum(tile.width + GAP for tile in row) - GAP for row in rows))
    sheet = PIL.new("RGB", (width + 2 * GAP, top.height + sum(heights) + 2 * GAP), "white")
    sheet.paste(top, (GAP, GAP))
    y = top.height + 2 * GAP
    for row, height in zip(rows, heights, strict=True):
        for place, tile in enumerate(row):
            sheet.paste(tile, (GAP + place * (TILE + GAP), y))
        y += height
    return Image(pixels=np.asarray(sheet), source="trace")


def _overview(found: Found) -> PIL.Image:
    """The original, as large as the sheet has room for."""
    picture, way = _fitted(found.image, Size(width=WIDTH, height=HEIGHT))
    for number, look in enumerate(found.trace):
        picture = _outlined(picture, [way.region(one) for one in look.regions], _colour(number))
    picture = _outlined(picture, [way.region(one) for one in found.regions], RESULT, times=1.3)
    pen = ImageDraw.Draw(picture)
    for number, look in enumerate(found.trace[1:], start=1):
        window = way.box(look.window)
        pen.rectangle(window.xyxy, outline=_colour(number), width=2)
        _label(pen, (window.x0 + 4, window.y0 + 2), str(number + 1), _colour(number))
    for point in found.points:
        _crossed(pen, way.xy(point.x, point.y))
    return picture


def _tile(look: Look, number: int) -> PIL.Image:
    """A close-up with its places, and the words below it."""
    picture, way = _fitted(look.image, Size(width=TILE, height=TILE), enlarges=True)
    size = look.image.size
    window = look.window
    sent = Transform(
        before=Size(width=round(window.width), height=round(window.height)),
        after=size,
        scale_x=size.width / window.width,
        scale_y=size.height / window.height,
    )
    moved = transform.crop(
        Size(width=round(window.x1), height=round(window.y1)),
        left=round(window.x0),
        top=round(window.y0),
        after=sent.before,
    )
    shown = moved.then(sent).then(way)
    boxes = [Region(shape=_extent(region)) for region in look.regions]
    picture = _outlined(picture, [shown.region(box) for box in boxes], _colour(number - 1))
    words = _words(look, number, letters=LETTERS)
    tile = PIL.new("RGB", (TILE, picture.height + words.height + 4), "white")
    tile.paste(picture, (0, 0))
    tile.paste(words, (0, picture.height + 4))
    return tile


def _extent(region: Region) -> Point | Box:
    return region.shape if isinstance(region.shape, Point) else region.box()


def _words(look: Look, number: int, *, letters: int = 3 * LETTERS) -> PIL.Image:
    """What a look was, what was answered and what became of it."""
    box = look.window
    told = f"{number}: {box.width:.0f} x {box.height:.0f} pixels at {box.x0:.0f}, {box.y0:.0f}"
    if look.image.size.width > box.width:
        told += f", sent as {look.image.size}"
    lines = [told, *_wrapped(look.answer.text, letters, most=3)]
    if look.why:
        why = look.why if number == 1 else f"not followed: {look.why}"
        lines += _wrapped(why, letters, most=4)
    words = PIL.new("RGB", (letters * 7, LINE * len(lines) + 2), "white")
    pen = ImageDraw.Draw(words)
    for place, line in enumerate(lines):
        colour = _colour(number - 1) if place == 0 else (40, 40, 40)
        pen.text((0, LINE * place), line, fill=colour, font=ImageFont.load_default(13))
    return words


def _wrapped(text: str, letters: int, *, most: int) -> list[str]:
    lines = textwrap.wrap(clean(text), letters) or ["(nothing)"]
    return lines if len(lines) <= most else [*lines[: most - 1], f"{lines[most - 1][:-1]}…"]


def _fitted(image: Image, most: Size, *, enlarges: bool = False) -> tuple[PIL.Image, Transform]:
    """A picture as large as it has room, and the way of its places there."""
    share = min(most.width / image.size.width, most.height / image.size.height)
    share = share if enlarges else min(share, 1.0)
    size = Size(
        width=max(1, round(image.size.width * share)),
        height=max(1, round(image.size.height * share)),
    )
    resized = image.pil().resize((size.width, size.height), PIL.Resampling.BICUBIC)
    return resized, transform.resize(image.size, size)


def _outlined(
    picture: PIL.Image, regions: Sequence[Region], colour: Rgb, *, times: float = 1.0
) -> PIL.Image:
    pixels = np.array(picture)
    for region in regions:
        with contextlib.suppress(RegionError):  # what was answered may lie beyond a close-up
            outline(pixels, region, colour, times=times)
    return PIL.fromarray(pixels)


def _crossed(pen: ImageDraw.ImageDraw, place: tuple[float, float]) -> None:
    """A cross where to click."""
    x, y = place
    for colour, width in (("white", 5), (RESULT, 2)):
        pen.line((x - 9, y, x + 9, y), fill=colour, width=width)
        pen.line((x, y - 9, x, y + 9), fill=colour, width=width)


def _label(pen: ImageDraw.ImageDraw, place: tuple[float, float], words: str, colour: Rgb) -> None:
    font = ImageFont.load_default(15)
    pen.text(place, words, fill=colour, font=font, stroke_width=2, stroke_fill="white")


def _colour(number: int) -> Rgb:
    return COLOURS[number % len(COLOURS)]
