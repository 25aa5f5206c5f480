import numpy as np
import pytest
from hypothesis import assume, given

from deixis.core import region as regions
from deixis.core.convert import touches
from deixis.core.errors import RegionError
from deixis.core.region import Region
from deixis.core.size import Size
from tests.core import strategies

SIZE = Size(width=40, height=30)


@pytest.mark.parametrize(
    ("region", "kind"),
    [
        (regions.point(1, 2), "point"),
        (regions.box(1, 2, 3, 4), "box"),
        (regions.ellipse(5, 5, 2, 1), "ellipse"),
        (regions.polygon([(0, 0), (4, 0), (4, 4)]), "polygon"),
        (regions.stroke([(0, 0), (4, 4)]), "stroke"),
        (regions.mask(np.ones((3, 4), dtype=bool)), "mask"),
    ],
)
def test_a_region_knows_its_kind(region, kind):
    assert region.kind == kind


def test_equal_regions_are_one_key():
    assert (
        len({regions.box(1, 2, 3, 4, label="a"), regions.box(1.0, 2.0, 3.0, 4.0, label="a")}) == 1
    )


def test_a_score_beyond_one_is_refused():
    with pytest.raises(RegionError, match=r"0\.\.1"):
        Region(shape=regions.Point(x=1, y=1), score=1.5)


def test_named_keeps_what_is_not_given():
    assert regions.point(1, 2, label="cup").named(text="HI").label == "cup"


@given(strategies.vectors, strategies.sizes)
def test_within_gives_a_part_of_the_picture_or_refuses(region, size):
    try:
        inside = region.within(size)
    except RegionError:
        return
    assert touches(inside.box(), size)
    if region.kind in ("box", "polygon"):
        box = inside.box()
        assert box.x0 >= 0
        assert box.y0 >= 0
        assert box.x1 <= size.width
        assert box.y1 <= size.height


@pytest.mark.parametrize(
    "region",
    [
        regions.point(41, 3),
        regions.box(-9, 0, -1, 5),
        regions.ellipse(100, 5, 3, 3),
        regions.polygon([(50, 0), (60, 0), (60, 9)]),
        regions.stroke([(-20, -20), (-10, -12)]),
    ],
)
def test_a_region_outside_of_its_picture_is_refused(region):
    with pytest.raises(RegionError, match="outside of the 40x30 picture"):
        region.within(SIZE)


def test_a_polygon_around_a_corner_that_never_enters_is_refused():
    around = regions.polygon([(39, -20), (60, -20), (60, 1), (59, 1), (59, -19), (39, -19)])
    with pytest.raises(RegionError, match="outside"):
        around.within(SIZE)


def test_a_mask_of_another_picture_is_refused():
    with pytest.raises(RegionError, match="not of a 40x30"):
        regions.mask(np.ones((5, 5), dtype=bool)).within(SIZE)


@given(strategies.vectors, strategies.sizes)
def test_every_region_that_touches_has_a_mask_of_at_least_one_pixel(region, size):
    assume(touches(region.box(), size))
    try:
        assert region.mask(size).area >= 1
    except RegionError:
        assert region.kind == "polygon"  # its box touches, its rings may not


@given(strategies.vectors)
def test_the_centre_of_a_vector_is_in_its_box(region):
    box, centre = region.box(), region.centre()
    assert box.x0 - 1e-6 <= centre.x <= box.x1 + 1e-6
    assert box.y0 - 1e-6 <= centre.y <= box.y1 + 1e-6


@given(strategies.mask_arrays)
def test_the_centre_of_a_mask_is_on_it(array):
    centre = regions.mask(array).centre()
    assert array[int(centre.y), int(centre.x)]
