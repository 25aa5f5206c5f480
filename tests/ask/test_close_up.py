"""Close-ups: which window of the original, how enlarged, and the way back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import deixis as dx
from deixis.ask.close_up import CONTEXT, MIN_SIDE, close_up, cut_out, next_window, whole
from deixis.core.shapes import Box
from deixis.core.size import Size
from tests.ask.seers import SMALL, Base, ground
from tests.ask.test_model import Echo

IMAGE = ground(1200, 900)


def full(size):
    return Box(x0=0, y0=0, x1=size.width, y1=size.height)


@st.composite
def places(draw):
    size = Size(width=draw(st.integers(1, 4000)), height=draw(st.integers(1, 4000)))
    x0, x1 = sorted(draw(st.tuples(*[st.floats(0, size.width)] * 2)))
    y0, y1 = sorted(draw(st.tuples(*[st.floats(0, size.height)] * 2)))
    return size, Box(x0=x0, y0=y0, x1=x1, y1=y1)


@given(places())
def test_a_window_is_whole_pixels_of_the_picture_around_the_place(sized):
    size, place = sized
    window = next_window(size, place, full(size))
    assert all(edge == int(edge) for edge in window.xyxy)
    assert 0 <= window.x0 < window.x1 <= size.width
    assert 0 <= window.y0 < window.y1 <= size.height
    assert window.width >= min(MIN_SIDE, size.width)
    assert window.height >= min(MIN_SIDE, size.height)
    assert window.x0 <= place.x0 + 1
    assert place.x1 - 1 <= window.x1
    assert window.y0 <= place.y0 + 1
    assert place.y1 - 1 <= window.y1


def test_a_window_has_three_times_the_extent_of_a_thing():
    size = Size(width=4000, height=3000)
    window = next_window(size, Box(x0=1000, y0=900, x1=1300, y1=1000), full(size))
    assert window.width == CONTEXT * 300
    assert window.height == 800  # a fifth of the longer side


def test_the_window_after_a_window_is_smaller():
    size, place = Size(width=3840, height=2160), Box(x0=1000, y0=900, x1=1020, y1=920)
    first = next_window(size, place, full(size))
    second = next_window(size, place, first)
    third = next_window(size, place, second)
    assert (first.width, second.width, third.width) == (768, 192, MIN_SIDE)


def test_the_window_around_a_point_leaves_room_for_a_thing_of_unknown_size():
    size, place = Size(width=3840, height=2160), Box(x0=1000, y0=900, x1=1000, y1=900)
    first = next_window(size, place, full(size))
    assert (first.width, next_window(size, place, first).width) == (768, 256)


def test_a_crop_is_the_pixels_of_the_original():
    shot = cut_out(IMAGE, Box(x0=100, y0=200, x1=300, y1=260))
    assert np.array_equal(shot.image.pixels, IMAGE.pixels[200:260, 100:300])
    assert shot.transform.inverse().xy(0, 0) == (100, 200)


def test_an_enlarged_crop_s_places_lead_back_to_the_original():
    shot = cut_out(IMAGE, Box(x0=100, y0=200, x1=300, y1=260), enlarged=3)
    assert shot.image.size == Size(width=600, height=180)
    assert shot.transform.inverse().region(dx.point(300, 90)) == dx.point(200, 230)


class Narrow(Base):
    """Sees pictures at 64 x 64."""


def test_a_crop_is_enlarged_no_further_than_the_model_sees():
    place = Box(x0=600, y0=400, x1=620, y1=420)
    assert close_up(IMAGE, place, whole(IMAGE), Echo("")).image.size.width == 3 * 240
    narrow = close_up(IMAGE, place, whole(IMAGE), Narrow())
    assert narrow.image.size.width == 240 > SMALL.width


@pytest.mark.parametrize("side", [200, 900])
def test_there_is_no_close_up_that_shows_no_less(side):
    image = ground(side, side)
    place = Box(x0=0.1 * side, y0=0.1 * side, x1=0.9 * side, y1=0.9 * side)
    assert close_up(image, place, whole(image), Echo("")) is None
