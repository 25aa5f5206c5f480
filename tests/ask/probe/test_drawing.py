import numpy as np
import pytest

from deixis.ask.probe.drawing import LEAST_OFF, probe_picture
from deixis.ask.probe.places import SIZES, pool
from deixis.core.size import Size

SMALL = Size(width=298, height=186)


def test_the_same_seed_draws_the_same_picture():
    one = probe_picture(SMALL, seed=3, ground="checks").image
    probe_picture.cache_clear()
    assert probe_picture(SMALL, seed=3, ground="checks").image.sha256 == one.sha256
    assert probe_picture(SMALL, seed=4, ground="checks").image.sha256 != one.sha256


def test_things_stand_where_they_are_said_to_stand():
    picture = probe_picture(SMALL, seed=3)
    for thing in picture.things:
        inside = thing.region.mask(SMALL).to_array()
        colours = np.unique(picture.image.pixels[inside], axis=0)
        assert [tuple(colour) for colour in colours] == [thing.colour.rgb]


@pytest.mark.parametrize("picture", pool(0), ids=lambda one: one.name)
def test_no_thing_of_a_picture_has_another_s_shape_or_colour(picture):
    assert len({thing.shape.name for thing in picture.things}) == len(picture.things)
    assert len({thing.colour.name for thing in picture.things}) == len(picture.things)


@pytest.mark.parametrize("picture", pool(0), ids=lambda one: one.name)
def test_what_is_asked_for_lies_off_the_diagonal(picture):
    assert picture.askable()
    for target in picture.askable():
        edges = picture.things[target].region.box()
        across = (edges.x0 + edges.x1) / 2 / picture.size.width
        down = (edges.y0 + edges.y1) / 2 / picture.size.height
        assert abs(across - down) >= LEAST_OFF


def test_pictures_have_pairwise_different_sides():
    assert len({size.width for size in SIZES} | {size.height for size in SIZES}) > len(SIZES)
    assert all(size.width != size.height for size in SIZES)
