"""Marks are regions drawn on a picture, exactly, fast and reproducibly."""

from deixis.marks.colours import NAMED, Color, color_of
from deixis.marks.mark import Mark
from deixis.marks.raster.compiled import is_compiled
from deixis.marks.render import VERSION, coverage, draw, draw_covering, draw_over
from deixis.marks.sample import draws_from, sample_marks, sample_style
from deixis.marks.settled import settled
from deixis.marks.shapes import shapes
from deixis.marks.style import Style

__all__ = [
    "NAMED",
    "VERSION",
    "Color",
    "Mark",
    "Style",
    "color_of",
    "coverage",
    "draw",
    "draw_covering",
    "draw_over",
    "draws_from",
    "is_compiled",
    "sample_marks",
    "sample_style",
    "settled",
    "shapes",
]
