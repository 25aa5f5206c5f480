"""Regions on their picture, for people."""

import io
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image as PIL

import deixis as dx
from deixis.core.errors import RegionError
from deixis.core.image import Image
from deixis.marks.labelled import CASING, PALETTE, draw_labelled

CUP = dx.box(110, 195, 245, 330, label="cup")


def ground(width=640, height=420, grey=200):
    return Image(pixels=np.full((height, width, 3), grey, np.uint8))


def of_colour(image, rgb):
    return (image.pixels == np.array(rgb, np.uint8)).all(axis=2)


def test_a_region_is_outlined_on_a_light_casing_and_labelled():
    drawn = ground(grey=90).with_(CUP).image
    rows, columns = np.nonzero(of_colour(drawn, PALETTE[0]))
    assert (columns.min(), columns.max()) in [(109, 244), (109, 245), (110, 244)]
    assert rows.min() < 195 - 12  # the plate stands above it
    assert of_colour(drawn, CASING).sum() > 400
    assert tuple(drawn.pixels[260, 180]) == (90, 90, 90)  # what is inside stays free


def test_every_kind_of_region_is_drawn_in_a_colour_of_its_own():
    inside = np.zeros((420, 640), bool)
    inside[300:380, 400:520] = True
    regions = [
        CUP,
        dx.point(300, 60),
        dx.ellipse(420, 100, 60, 40),
        dx.ellipse(560, 100, 60, 30, angle=30),
        dx.polygon([(20, 20), (90, 30), (40, 120)]),
        dx.stroke([(300, 200), (380, 260)]),
        dx.mask(inside),
    ]
    drawn = ground().with_(regions).image
    for colour in PALETTE[: len(regions)]:
        assert of_colour(drawn, colour).sum() > 20


def test_regions_come_as_one_as_some_by_name_or_within_what_holds_them():
    reading = dx.dialects.get("qwen3_vl")().read('{"bbox_2d": [1, 2, 300, 400]}', ground().size)
    assert len(ground().with_(reading).regions) == 1
    assert ground().with_({"mug": CUP}).regions[0].label == "mug"
    assert ground().with_([CUP, CUP]).regions == (CUP, CUP)


def test_other_types_are_told():  # in a process without the tests' own checks of types
    calls = "picture.with_(3)", "picture.with_([dx.point(1, 2), 'cup'])", "picture.crop('left')"
    code = "import numpy, deixis as dx; picture = dx.open_image(numpy.zeros((9, 9, 3), 'uint8'))"
    for call in calls:
        code += f"\ntry: {call}\nexcept dx.UsageError as error: print(error)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    whole, one, window = ran.stdout.splitlines()
    assert whole == "regions is a list of regions, got 3"
    assert one.startswith("regions[1] is a Region, a box's four numbers (x0, y0, x1, y1)")
    assert one.endswith("got 'cup'")
    assert window.startswith("region is ")
    assert window.endswith("got 'left'")


def test_a_region_outside_of_the_picture_is_refused_at_once():
    with pytest.raises(RegionError, match="outside"):
        ground().with_(dx.box(700, 0, 800, 10))


def test_a_small_picture_is_enlarged_so_that_labels_can_be_read():
    assert str(ground(80, 60).with_(dx.box(5, 5, 20, 20)).image.size) == "480x360"
    assert str(ground(336, 300).with_(dx.box(5, 5, 20, 20)).image.size) == "336x300"


def test_labels_stand_apart_where_there_is_room():
    twice = draw_labelled(ground(), [CUP, CUP])
    first, second = (of_colour(twice, colour).any(axis=1) for colour in PALETTE[:2])
    assert first[:194].any()  # above the box
    assert second[335:].any()  # below it


@pytest.mark.parametrize("words", ["猫", "\x00\u202e", "x" * 3000, "<b>&", "", "a\nb"])
def test_any_label_can_be_drawn(words):
    drawn = draw_labelled(ground(), [dx.box(0, 0, 640, 420, label=words), CUP])
    assert drawn.size == ground().size


def test_letters_that_the_font_lacks_become_the_number():
    cat = dx.box(50, 60, 300, 300, label="猫")
    one = dx.box(50, 60, 300, 300, label="1")
    assert draw_labelled(ground(), [cat]) == draw_labelled(ground(), [one])


def test_an_outline_that_would_take_minutes_is_drawn_as_its_box():
    generator = np.random.default_rng(0)
    wild = dx.polygon(generator.uniform(0, 3000, (20_000, 2)).tolist())
    assert of_colour(draw_labelled(ground(3000, 3000), [wild]), PALETTE[0]).any()


def test_it_shows_itself_and_is_saved(tmp_path):
    shown = ground(1600, 900).with_(CUP)
    assert repr(shown) == "Overlay(Image(1600x900, source='array'), 1 region)"
    with PIL.open(io.BytesIO(shown._repr_png_())) as opened:
        assert opened.size == (800, 450)
    shown.save(tmp_path / "shown.png")
    assert dx.open_image(tmp_path / "shown.png") == shown.image


def test_the_same_regions_make_the_same_picture():
    assert ground().with_(CUP).image == ground().with_(CUP).image


def any_region(draws):
    """A region as a model may answer it: beyond the picture, thin, or far too large."""

    def number():
        edge = draws.choice([0, -5, 1e7, -1e7, 330, 240, 1e-9])
        return float(draws.choice([edge, draws.uniform(-50, 400), draws.integers(0, 330)]))

    points = [(number(), number()) for _ in range(draws.integers(3, 20))]
    x, y, wide, high = number(), number(), abs(number()), abs(number())
    return (
        lambda: dx.box_xywh(x, y, wide, high),
        lambda: dx.point(x, y),
        lambda: dx.ellipse(x, y, wide, high, angle=number()),
        lambda: dx.polygon(points),
        lambda: dx.stroke(points, width=wide + 0.001),
    )[draws.integers(5)]()


def test_whatever_lies_in_the_picture_can_be_drawn():
    draws, num_drawn = np.random.default_rng(3), 0
    for _ in range(300):
        try:
            shown = ground(330, 240).with_([any_region(draws)] * 2)
        except RegionError:
            continue
        num_drawn += shown.image.size == ground(330, 240).size
    assert num_drawn > 60
