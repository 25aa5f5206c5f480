import numpy as np
import pytest

from deixis.ask.composer import Asking, compose
from deixis.coordinates import dialects
from deixis.core import region as regions
from deixis.core.errors import RegionError, UnknownNameError, UsageError
from deixis.core.image import Image
from deixis.encodings.blurred import blurred
from deixis.encodings.drawn import drawn
from deixis.marks import Mark, draw

PIXELS = dialects.get("pixels")()
CUP, DOG = regions.box(3, 4, 20, 22), regions.point(30, 12)


def picture():
    generator = np.random.default_rng(3)
    return Image(pixels=generator.integers(0, 256, (30, 40, 3), dtype=np.uint8))


def test_a_drawn_region_is_shown_and_said():
    cup = drawn(CUP, "arrow", color="blue")
    asked = compose(
        Asking(images=(picture(),), text="What is {cup}?", regions={"cup": cup}), PIXELS
    )
    assert asked.text == "What is the object pointed to by the blue arrow?"
    assert asked.frames[0].image == draw(picture(), [cup.mark])


def test_regions_in_any_colour_are_told_apart():
    asked = compose(
        Asking(
            images=(picture(),),
            text="Is {cup} by {dog} or {hat}?",
            regions={
                "cup": drawn(CUP, style="plain"),
                "dog": drawn(DOG, style="plain"),
                "hat": drawn(DOG, style="plain", color="lime"),
            },
        ),
        PIXELS,
    )
    assert asked.text == (
        "Is the object within the red rectangle by the object within the blue rectangle "
        "or the object within the lime rectangle?"
    )


def test_plain_marks_of_two_shapes_keep_their_colour():
    asked = compose(
        Asking(
            images=(picture(),),
            text="{cup} {dog}",
            regions={"cup": drawn(CUP, style="plain"), "dog": drawn(DOG, "arrow", style="plain")},
        ),
        PIXELS,
    )
    assert asked.text.count("red") == 2


def test_regions_that_were_chosen_alike_are_refused():
    alike = {"cup": drawn(CUP, color="red"), "dog": drawn(DOG, color="red")}
    with pytest.raises(UsageError, match="would both be 'within the red rectangle'"):
        compose(Asking(images=(picture(),), text="{cup} {dog}", regions=alike), PIXELS)


def test_a_tenth_plain_mark_of_one_shape_is_refused():
    ten = {f"r{place}": drawn(DOG, "point", style="plain") for place in range(10)}
    with pytest.raises(UsageError, match="another shape"):
        compose(
            Asking(images=(picture(),), text=" ".join(f"{{{name}}}" for name in ten), regions=ten),
            PIXELS,
        )


def test_a_seed_places_the_mark_at_random():
    plain, one, two = (drawn(CUP, "arrow", seed=seed).mark for seed in (None, 1, 2))
    assert plain.style.profile == "clear"
    assert one.style.profile == "release"
    assert len({draw(picture(), [mark]).sha256 for mark in (plain, one, two)}) == 3


def test_a_shape_that_is_none_is_refused_at_once():
    with pytest.raises(UnknownNameError, match="did you mean 'arrow'"):
        drawn(CUP, "arow")


def test_a_region_outside_of_the_picture_is_refused():
    with pytest.raises(RegionError, match="outside"):
        drawn(regions.box(100, 100, 120, 120)).paint(picture())


def test_a_drawn_region_keeps_its_mark():
    assert drawn(CUP, "mask", color="gold", alpha=77, width=3).mark == Mark(
        shape="mask", region=CUP, style=drawn(CUP, color="gold", alpha=77, width=3).style
    )


def test_blurring_leaves_the_region_and_softens_the_rest():
    image = picture()
    soft = blurred(CUP, strength=0.1).paint(image).pixels
    inside = CUP.mask(image.size).to_array()
    assert np.array_equal(soft[inside], image.pixels[inside])
    assert soft[~inside].std() < 0.5 * image.pixels[~inside].std()


def test_a_blur_of_an_even_picture_changes_nothing():
    even = Image(pixels=np.full((30, 40, 3), 77, dtype=np.uint8))
    assert blurred(CUP, strength=0.3).paint(even) == even


def test_a_blur_of_no_strength_changes_nothing():
    assert blurred(CUP, strength=0).paint(picture()) == picture()
