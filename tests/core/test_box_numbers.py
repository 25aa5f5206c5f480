"""A box is written in each of the ways that tools write it."""

import numpy as np
import pytest

import deixis as dx
from deixis.core.errors import RegionError, UsageError


@pytest.mark.parametrize(
    "box",
    [
        dx.box((10, 20, 30, 40)),
        dx.box(10, 20, 20, 20, format="xywh"),
        dx.box([10, 20, 20, 20], format="xywh"),
        dx.box(np.array([20, 30, 20, 20]), format="cxcywh"),
        dx.box((0.1, 0.4, 0.3, 0.8), size=(100, 50)),
        dx.box((0.1, 0.4, 0.2, 0.4), format="xywh", size=dx.Size(width=100, height=50)),
        dx.box((0.2, 0.6, 0.2, 0.4), format="cxcywh", size=np.zeros((50, 100, 3))),
        dx.box_xywh(10, 20, 20, 20),
    ],
)
def test_the_same_box_is_written_in_many_ways(box: dx.Region) -> None:
    assert box.box().xyxy == pytest.approx((10, 20, 30, 40))


def test_pixels_are_no_shares_of_a_picture() -> None:
    with pytest.raises(RegionError, match=r"with size=100x50 .* leave `size` out"):
        dx.box((10, 20, 30, 40), size=(100, 50))


@pytest.mark.parametrize("format", ["xywh", "cxcywh"])
def test_an_extent_below_zero_is_refused(format: str) -> None:
    with pytest.raises(RegionError, match="width and height are ≥ 0"):
        dx.box((10, 20, -1, 5), format=format)


@pytest.mark.parametrize(
    ("numbers", "options", "words"),
    [
        ((1, 2, 3), {}, r"a box is 4 numbers \(x0, y0, x1, y1\), got 3 values"),
        (((1, 2, 3),), {"format": "xywh"}, r"\(x, y, width, height\), got"),
        ((), {}, "got 0 values"),
        ((1, 2, 3, 4), {"format": "yxyx"}, "format is one of xyxy, xywh, cxcywh, got 'yxyx'"),
    ],
)
def test_other_numbers_are_refused(numbers: tuple, options: dict, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        dx.box(*numbers, **options)


def test_a_point_is_a_pair_too() -> None:
    assert dx.point((3, 4)) == dx.point(3, 4)
