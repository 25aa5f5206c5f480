"""A small drawn picture with a few things to point at."""

from dataclasses import dataclass
from typing import final

import numpy as np
from PIL import Image as PIL
from PIL import ImageDraw, ImageFont

from deixis.core import region as regions
from deixis.core.image import Image
from deixis.core.region import Region

WIDTH, HEIGHT, OVERSAMPLING = 640, 420, 3


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Still:
    """A picture and where its things are."""

    image: Image
    cup: Region
    ball: Region
    book: Region
    plant: Region


def still_life() -> Still:
    """A cup, a ball, a book and a plant on a table: the same picture on every call."""
    big = PIL.new("RGB", (WIDTH * OVERSAMPLING, HEIGHT * OVERSAMPLING), "#e9e2d3")
    pen = _Pen(ImageDraw.Draw(big))
    pen.box(0, 290, 640, 420, "#8a5f3c")
    pen.box(0, 290, 640, 298, "#6d4a2e")
    pen.box(430, 40, 580, 190, "#b9d7ea")
    pen.box(502, 40, 508, 190, "#f7f4ec")
    pen.box(430, 112, 580, 118, "#f7f4ec")
    pen.ellipse(185, 235, 245, 305, "#2f5d8a")  # the cup's handle
    pen.ellipse(197, 248, 233, 292, "#e9e2d3")
    pen.box(110, 210, 210, 330, "#3a72a8")
    pen.ellipse(110, 195, 210, 225, "#274c70")
    pen.ellipse(300, 280, 380, 360, "#c8452f")
    pen.ellipse(318, 292, 342, 316, "#e58b78")
    pen.box(430, 320, 590, 372, "#4b7a4b")
    pen.box(430, 364, 590, 372, "#f2ecdc")
    pen.text(452, 326, "DEIXIS", 30, "#f2ecdc")
    pen.box(268, 205, 282, 290, "#3f6b35")
    pen.ellipse(230, 150, 280, 200, "#5d9a4c")
    pen.ellipse(268, 128, 322, 190, "#4d8a3f")
    pen.ellipse(252, 180, 312, 226, "#6aa757")
    pen.box(250, 262, 300, 296, "#b5713c")
    small = big.resize((WIDTH, HEIGHT), PIL.Resampling.LANCZOS)
    return Still(
        image=Image(pixels=np.asarray(small), source="still life"),
        cup=regions.box(110, 195, 245, 330, label="cup"),
        ball=regions.ellipse(340, 320, 40, 40, label="ball"),
        book=regions.polygon([(430, 320), (590, 320), (590, 372), (430, 372)], label="book"),
        plant=regions.stroke([(276, 285), (275, 205), (270, 165)], width=30, label="plant"),
    )


@final
class _Pen:
    """Filled shapes at the oversampled size."""

    def __init__(self, draw: ImageDraw.ImageDraw) -> None:
        self._draw = draw

    def box(self, x0: int, y0: int, x1: int, y1: int, colour: str) -> None:
        self._draw.rectangle([v * OVERSAMPLING for v in (x0, y0, x1, y1)], fill=colour)

    def ellipse(self, x0: int, y0: int, x1: int, y1: int, colour: str) -> None:
        self._draw.ellipse([v * OVERSAMPLING for v in (x0, y0, x1, y1)], fill=colour)

    def text(self, x: int, y: int, words: str, height: int, colour: str) -> None:
        font = ImageFont.load_default(height * OVERSAMPLING)
        self._draw.text((x * OVERSAMPLING, y * OVERSAMPLING), words, fill=colour, font=font)
