"""Random marks on random pictures, degenerate ones and ones outside of the picture among them."""

import dataclasses

import numpy as np
import pytest
from jaxtyping import TypeCheckError

from deixis.core import region as regions
from deixis.core.errors import RegionError, UsageError
from deixis.core.image import Image
from deixis.core.shapes import LIMIT
from deixis.marks import Mark, Style, color_of, draw, shapes

SHAPES = shapes.names()
NO_NUMBERS = (float("nan"), float("inf"), float("-inf"), 0.5)
STRANGE_SIZES = ((1, 1), (5000, 30), (30, 1200), (1, 300), (300, 1), (8, 8))


def check_random_marks(count, *, seed):
    """Draw so many and see that each did what it promises; how many were drawn, not refused."""
    generator = np.random.default_rng(seed)
    num_drawn = 0
    for _ in range(count):
        image, mark = random_picture_and_mark(generator)
        check_that_no_number_is_refused(generator, mark)
        before = image.pixels.copy()
        try:
            after = draw(image, [mark])
        except RegionError:
            continue
        num_drawn += 1
        assert np.array_equal(image.pixels, before)
        touched = (after.pixels != before).any(axis=2)
        window = mark.bounds(image.size)
        if window is not None:
            touched[window.top : window.bottom, window.left : window.right] = False
        assert not touched.any(), (mark, image.size)
    return num_drawn


def check_that_no_number_is_refused(generator, mark):
    """One setting of the mark is NaN, infinite or broken; nothing is made of it."""
    value = NO_NUMBERS[generator.integers(len(NO_NUMBERS))]
    setting = str(generator.choice(["alpha", "width", "seed", "colour"]))
    broken = {"rgb": (value, 0, 0)} if setting == "colour" else {setting: value}
    of = mark.style.color if setting == "colour" else mark.style
    # tests check types before the package does
    with pytest.raises((UsageError, TypeCheckError)):
        dataclasses.replace(of, **broken)


def random_picture_and_mark(generator):
    width, height = generator.integers(1, 100, 2).tolist()
    if generator.random() < 0.06:
        width, height = STRANGE_SIZES[generator.integers(len(STRANGE_SIZES))]
    pixels = generator.integers(0, 256, (height, width, 3), dtype=np.uint8)
    colour = tuple(int(value) for value in generator.integers(0, 256, 3))
    style = Style(
        profile=str(generator.choice(["clear", "plain", "paper", "release"])),
        seed=int(generator.integers(0, 2**53)),
        alpha=int(generator.integers(0, 256)) if generator.random() < 0.8 else None,
        width=int(generator.integers(1, 101)) if generator.random() < 0.4 else None,
        color=color_of(colour),
    )
    shape = str(generator.choice(SHAPES))
    region = _region(generator, width, height)
    return Image(pixels=pixels), Mark(shape=shape, region=region, style=style)


def _region(generator, width, height):
    spread = float(generator.choice([0.01, 0.3, 0.5, 0.5, 0.5, 2, 1e5]))
    count = int(generator.integers(1, 8))
    places = generator.normal(0.5, spread, (count, 2)) * (width, height)
    if generator.random() < 0.1:
        places[generator.integers(count)] = generator.choice([0, width, LIMIT, -LIMIT], 2)
    places = np.clip(places, -LIMIT, LIMIT).tolist()
    (ax, ay), (bx, by) = places[0], places[-1]
    lengths = np.minimum(np.abs(generator.normal(0, spread, 3)) * max(width, height), LIMIT)
    rx, ry, pen = (lengths * (generator.random(3) > 0.1)).tolist()
    match int(generator.integers(6)):
        case 0:
            return regions.point(ax, ay)
        case 1:
            return regions.box(min(ax, bx), min(ay, by), max(ax, bx), max(ay, by))
        case 2:
            return regions.ellipse(ax, ay, rx, ry, angle=float(generator.normal(0, 200)))
        case 3:
            return regions.polygon((places * 3)[: max(3, count)])
        case 4:
            return regions.stroke(places, width=max(pen, 0.01))
    inside = generator.random((height, width)) < generator.choice([0, 0.02, 0.5, 1])
    row, column = int(generator.integers(height)), int(generator.integers(width))
    inside[row : row + height // 2 + 1, column : column + width // 2 + 1] = True
    return regions.mask(inside)
