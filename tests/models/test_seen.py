"""What a model says that it sees is the same by Pillow as by tensors, which marks are judged by."""

import functools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deixis.core.errors import UnsupportedError, UsageError
from deixis.core.image import Image
from deixis.core.size import Size
from deixis.core.view import Resized, View, seen
from deixis.models.load_by_name import load
from deixis.testing import tiny
from tests.long import each_of

BY_TENSORS_ALONE = {"molmo2"}  # its resize is torch's
sides = st.integers(1, 300)


@functools.cache
def loaded(name):
    return load(f"tiny:{name}")


@each_of("name", sorted(set(tiny.names()) - BY_TENSORS_ALONE))
@settings(deadline=None, max_examples=25)
@given(width=sides, height=sides, alone=st.booleans(), seed=st.integers(0, 9))
def test_pillow_shows_each_view_of_a_family_byte_for_byte(name, width, height, alone, seed):
    model = loaded(name)
    numbers = np.random.default_rng(seed)
    image = Image(pixels=numbers.integers(0, 256, (height, width, 3), dtype=np.uint8))
    try:
        views = model.views(Size(width=width, height=height), alone=alone)
    except UsageError:  # a strip that it does not take
        return
    for view in views:
        assert np.array_equal(seen(view, image).pixels, model.seen(view, image).pixels)


def test_a_resize_that_pillow_does_not_have_is_shown_by_tensors():
    image = Image(pixels=np.full((40, 30, 3), 77, dtype=np.uint8))
    step = Resized(size=Size(width=21, height=20), resample="torch_bilinear")
    view = View(original=image.size, steps=(step,))
    shown = load("tiny:llava").seen(view, image)
    assert shown.size == step.size
    assert (shown.pixels == 77).all()
    with pytest.raises(UnsupportedError, match="Pillow has no resize"):
        seen(view, image)
