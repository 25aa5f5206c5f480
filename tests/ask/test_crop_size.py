"""A crop of a few pixels is enlarged before it is sent, and places in it are found again."""

import numpy as np
import pytest

import deixis as dx
from deixis.core.errors import UsageError
from deixis.core.size import Size
from tests.ask.test_model import Echo

STREET = dx.Image(pixels=np.random.default_rng(3).integers(0, 256, (480, 640, 3), dtype=np.uint8))
LOGO = dx.box(401, 190, 448, 213)  # 70 x 34 with its context


def sent(model, crop):
    return model.preview(STREET, "What is {it}?", it=crop).frames[0].image.size


def test_a_logo_is_sent_four_times_as_large():
    model = dx.Model(Echo(""))  # nobody knows what it sees
    assert sent(model, dx.cropped(LOGO, least=0)) == Size(width=71, height=35)
    assert sent(model, dx.cropped(LOGO)) == Size(width=284, height=140)
    assert sent(model, dx.cropped(LOGO, least=100)) == Size(width=142, height=70)
    whole = dx.box(0, 0, 640, 480)
    assert sent(model, dx.cropped(whole)) == STREET.size


def test_it_is_not_enlarged_beyond_what_the_model_sees():
    nano = dx.load("nano")  # 192 x 192 pixels
    assert sent(nano, dx.cropped(LOGO)) == Size(width=142, height=70)


def test_places_in_an_enlarged_crop_are_in_pixels_of_the_original():
    model = dx.Model(Echo('[{"bbox_2d": [0, 0, 1000, 1000]}]'))
    answer = model.ask(STREET, "Find it in {it}", it=dx.cropped(LOGO, context=0))
    assert answer.regions[0].box().xyxy == pytest.approx(LOGO.box().xyxy)


def test_a_least_size_that_cannot_be_is_refused():
    with pytest.raises(UsageError, match="a crop's least side is a number within 0"):
        dx.cropped(LOGO, least=-1)
