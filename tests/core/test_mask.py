import contextlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as numpy_strategies
from pycocotools import mask as coco

from deixis.core.errors import RegionError
from deixis.core.mask import MAX_PIXELS, Mask, difference, intersection, iou, uncovered, union
from deixis.core.run_lengths import decode_counts, encode_counts
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


@given(st.data())
def test_counts_of_merged_masks_are_those_of_coco(data):
    shape = data.draw(st.tuples(st.integers(1, 9), st.integers(1, 12)))
    arrays = numpy_strategies.arrays(np.bool_, (3, *shape)).filter(lambda a: a.any((1, 2)).all())
    masks = [Mask.from_array(array) for array in data.draw(arrays)]
    records = [mask.coco() for mask in masks]
    assert union(masks).coco() == coco.merge(records)
    both = intersection(masks)
    expected = coco.merge(records, intersect=True)
    assert coco.area(expected) == 0 if both is None else both.coco() == expected
    assert iou(*masks[:2]) == coco.iou(records[:1], records[1:2], [0])[0, 0]


@given(strategies.mask_arrays, st.randoms(use_true_random=False))
def test_a_difference_is_that_of_the_pixels(array, random):
    other = array & np.array([[random.random() < 0.5 for _ in row] for row in array])
    if other.any():
        left = difference(Mask.from_array(array), Mask.from_array(other))
        expected = array & ~other
        assert (left is None) == (not expected.any())
        assert left is None or (left.to_array() == expected).all()


@given(st.data())
def test_what_is_seen_under_later_masks_is_that_of_the_pixels(data):
    shape = data.draw(st.tuples(st.integers(1, 9), st.integers(1, 12)))
    arrays = numpy_strategies.arrays(np.bool_, (4, *shape)).filter(lambda a: a.any((1, 2)).all())
    listed = data.draw(arrays)
    for place, seen in enumerate(uncovered([Mask.from_array(array) for array in listed])):
        expected = listed[place] & ~listed[place + 1 :].any(axis=0)
        assert (seen is None) == (not expected.any())
        assert seen is None or (seen.to_array() == expected).all()
    assert uncovered([]) == []


@given(st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=9))
def test_run_lengths_come_back_from_their_string(runs):
    assert decode_counts(encode_counts(np.array(runs))).tolist() == runs


def test_equal_pixels_are_equal_masks_however_their_runs_were_cut():
    size = Size(width=3, height=2)
    plain = Mask(size=size, counts=encode_counts(np.array([1, 4, 1])))
    cut = Mask(size=size, counts=encode_counts(np.array([1, 2, 0, 2, 1, 0])))
    long = Mask(size=size, counts="1T01")  # the 4 in two letters
    assert cut == long == plain
    assert Mask.from_runs(size=size, runs=[1, 2, 0, 2, 1]) == plain


def test_a_mask_of_a_picture_beyond_any_is_refused():
    with pytest.raises(RegionError, match="size is within"):
        Mask(size=Size(width=1_000_000, height=1_000_000), counts="0PPRUUea>00")


def test_run_lengths_beyond_any_picture_are_refused():
    with pytest.raises(RegionError, match="sum to"):
        Mask.from_runs(size=Size(width=2, height=2), runs=[2**32, 4 - 2**32])
    with pytest.raises(RegionError, match="beyond any picture"):
        decode_counts("o" * 7 + "O")
    with pytest.raises(RegionError, match="within 0"):
        decode_counts(encode_counts(np.array([2**32])))


def test_the_largest_masks_keep_their_area_box_and_union():
    size = Size(width=50_000, height=MAX_PIXELS // 50_000)
    whole = Mask.from_runs(size=size, runs=[0, size.area])
    corner = Mask.from_runs(size=size, runs=[size.area - 1, 1])
    assert whole.area == size.area
    assert whole.box().xyxy == (0, 0, size.width, size.height)
    assert corner.box().xyxy == (size.width - 1, size.height - 1, size.width, size.height)
    assert union([whole, corner]) == whole
    assert intersection([whole, corner]) == corner
    left = difference(whole, corner)
    assert left is not None
    assert left.area == size.area - 1


@given(strategies.mask_arrays, st.floats(-3, 40, width=16), st.floats(-3, 40, width=16))
def test_the_nearest_pixel_is_nearest(array, x, y):
    rows, columns = np.nonzero(array)
    away = (columns + 0.5 - x) ** 2 + (rows + 0.5 - y) ** 2
    found = Mask.from_array(array).nearest(x, y)
    best = int(np.argmin(away))  # the first row by row
    assert (found.x, found.y) == (columns[best] + 0.5, rows[best] + 0.5)


def test_masks_apart_have_no_intersection():
    left, right = np.zeros((2, 4, 4), dtype=bool)
    left[:, 0], right[:, 3] = True, True
    assert intersection([Mask.from_array(left), Mask.from_array(right)]) is None


def test_masks_of_two_pictures_do_not_mix():
    with pytest.raises(RegionError, match="one size"):
        union([Mask.from_array(np.ones((2, 3), bool)), Mask.from_array(np.ones((3, 2), bool))])
