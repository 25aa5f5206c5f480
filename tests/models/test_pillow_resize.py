"""The differentiable resize is Pillow's to the bit, and lets gradients through."""

import numpy as np
import PIL.Image
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

from deixis.core.size import Size
from deixis.core.view import PILLOW_FILTERS
from deixis.models.pillow_resize import resize

sides = st.integers(1, 90)
each_filter = pytest.mark.parametrize("code", sorted(PILLOW_FILTERS), ids=PILLOW_FILTERS.get)
SMOOTH = [name for name in PILLOW_FILTERS.values() if name != "nearest"]


def picture(width: int, height: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def as_pixels(picture: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(picture).permute(2, 0, 1).float()


def by_pillow(picture: np.ndarray, size: Size, code: int) -> torch.Tensor:
    resized = PIL.Image.fromarray(picture).resize((size.width, size.height), code)
    return as_pixels(np.array(resized))


@each_filter
@given(width=sides, height=sides, new_width=sides, new_height=sides, seed=st.integers(0, 9))
@example(width=80, height=75, new_width=23, new_height=24, seed=8)  # hamming's weights are 32 bits
def test_a_resize_equals_pillows_to_the_bit(code, width, height, new_width, new_height, seed):
    before, size = picture(width, height, seed), Size(width=new_width, height=new_height)
    after = resize(as_pixels(before), size, PILLOW_FILTERS[code])
    assert torch.equal(after, by_pillow(before, size, code))


@each_filter
@given(width=sides, height=sides, new_width=sides, new_height=sides)
def test_pixels_that_want_a_gradient_are_resized_as_those_that_do_not(
    code, width, height, new_width, new_height
):
    pixels, size = as_pixels(picture(width, height)), Size(width=new_width, height=new_height)
    wanting = resize(pixels.clone().requires_grad_(), size, PILLOW_FILTERS[code])
    # a float32 sum of `smooth` and its distance to a whole number
    torch.testing.assert_close(
        wanting.detach(), resize(pixels, size, PILLOW_FILTERS[code]), atol=1e-4, rtol=0
    )


@pytest.mark.parametrize("name", SMOOTH)
def test_the_gradient_reaches_every_pixel(name):
    pixels = as_pixels(picture(31, 17)).requires_grad_()
    resize(pixels, Size(width=13, height=29), name).sum().backward()
    assert (pixels.grad != 0).all()


@pytest.mark.parametrize("name", SMOOTH)
def test_the_gradient_is_that_of_the_resize_without_rounding(name):
    gradients = []
    for rounding in (True, False):
        pixels = as_pixels(picture(31, 17)).requires_grad_()
        after = resize(pixels, Size(width=13, height=29), name, rounding=rounding)
        (after * torch.arange(13)).sum().backward()
        gradients.append(pixels.grad)
    torch.testing.assert_close(*gradients)


@pytest.mark.parametrize("name", sorted(PILLOW_FILTERS.values()))
@given(factor=st.floats(-3, 3, width=32))
def test_without_rounding_a_resize_is_linear(name, factor):
    one, other = as_pixels(picture(23, 19, 1)), as_pixels(picture(23, 19, 2))
    size = Size(width=41, height=7)

    def resized(pixels):
        return resize(pixels, size, name, rounding=False)

    torch.testing.assert_close(
        resized(one + factor * other), resized(one) + factor * resized(other), atol=1e-2, rtol=0
    )


def test_without_rounding_nothing_is_clipped():
    far = torch.full((3, 8, 6), 400.0)
    assert resize(far, Size(width=5, height=9), "bicubic", rounding=False).max() > 255


def test_pixels_of_the_asked_size_come_back_as_they_are():
    pixels = as_pixels(picture(9, 5))
    assert resize(pixels, Size(width=9, height=5), "lanczos") is pixels


def test_the_pixels_that_came_in_are_not_changed():
    pixels = as_pixels(picture(9, 5))
    before = pixels.clone()
    resize(pixels, Size(width=4, height=11), "bicubic")
    assert torch.equal(pixels, before)
