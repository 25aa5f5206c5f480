"""The compiled half finds the colour that numpy finds."""

import numpy as np
import pytest

import deixis as dx
from deixis.core.errors import RegionError
from deixis.marks import Mark, settled, shapes
from deixis.marks.raster import compiled
from deixis.marks.raster.compiled import is_compiled
from tests.marks.random_marks import random_picture_and_mark
from tests.marks.regions import ground, one_of_each_kind

pytestmark = pytest.mark.skipif(not is_compiled(), reason="the compiled half was not built")


def by_both(image, marks, monkeypatch):
    with monkeypatch.context() as without:
        without.setattr(compiled, "_library", lambda: None)
        other = settled(image, marks)
    return settled(image, marks), other


@pytest.mark.parametrize("shape", shapes.names())
def test_numpy_finds_the_same_colours(shape, monkeypatch):
    marks = [Mark(shape=shape, region=region) for region in one_of_each_kind()]
    one, other = by_both(ground(), marks, monkeypatch)
    assert one == other
    assert len({mark.style.color.name for mark in one}) == len(marks)


def test_numpy_finds_the_same_colours_for_random_marks(monkeypatch):
    generator, num_compared = np.random.default_rng(11), 0
    for _ in range(150):
        image, drawn = random_picture_and_mark(generator)
        pixels = (image.pixels // 8 + generator.integers(0, 224, 3)).astype(np.uint8)
        try:
            marks = [Mark(shape=drawn.shape, region=drawn.region)] * 3
            one, other = by_both(dx.Image(pixels=pixels), marks, monkeypatch)
        except RegionError:
            continue
        num_compared += 1
        assert one == other
    assert num_compared > 75
