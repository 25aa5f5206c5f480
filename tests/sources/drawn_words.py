"""Words drawn by us, and where their ink is."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import final

import matplotlib
import numpy as np
from PIL import Image as PIL
from PIL import ImageDraw, ImageFont

from deixis.core.image import Image
from deixis.core.images import open_image
from deixis.core.region import Region
from deixis.core.shapes import Box

FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
LINES = (
    "The lamp stands outside",
    "seven anchors rest",
    "nobody paints it",
    "the bridge is wooden",
    "until the train arrives",
) * 2
DARK = 160  # what is darker is ink


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    image: Image
    ink: Box


def written(
    text: str, *, font: str = "DejaVuSans", angle: float = 0.0, size: tuple[int, int] = (360, 64)
) -> Written:
    """One line in the middle of white paper, turned counter-clockwise by degrees."""
    letters = ImageFont.truetype(str(FONTS / f"{font}.ttf"), 30)
    paper = PIL.new("RGB", size, "white")
    centre = (size[0] / 2, size[1] / 2)
    ImageDraw.Draw(paper).text(centre, text, "black", font=letters, anchor="mm")
    turned = paper.rotate(angle, expand=True, fillcolor="white", resample=PIL.Resampling.BICUBIC)
    rows, columns = np.nonzero(np.asarray(turned.convert("L")) < DARK)
    ink = Box(
        x0=float(columns.min()),
        y0=float(rows.min()),
        x1=float(columns.max() + 1),
        y1=float(rows.max() + 1),
    )
    return Written(image=open_image(turned), ink=ink)


def page(lines: Sequence[tuple[float, float, str]], size: tuple[int, int]) -> Image:
    """Lines in a small font by their left top corners."""
    letters = ImageFont.truetype(str(FONTS / "DejaVuSerif.ttf"), 20)
    paper = PIL.new("RGB", size, "white")
    for x, y, text in lines:
        ImageDraw.Draw(paper).text((x, y), text, "black", font=letters)
    return open_image(paper)


def plain(width: int, height: int) -> Image:
    """Nothing but one colour."""
    return Image(pixels=np.full((height, width, 3), (210, 220, 200), dtype=np.uint8))


def noise(width: int, height: int) -> Image:
    """Numbers at random."""
    rng = np.random.default_rng(0)
    return Image(pixels=rng.integers(0, 256, (height, width, 3), dtype=np.uint8))


def farthest(note: Region, ink: Box) -> float:
    """The largest distance between the edges of a note's box and of the ink, in pixels."""
    return max(abs(one - other) for one, other in zip(note.box().xyxy, ink.xyxy, strict=True))


def apart(note: Region, ink: Box) -> float:
    """The distance between the middles of a note and of the ink, in pixels."""
    box = note.box()
    across = (box.x0 + box.x1 - ink.x0 - ink.x1) / 2
    return math.hypot(across, (box.y0 + box.y1 - ink.y0 - ink.y1) / 2)
