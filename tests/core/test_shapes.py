import math

import pytest

from deixis.core import region as regions
from deixis.core.errors import RegionError
from deixis.core.shapes import LIMIT


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, 2 * LIMIT])
@pytest.mark.parametrize(
    "make",
    [
        lambda v: regions.point(v, 1),
        lambda v: regions.box(0, v, 1, v),
        lambda v: regions.ellipse(1, 1, v, 1),
        lambda v: regions.polygon([(0, 0), (1, v), (2, 2)]),
        lambda v: regions.stroke([(0, v)]),
        lambda v: regions.stroke([(0, 0)], width=v),
    ],
)
def test_numbers_that_are_not_finite_are_refused(make, bad):
    with pytest.raises(RegionError, match="finite"):
        make(bad)


def test_reversed_corners_are_refused_with_the_way_out():
    with pytest.raises(RegionError, match="box_xywh"):
        regions.box(300, 10, 120, 40)


def test_a_box_may_be_as_thin_as_a_line():
    assert regions.box(3, 4, 3, 9).box().area == 0


def test_a_negative_extent_is_refused():
    with pytest.raises(RegionError, match="≥ 0"):
        regions.box_xywh(1, 2, -3, 4)


def test_box_xywh_is_the_same_box():
    assert regions.box_xywh(10, 20, 5, 6) == regions.box(10, 20, 15, 26)


def test_a_negative_half_axis_is_refused():
    with pytest.raises(RegionError, match="half axes"):
        regions.ellipse(0, 0, -1, 1)


def test_a_polygon_needs_a_ring():
    with pytest.raises(RegionError, match="at least one ring"):
        regions.Polygon(rings=())


def test_a_polygon_needs_three_points():
    with pytest.raises(RegionError, match="3 points"):
        regions.polygon([(0, 0), (1, 1)])


def test_a_stroke_needs_a_point():
    with pytest.raises(RegionError, match="at least one point"):
        regions.stroke([])


def test_a_stroke_needs_a_width():
    with pytest.raises(RegionError, match="above 0"):
        regions.stroke([(1, 1)], width=0)


def test_points_are_pairs():
    with pytest.raises(RegionError, match=r"2 numbers \(x, y\)"):
        regions.polygon([(0, 0), (1, 1, 1), (2, 2)])
