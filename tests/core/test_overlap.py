"""Areas and overlaps of regions agree with COCO's and with arithmetic."""

import math

import numpy as np
import pytest
from hypothesis import given
from pycocotools import mask as coco

import deixis as dx
from deixis.core.errors import RegionError
from tests.core import strategies


def test_areas_are_those_of_the_shapes() -> None:
    assert dx.box(1, 2, 4, 6.5).area == 13.5
    assert dx.ellipse(9, 9, 3, 2).area == pytest.approx(6 * math.pi)
    assert dx.point(3, 4).area == 0
    assert dx.mask(np.eye(7, dtype=bool)).area == 7


@pytest.mark.parametrize("away", [0, -40])
def test_a_polygons_area_is_the_one_that_coco_writes(away: int) -> None:
    ring = [(0, 0), (60, 0), (0, 60)]
    flat = [[float(number) for pair in ring for number in pair]]
    area = int(coco.area(coco.frPyObjects(flat, 60, 60))[0])
    assert dx.polygon([(x + away, y + away) for x, y in ring]).area == area


def test_the_overlap_of_boxes_is_exact() -> None:
    assert dx.iou(dx.box(0, 0, 10, 10), (5, 0, 15, 10)) == 1 / 3
    assert dx.iou((0, 0, 10, 10), (10, 0, 15, 10)) == 0


def test_the_overlap_of_masks_is_cocos() -> None:
    rng = np.random.default_rng(0)
    one, other = rng.random((2, 30, 40)) > 0.6
    encoded = [coco.encode(np.asfortranarray(m.astype(np.uint8))) for m in (one, other)]
    assert dx.iou(one, other) == pytest.approx(coco.iou(encoded[:1], encoded[1:], [0])[0, 0])


def test_other_shapes_overlap_by_their_pixels_wherever_they_lie() -> None:
    square = [(-5, -5), (5, -5), (5, 5), (-5, 5)]
    assert dx.iou(dx.polygon(square), (-5, -5, 5, 5)) == 1
    assert dx.iou(dx.ellipse(5, 5, 5, 5), (0, 0, 10, 10)) == pytest.approx(math.pi / 4, abs=0.02)


def test_beside_a_mask_only_its_picture_counts() -> None:
    inside = np.zeros((10, 10), dtype=bool)
    inside[:, 5:] = True
    assert dx.iou(inside, (5, 0, 50, 10)) == 1
    assert dx.iou(inside, (50, 50, 60, 60)) == 0


def test_a_point_overlaps_itself_alone() -> None:
    assert dx.iou((3, 4), (3, 4)) == 1
    assert dx.iou((3, 4), (0, 0, 9, 9)) == 0


def test_masks_of_two_pictures_do_not_overlap() -> None:
    with pytest.raises(RegionError, match="this mask is of a 3x4 picture, not of a 4x3 one"):
        dx.iou(np.ones((3, 4), dtype=bool), np.ones((4, 3), dtype=bool))


@given(strategies.vectors, strategies.vectors)
def test_an_overlap_is_a_share_and_the_same_both_ways(one: dx.Region, other: dx.Region) -> None:
    shared = dx.iou(one, other)
    assert 0 <= shared <= 1
    assert shared == pytest.approx(dx.iou(other, one))
    assert dx.iou(one, one) == 1
