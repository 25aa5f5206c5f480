"""Clear marks are seen, are called by their colour, and touch nothing else."""

import numpy as np
import pytest

import deixis as dx
from deixis.ask.composer import Asking, compose
from deixis.coordinates import dialects
from deixis.core.errors import UsageError
from deixis.marks import Mark, Style, color_of, draw, settled, shapes
from deixis.marks.colour_sense import apart, channels_of, seen_by
from deixis.marks.colours import SPOKEN
from deixis.marks.standing_out import called_alike, casing_of
from tests.marks.judge_clear import LEAST_CONTRAST, judge, luminance
from tests.marks.regions import clear_marks_of, ground, one_of_each_kind

CUP = dx.box(40, 50, 110, 120)
PIXELS = dialects.get("pixels")()


def even(colour, size=(300, 400)):
    return dx.Image(pixels=np.full((*size, 3), colour, dtype=np.uint8))


@pytest.mark.parametrize("shape", shapes.names())
@pytest.mark.parametrize("colour", [(4, 4, 4), (250, 250, 250), (210, 40, 30)])
def test_a_mark_on_an_even_ground_is_seen(shape, colour):
    image = even(colour)
    (mark,) = settled(image, [Mark(shape=shape, region=CUP)])
    for verdict in judge(image.pixels, draw(image, [mark]).pixels, mark.style.rgb, 255):
        assert verdict.stands_out
        assert verdict.is_cased


@pytest.mark.parametrize("name", SPOKEN)
def test_each_colour_has_a_casing_that_differs(name):
    core, casing = (float(luminance(np.array(rgb) / 255)) for rgb in both(SPOKEN[name]))
    light, dark = max(core, casing) + 0.05, min(core, casing) + 0.05
    assert light / dark >= LEAST_CONTRAST + 1


def both(rgb):
    return rgb, casing_of(rgb)


def test_no_two_of_the_colours_are_called_alike():
    for name, rgb in SPOKEN.items():
        assert called_alike(rgb) == {name}


@pytest.mark.parametrize(
    ("given", "shut"),
    [("lime", {"green"}), ("fuchsia", {"magenta"}), ("aqua", {"cyan"}), ("#fe0101", {"red"})],
)
def test_a_colour_that_a_user_fixed_shuts_those_called_alike(given, shut):
    assert called_alike(color_of(given).rgb) == shut


def test_gold_is_yellow_to_some_and_orange_to_others():
    assert called_alike(color_of("gold").rgb) == {"yellow", "orange"}


def test_no_two_marks_have_colours_that_are_called_alike():
    image = even((90, 90, 90))
    gold = Mark(shape="arrow", region=CUP, style=Style(color=color_of("gold")))
    marks = settled(image, [*(Mark(shape="point", region=CUP) for _ in range(7)), gold])
    names = {name for mark in marks[:-1] for name in called_alike(mark.style.rgb)}
    assert len(names) == 7
    assert names.isdisjoint({"yellow", "orange"})


def test_more_marks_than_names_are_refused_where_they_are_drawn():
    with pytest.raises(UsageError, match="tell regions apart by tags"):
        draw(even((90, 90, 90)), [Mark(shape="point", region=CUP)] * 10)


def test_more_marks_than_names_are_numbered_where_they_are_asked_about():
    ten = {f"r{i}": dx.drawn(dx.box(30 * i + 5, 50, 30 * i + 25, 80), "arrow") for i in range(10)}
    text = " ".join(f"{{{name}}}" for name in ten)
    asked = compose(Asking(images=(even((90, 90, 90)),), text=text, regions=ten), PIXELS)
    assert asked.text == " ".join(f"the object marked {i + 1}" for i in range(10))


def test_the_phrase_names_the_colour_that_is_drawn():
    image = even((200, 30, 30))
    regions = {"cup": dx.drawn(CUP, "arrow"), "dog": dx.drawn(dx.box(200, 50, 300, 90))}
    asked = compose(Asking(images=(image,), text="{cup} {dog}", regions=regions), PIXELS)
    marks = settled(image, [one.mark for one in regions.values()])
    assert asked.text == " ".join(f"the object {mark.phrase}" for mark in marks)
    assert asked.frames[0].image == draw(image, marks)


def test_a_model_gets_marks_of_the_style_that_it_was_taught():
    image, regions = even((0, 0, 250)), {"it": dx.drawn(CUP)}
    asking = Asking(images=(image,), text="What is {it}?", regions=regions)
    plain = Mark(shape="rectangle", region=CUP, style=Style(profile="plain"))
    taught = compose(asking, PIXELS, taught_marks="plain")
    assert taught.frames[0].image == draw(image, [plain])
    assert taught.text == "What is the object within the red rectangle?"
    assert dx.load("tiny:vipllava").vlm.taught_marks == "plain"
    assert dx.load("tiny:llava").vlm.taught_marks is None


def test_a_style_that_was_chosen_stays_whatever_the_model_was_taught():
    image, regions = even((0, 0, 250)), {"it": dx.drawn(CUP, style="clear")}
    asking = Asking(images=(image,), text="What is {it}?", regions=regions)
    asked = compose(asking, PIXELS, taught_marks="plain")
    assert asked.frames[0].image == draw(image, [Mark(shape="rectangle", region=CUP)])


def test_a_mark_that_is_to_be_see_through_has_no_casing():
    style = Style(color=color_of("lime"), alpha=100)
    assert len(Mark(shape="arrow", region=CUP, style=style).layers(ground().size)) == 1


def test_what_a_user_fixed_is_kept():
    image = even((10, 250, 10))
    one = dx.drawn(CUP, color="lime", width=9)
    (mark,) = settled(image, [one.mark])
    assert mark == one.mark
    assert [layer.rgb for layer in mark.layers(image.size)] == [(0, 0, 0), (0, 255, 0)]


def test_a_clear_rectangle_hides_nothing_of_its_box():
    image = even((10, 250, 10))
    pixels = draw(image, [Mark(shape="rectangle", region=CUP)]).pixels
    assert np.array_equal(pixels[50:120, 40:110], image.pixels[50:120, 40:110])
    assert (pixels[50:120, 39] != image.pixels[50:120, 39]).any()


@pytest.mark.parametrize("shape", shapes.names())
def test_no_pixel_beyond_its_bounds_is_touched(shape):
    image = ground()
    for region in one_of_each_kind():
        mark = Mark(shape=shape, region=region)
        pixels, window = draw(image, [mark]).pixels.copy(), mark.bounds(image.size)
        rows, columns = slice(window.top, window.bottom), slice(window.left, window.right)
        pixels[rows, columns] = image.pixels[rows, columns]
        assert np.array_equal(pixels, image.pixels)


@pytest.mark.parametrize("shape", shapes.names())
def test_marks_at_the_edges_of_a_picture_are_drawn(shape):
    for size in ((1, 1), (1, 60), (60, 2), (9, 9), (300, 400)):
        image = even((128, 128, 128), size)
        whole = dx.box(0, 0, size[1], size[0])
        drawn = draw(image, [Mark(shape=shape, region=whole)])
        assert drawn != image or min(size) == 1


def test_the_colour_is_chosen_by_what_lies_around_the_mark_alone():
    image = even((128, 128, 128))
    pixels = image.pixels.copy()
    pixels[200:] = (255, 255, 0)
    marks = clear_marks_of("arrow")[:1]
    assert settled(dx.Image(pixels=pixels), marks) == settled(image, marks)


def test_colour_blind_eyes_confuse_what_they_should():
    red, green = (channels_of(np.array([rgb])) for rgb in ((255, 0, 0), (0, 130, 0)))
    from deixis.marks.colour_sense import DEUTERANOPE, TRICHROMAT

    seen = [float(apart(seen_by(e, red), seen_by(e, green))[0]) for e in (TRICHROMAT, DEUTERANOPE)]
    assert seen[1] < 0.5 * seen[0]
