"""A contact sheet shows the same regions under every shape."""

import dataclasses
import math
from collections.abc import Sequence

import numpy as np
from PIL import Image as PIL
from PIL import ImageDraw, ImageFont

from deixis.core import transform
from deixis.core.image import Image
from deixis.core.region import Region
from deixis.core.size import Size
from deixis.marks.mark import Mark, told_apart
from deixis.marks.render import draw
from deixis.marks.settled import settled
from deixis.marks.shapes import shapes
from deixis.marks.style import Style

COLUMNS, GAP, CAPTION = 4, 8, 20


def contact_sheet(
    image: Image, regions: Sequence[Region], style: Style, *, side: int = 336
) -> Image:
    """Every shape is on a copy of the picture whose longer side is `side`, above its phrase."""
    small, moved = _at_side(image, regions, side)
    names = shapes.names()
    width, height = small.size.width + GAP, small.size.height + GAP + CAPTION
    rows = math.ceil(len(names) / COLUMNS)
    sheet = PIL.new("RGB", (COLUMNS * width + GAP, rows * height + GAP), "white")
    pen = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(13)
    for place, name in enumerate(names):
        marks = settled(small, _marks(name, moved, style))
        x, y = GAP + place % COLUMNS * width, GAP + place // COLUMNS * height
        sheet.paste(draw(small, marks).pil(), (x, y))
        pen.text((x, y + small.size.height + 2), marks[0].phrase, fill="black", font=font)
    return Image(pixels=np.asarray(sheet), source=f"marks on {image.source}")


def _at_side(image: Image, regions: Sequence[Region], side: int) -> tuple[Image, list[Region]]:
    scale = side / max(image.size.width, image.size.height)
    after = Size(
        width=max(1, round(image.size.width * scale)),
        height=max(1, round(image.size.height * scale)),
    )
    resized = image.pil().resize((after.width, after.height), PIL.Resampling.LANCZOS)
    to_small = transform.resize(image.size, after)
    moved = [to_small.region(region.within(image.size)) for region in regions]
    return Image(pixels=np.asarray(resized), source=image.source), moved


def _marks(shape: str, regions: Sequence[Region], style: Style) -> list[Mark]:
    marks: list[Mark] = []
    for number, region in enumerate(regions):
        own = dataclasses.replace(style, seed=style.seed + number)
        taken = {mark.phrase for mark in marks}
        mark = Mark(shape=shape, region=region, style=own)
        marks.append(mark if own.color is None else told_apart(mark, taken, any_color=True))
    return marks
