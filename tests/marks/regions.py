"""Regions and pictures that the tests of marks share."""

import numpy as np

from deixis.core import region as regions
from deixis.core.image import Image
from deixis.marks.colours import NAMED, color_of
from deixis.marks.mark import Mark
from deixis.marks.style import Style

WIDTH, HEIGHT = 150, 110


def ground(width=WIDTH, height=HEIGHT):
    """A picture that is nowhere the same and still small as a file."""
    rows, columns = np.mgrid[:height, :width]
    pixels = np.stack([columns * 255 // width, rows * 255 // height, (columns + rows) % 256], 2)
    return Image(pixels=pixels.astype(np.uint8))


def blob():
    """A mask with a hole and a bay."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    away = (columns - 112) ** 2 / 900 + (rows - 30) ** 2 / 500
    return regions.mask((away < 1) & (away > 0.08) & ~((columns > 115) & (rows < 30)))


def one_of_each_kind():
    return (
        regions.box(6, 5, 41.5, 30.2),
        regions.ellipse(65, 25, 16, 9, angle=30),
        blob(),
        regions.polygon([(8, 60), (40, 52), (48, 90), (26, 80), (12, 104)]),
        regions.stroke([(62, 60), (80, 90), (95, 66)], width=6),
        regions.point(128, 84),
    )


def clear_marks_of(shape):
    """One clear mark of a shape for each kind of region: four whose colour the picture chooses, one
    see-through and one wide.
    """
    return [
        Mark(shape=shape, region=region, style=style)
        for region, style in zip(
            one_of_each_kind(),
            (
                *(Style() for _ in range(4)),
                Style(alpha=128, color=color_of("gold")),
                Style(width=9, color=color_of("purple")),
            ),
            strict=True,
        )
    ]


def marks_of(shape):
    """One mark of a shape for each kind of region, by turns plain, of the paper, of the release."""
    names = list(NAMED)
    return [
        Mark(
            shape=shape,
            region=region,
            style=Style(
                color=color_of(names[place]),
                alpha=(255, 160, 96)[place % 3],
                profile=("plain", "paper", "release")[place % 3],
                seed=place + 11,
            ),
        )
        for place, region in enumerate(one_of_each_kind())
    ]
