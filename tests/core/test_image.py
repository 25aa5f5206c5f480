import numpy as np
import pytest

from deixis.core.errors import ImageError
from deixis.core.image import Image


def pixels(height=4, width=5):
    return np.arange(height * width * 3, dtype=np.uint8).reshape(height, width, 3)


def test_size_is_width_and_height():
    assert str(Image(pixels=pixels()).size) == "5x4"


def test_pixels_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        Image(pixels=pixels()).pixels[0, 0, 0] = 1


def test_the_array_that_it_was_made_of_stays_free():
    source = pixels()
    image = Image(pixels=source)
    source[0, 0, 0] = 99
    assert image.pixels[0, 0, 0] == 0


def test_the_same_pixels_are_the_same_image_whatever_their_source():
    first, second = Image(pixels=pixels(), source="a"), Image(pixels=pixels(), source="b")
    assert first == second
    assert hash(first) == hash(second)


def test_the_hash_tells_shapes_apart():
    assert Image(pixels=pixels(4, 5)).sha256 != Image(pixels=pixels(5, 4)).sha256


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros((4, 5), np.uint8),
        np.zeros((4, 5, 4), np.uint8),
        np.zeros((4, 5, 3)),
        np.zeros((0, 5, 3), np.uint8),
    ],
    ids=["grey", "alpha", "floats", "no rows"],
)
def test_what_is_no_rgb_picture_is_refused(wrong):
    with pytest.raises(ImageError):
        Image(pixels=wrong)
