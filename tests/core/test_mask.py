import contextlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycocotools import mask as coco

from deixis.core.errors import RegionError
from deixis.core.mask import Mask, decode_counts, intersection, iou, union
from deixis.core.size import Size
from tests.core import strategies


@given(strategies.mask_arrays)
def test_an_array_comes_back(array):
    assert (Mask.from_array(array).to_array() == array).all()


@given(strategies.mask_arrays)
def test_area_and_box_are_those_of_the_array(array):
    mask = Mask.from_array(array)
    rows, columns = np.nonzero(array)
    assert mask.area == array.sum()
    assert mask.box().xyxy == (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)


@given(strategies.mask_arrays)
def test_counts_are_those_of_coco(array):
    expected = coco.encode(np.asfortranarray(array.astype(np.uint8)))
    assert Mask.from_array(array).counts == expected["counts"].decode()


@given(strategies.mask_arrays)
def test_the_own_decoder_agrees_with_the_pixels(array):
    runs = decode_counts(Mask.from_array(array).counts)
    flat = np.repeat(np.arange(runs.size) % 2 == 1, runs)
    assert (flat == array.ravel(order="F")).all()


@given(st.text(max_size=30))
def test_any_string_is_a_mask_or_refused(counts):
    try:
        mask = Mask(size=Size(width=5, height=4), counts=counts)
    except RegionError:
        return
    assert mask.to_array().shape == (4, 5)


@given(strategies.mask_arrays, st.data())
def test_mutated_counts_are_masks_or_refused(array, data):
    good = Mask.from_array(array)
    place = data.draw(st.integers(0, len(good.counts) - 1))
    letter = chr(data.draw(st.integers(40, 120)))
    with contextlib.suppress(RegionError):
        Mask(size=good.size, counts=good.counts[:place] + letter + good.counts[place + 1 :])


def test_an_empty_mask_is_refused():
    with pytest.raises(RegionError, match="empty"):
        Mask.from_array(np.zeros((3, 4), dtype=bool))


@pytest.mark.parametrize(
    "array",
    [np.ones((2, 2, 2), dtype=bool), np.ones((2, 2)), np.ones((0, 4), dtype=bool)],
    ids=["three axes", "floats", "no rows"],
)
def test_what_is_no_boolean_picture_is_refused(array):
    with pytest.raises(RegionError, match="height x width"):
        Mask.from_array(array)


def test_union_intersection_and_iou_are_those_of_the_pixels():
    generator = np.random.default_rng(0)
    first, second = generator.random((2, 9, 13)) < 0.5
    a, b = Mask.from_array(first), Mask.from_array(second)
    assert (union([a, b]).to_array() == (first | second)).all()
    assert (intersection([a, b]).to_array() == (first & second)).all()
    assert iou(a, b) == pytest.approx((first & second).sum() / (first | second).sum())


def test_masks_apart_have_no_intersection():
    left, right = np.zeros((2, 4, 4), dtype=bool)
    left[:, 0], right[:, 3] = True, True
    assert intersection([Mask.from_array(left), Mask.from_array(right)]) is None


def test_masks_of_two_pictures_do_not_mix():
    with pytest.raises(RegionError, match="one size"):
        union([Mask.from_array(np.ones((2, 3), bool)), Mask.from_array(np.ones((3, 2), bool))])
