import math
import subprocess
import sys

import pytest

from deixis.core import region as regions
from deixis.core.errors import UnknownNameError, UsageError
from deixis.core.interior_point import polygon_holds
from deixis.core.portable_rng import Draws
from deixis.core.size import Size
from deixis.marks import Mark, Style, color_of, shapes
from deixis.marks.mark import told_apart
from deixis.marks.place import MarkPlace

BOX = regions.box(10, 10, 40, 30)


def plain(shape):
    return Mark(shape=shape, region=BOX, style=Style(profile="plain"))


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        ("arrow", "pointed to by the red arrow"),
        ("contour", "with the red mask contour"),
        ("ellipse", "within the red ellipse"),
        ("mask", "with the red mask"),
        ("point", "at the red point"),
        ("rectangle", "within the red rectangle"),
        ("scribble", "with the red scribble"),
        ("triangle", "with the red triangle"),
    ],
)
def test_a_mark_is_said_by_its_colour_and_shape(shape, said):
    assert plain(shape).phrase == said
    assert Mark(shape=shape, region=BOX).phrase == said.replace("red ", "")


def test_a_colour_without_a_name_is_not_said():
    style = Style(color=color_of((1, 2, 3)), article=False)
    assert Mark(shape="arrow", region=BOX, style=style).phrase == "pointed to by arrow"


@pytest.mark.parametrize("colour", ["aqua", "#00FFFF", (0, 255, 255)])
def test_a_colour_is_a_name_or_its_numbers(colour):
    assert color_of(colour) == color_of("aqua")
    assert color_of(colour).name == "aqua"


@pytest.mark.parametrize("colour", ["reddish", "#12", ""])
def test_a_word_that_is_no_colour_is_refused(colour):
    with pytest.raises(UnknownNameError, match="#rrggbb"):
        color_of(colour)


@pytest.mark.parametrize("numbers", [(0, 0, 256), (-1, 0, 0)])
def test_numbers_that_are_no_colour_are_refused(numbers):
    with pytest.raises(UsageError, match=r"0\.\.255"):
        color_of(numbers)


@pytest.mark.parametrize("shape", shapes.names())
def test_lines_grow_with_the_picture_and_are_cut_to_whole_pixels(shape):
    mark = Mark(shape=shape, region=BOX, style=Style(width=2, profile="plain"))
    widths = [mark.line_width(Size(width=side, height=50)) for side in (50, 336, 500, 1008)]
    expected = {"contour": [3, 5, 5, 13], "point": [2, 4, 4, 12], "mask": [None] * 4}
    assert widths == expected.get(shape, [1, 2, 2, 6])


def test_a_mark_keeps_its_phrase_if_it_is_free():
    mark = plain("arrow")
    assert told_apart(mark, {"within the red rectangle"}, any_color=True) is mark


def test_a_mark_gets_the_next_free_colour():
    mark = plain("arrow")
    taken = {"pointed to by the red arrow", "pointed to by the lime arrow"}
    assert told_apart(mark, taken, any_color=True).style.color.name == "blue"


def test_two_marks_that_were_chosen_alike_are_refused():
    mark = plain("arrow")
    with pytest.raises(UsageError, match="would both be 'pointed to by the red arrow'"):
        told_apart(mark, {mark.phrase}, any_color=False)


def test_settings_that_are_no_whole_numbers_are_refused():
    """In a process of its own, where types are not checked at every call."""
    code = """
from deixis.core.errors import UsageError
from deixis.marks import Style, color_of
for value in (float("nan"), float("inf"), 0.5, "3", None):
    for make in (
        lambda: Style(alpha=value if value else "x"),
        lambda: Style(width=value if value else "x"),
        lambda: Style(seed=value),
        lambda: color_of((value, 0, 0)),
    ):
        try:
            print("took", make())
        except UsageError as refused:
            assert "whole number" in str(refused)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == ""


def test_numbers_of_arrays_become_pythons_own():
    code = """
import numpy as np
from deixis.marks import Style, color_of
style = Style(alpha=np.uint8(200), color=color_of((np.uint8(255), 0, 0)))
print(type(style.alpha).__name__, style.color)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "int Color(rgb=(255, 0, 0), name='red')\n"


def test_what_a_style_leaves_open_is_the_shapes_own():
    assert plain("mask").alpha == Mark(shape="mask", region=BOX).alpha == 88
    assert plain("arrow").alpha == 128
    assert Mark(shape="arrow", region=BOX).alpha == 255
    assert Mark(shape="mask", region=BOX, style=Style(alpha=7)).alpha == 7


C_SHAPE = [(30, 30), (270, 30), (270, 75), (90, 75), (90, 225), (270, 225), (270, 270), (30, 270)]
TWO_PARTS = ([(15, 15), (90, 24), (60, 120)], [(210, 180), (285, 210), (240, 285), (198, 240)])
PICTURE = Size(width=320, height=300)


@pytest.mark.parametrize("profile", ["plain", "paper", "release"])
@pytest.mark.parametrize("rings", [(C_SHAPE,), TWO_PARTS], ids=["C", "two parts"])
def test_a_point_lies_inside_of_a_polygon_whatever_its_form(rings, profile):
    region = regions.polygon(*rings)
    for seed in range(60):
        style = Style(profile=profile, seed=seed)
        ink = Mark(shape="point", region=region, style=style).ink(PICTURE)
        assert polygon_holds(region.shape, ink.cx, ink.cy)


def test_the_points_of_the_release_are_in_each_part_of_a_polygon():
    region = regions.polygon(*TWO_PARTS)
    styles = [Style(profile="release", seed=seed) for seed in range(200)]
    places = [Mark(shape="point", region=region, style=style).ink(PICTURE).cx for style in styles]
    assert 60 < sum(x < 150 for x in places) < 140


@pytest.mark.parametrize("profile", ["paper", "release"])
def test_every_random_place_is_on_a_region_however_thin(profile):
    ring = [(0, 0), (300, 299), (300, 300), (1, 2)]
    place = MarkPlace.of(regions.polygon(ring), PICTURE)
    for seed in range(40):
        x, y = place.anywhere(Draws(seed))
        assert abs(x - y) < 2.5, profile


@pytest.mark.parametrize(
    "region",
    [
        regions.polygon(C_SHAPE),
        regions.polygon(*TWO_PARTS),
        regions.stroke([(30, 30), (250, 30), (250, 250), (30, 250)], width=12),
        regions.ellipse(0, 0, 400, 30, angle=45),
    ],
    ids=["C", "two parts", "stroke", "ellipse beyond the picture"],
)
def test_plain_points_and_arrows_and_tags_meet_the_region(region):
    x, y = MarkPlace.of(region, PICTURE).heart
    inside = region.mask(PICTURE).to_array()
    assert inside[int(y), int(x)]
    ink = Mark(shape="arrow", region=region).ink(PICTURE)
    assert ink.rings[1][0] == (x, y)


def test_an_arrow_of_the_release_is_as_long_as_its_draw_with_its_head():
    region = regions.box(100, 100, 130, 125)
    lengths = []
    for seed in range(300):
        style = Style(profile="release", seed=seed)
        ink = Mark(shape="arrow", region=region, style=style).ink(Size(width=336, height=336))
        if ink.rings or len(ink.lines[0].paths[0]) > 2:
            continue  # only straight ones with an open head tell both lengths at once
        (tip, end), (left, _, _) = ink.lines[0].paths
        shaft, head = math.dist(tip, end), math.dist(tip, left)
        if head > 6.001:
            lengths.append((shaft, head))
    assert len(lengths) > 30
    assert all(20 - 1e-9 <= shaft + head <= 50 + 1e-9 for shaft, head in lengths)
    assert all(0.2 - 1e-9 <= head / (shaft + head) <= 0.5 + 1e-9 for shaft, head in lengths)
