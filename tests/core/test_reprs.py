"""The `repr` of a value is one short line, whatever it holds."""

import numpy as np
import pytest

import deixis as dx
from deixis.core import transform
from deixis.core.shapes import Polygon, Stroke
from deixis.core.token_grid import whole_grid
from deixis.core.view import View
from deixis.marks import color_of

MASK = np.random.default_rng(0).random((480, 640)) > 0.5
MANY = tuple((float(i % 91), float(i * 7 % 83)) for i in range(4000))
NOISE = dx.mask(MASK, label="noise " * 100)
SIZE = dx.Size(width=640, height=480)
HALF = transform.resize(SIZE, dx.Size(width=320, height=240))
GRID = whole_grid(View(original=SIZE, steps=()), 16)
READ = dx.dialects.get("qwen3_vl")().read('[{"bbox_2d": [1, 2, 300, 400]}, [1, 2, 3]]', SIZE)

VALUES = {
    "Image(640x480, source='array')": dx.open_image(np.zeros((480, 640, 3), np.uint8)),
    f"Mask(640x480, {MASK.sum()} pixels)": NOISE.shape,
    "Region(box 1, 2, 3.33, 4, label='cup')": dx.box(1, 2, 10 / 3, 4, label="cup"),
    "Region(point 88, 240)": dx.point(88, 240),
    "Region(ellipse 5, 6, 3, 2 turned by 30)": dx.ellipse(5, 6, 3, 2, angle=30),
    "Region(polygon of 4000 corners within 0, 0, 90, 82)": dx.polygon(MANY),
    "Polygon(1 rings, 4000 corners)": Polygon(rings=(MANY,)),
    "Stroke(4000 points, width=3)": Stroke(points=MANY),
    "Transform(640x480 to 320x240, x·0.5+0, y·0.5+0)": HALF,
    "TokenGrid(640x480, 1200 tokens: 40x30)": GRID,
    "Style()": dx.Style(),
    "Style(color='red')": dx.Style(color=color_of("red")),
    "Style(color='#010203', alpha=9)": dx.Style(color=color_of((1, 2, 3)), alpha=9),
    "Place(Region(box 0.64, 0.96, 192, 192), text[1:30])": READ.places[0],
    "Reading(1 region: box 0.64, 0.96, 192, 192; 1 unread)": READ,
}


@pytest.mark.parametrize("told", VALUES)
def test_a_value_is_told_in_a_line(told):
    assert repr(VALUES[told]) == told


@pytest.mark.parametrize(
    "value",
    [
        *VALUES.values(),
        NOISE,
        READ.unread[0],
        dx.Mark(shape="arrow", region=NOISE),
        dx.drawn(NOISE),
    ],
    ids=lambda value: type(value).__name__,
)
def test_no_value_is_a_wall(value):
    assert len(repr(value)) <= 200
    assert "\n" not in repr(value)
