"""A sheet shows samples: each picture with its regions outlined, and its words below."""

import textwrap
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image as PIL
from PIL import ImageDraw, ImageFont

from deixis.core.image import Image
from deixis.core.images import open_image
from deixis.core.region import Region
from deixis.core.shapes import Point
from deixis.core.size import Size
from deixis.core.transform import resize
from deixis.data import RegionSample

CELL, GAP, LINE, NUM_LINES, LETTERS = 300, 12, 15, 14, 46
COLOURS = ((230, 0, 60), (0, 120, 255), (0, 150, 60), (255, 130, 0), (160, 0, 200), (0, 160, 170))
DOT = 4
HEIGHT = 11  # of letters, in pixels


def sample_sheet(samples: Sequence[RegionSample], *, columns: int = 4) -> Image:
    """Samples stand in rows. Every slot has the colour of its region."""
    columns = max(1, min(columns, len(samples)))
    tiles = [_tile(sample) for sample in samples]
    rows = [tiles[first : first + columns] for first in range(0, len(tiles), columns)]
    heights = [max(tile.height for tile in row) + GAP for row in rows]
    size = (columns * (CELL + GAP) + GAP, sum(heights) + GAP)
    sheet = PIL.new("RGB", size, "white")
    top = GAP
    for row, height in zip(rows, heights, strict=True):
        for place, tile in enumerate(row):
            sheet.paste(tile, (GAP + place * (CELL + GAP), top))
        top += height
    return Image(pixels=np.asarray(sheet), source="sheet")


def _tile(sample: RegionSample) -> PIL.Image:
    """A tile is a picture with its words below it."""
    picture = _outlined(open_image(sample.pictures[0]), sample) if sample.pictures else None
    top = picture.height + 4 if picture else 0
    about = [sample.dataset, sample.id, sample.kind, *([sample.split] if sample.split else [])]
    lines = [" · ".join(about)[:LETTERS]]
    if picture is None:
        lines.append("(no picture)")
    for turn in sample.turns:
        lines += _wrapped(turn.question) + _wrapped(f"→ {turn.answer}")
    if len(lines) > NUM_LINES:
        lines[NUM_LINES - 1 :] = ["…"]
    tile = PIL.new("RGB", (CELL, top + len(lines) * LINE + 4), "white")
    if picture is not None:
        tile.paste(picture, (0, 0))
    draw = ImageDraw.Draw(tile)
    for number, line in enumerate(lines):
        colour = "grey" if number == 0 else "black"
        draw.text((0, top + number * LINE), line, fill=colour, font=_font())
    return tile


def _outlined(image: Image, sample: RegionSample) -> PIL.Image:
    share = CELL / max(image.size.width, image.size.height)
    small = Size(
        width=max(1, round(image.size.width * share)),
        height=max(1, round(image.size.height * share)),
    )
    view = resize(image.size, small)
    picture = image.pil().resize((small.width, small.height), PIL.Resampling.BICUBIC)
    draw = ImageDraw.Draw(picture)
    for number, (slot, region) in enumerate(sample.regions.items()):
        colour = COLOURS[number % len(COLOURS)]
        _outline(draw, view.region(region.within(image.size)), slot, colour)
    return picture


def _outline(
    draw: ImageDraw.ImageDraw, region: Region, slot: str, colour: tuple[int, int, int]
) -> None:
    box = region.box()
    if isinstance(region.shape, Point):
        place = (box.x0 - DOT, box.y0 - DOT, box.x0 + DOT, box.y0 + DOT)
        draw.ellipse(place, fill=colour, outline="white")
    else:
        for ring in region.polygon().rings:
            draw.line([*ring, ring[0]], fill="white", width=4)
            draw.line([*ring, ring[0]], fill=colour, width=2)
    at = (min(max(box.x0, 1), CELL - 8 * len(slot)), max(box.y0 - LINE, 1))
    draw.text(at, slot, fill=colour, font=_font(), stroke_width=2, stroke_fill="white")


def _wrapped(text: str) -> list[str]:
    lines = [textwrap.wrap(line, LETTERS) or [""] for line in text.split("\n")]
    return [line for wrapped in lines for line in wrapped]


@cache
def _font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Words are in matplotlib's DejaVu, which knows most alphabets, or else in Pillow's Latin."""
    plots = find_spec("matplotlib")
    if plots is not None and plots.origin is not None:
        file = Path(plots.origin).parent / "mpl-data/fonts/ttf/DejaVuSans.ttf"
        if file.is_file():
            return ImageFont.truetype(str(file), HEIGHT)
    return ImageFont.load_default(HEIGHT)
