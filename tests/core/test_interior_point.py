import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from deixis.core import region as regions
from deixis.core.interior_point import polygon_holds, stroke_heart
from deixis.core.portable_rng import Draws
from deixis.core.shapes import Polygon, Stroke
from tests.core import strategies

C_SHAPE = ((10, 10), (90, 10), (90, 25), (30, 25), (30, 75), (90, 75), (90, 90), (10, 90))
TWO_PARTS = (((5, 5), (30, 8), (20, 40)), ((70, 60), (95, 70), (80, 95), (66, 80)))
RING = (
    (0, 0),
    (50, 0),
    (50, 50),
    (0, 50),
    (0, 0),
    (10, 10),
    (10, 40),
    (40, 40),
    (40, 10),
    (10, 10),
)


@pytest.mark.parametrize("rings", [(C_SHAPE,), TWO_PARTS, (RING,)], ids=["C", "parts", "hollow"])
def test_a_polygon_is_pointed_at_inside(rings):
    region = regions.polygon(*rings)
    place = region.centre()
    assert polygon_holds(region.shape, place.x, place.y)


def test_the_place_is_far_from_the_sides():
    place = regions.polygon(C_SHAPE).centre()
    assert place.x == pytest.approx(20, abs=1)  # the middle of the widest limb
    assert 20 < place.y < 80


@given(st.lists(strategies.places, min_size=3, max_size=9), st.integers(0, 2**40))
def test_any_polygon_with_an_inside_is_pointed_at_there(ring, seed):
    region, draws = regions.polygon(ring), Draws(seed)
    box = region.box()
    tried = [(draws.uniform(box.x0, box.x1), draws.uniform(box.y0, box.y1)) for _ in range(50)]
    assume(any(polygon_holds(region.shape, x, y) for x, y in tried))
    place = region.centre()
    assert polygon_holds(region.shape, place.x, place.y)


@given(strategies.polygons)
def test_the_centre_of_the_box_stays_where_it_is_inside(region):
    box = region.box()
    x, y = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
    assume(polygon_holds(region.shape, x, y))
    assert (region.centre().x, region.centre().y) == (x, y)


def test_a_polygon_without_area_is_pointed_at_on_a_corner():
    place = Polygon(rings=(((0, 0), (10, 10), (4, 4)),))
    assert regions.Region(shape=place).centre() in (regions.point(x, x).shape for x in (0, 4, 10))


def test_a_polygon_of_many_corners_is_pointed_at_soon():
    around = [(k / 20_000 * 2 * math.pi, 1.0) for k in range(20_000)]
    within = [(turn, 0.9) for turn, _ in reversed(around)]
    ring = [(500 + 400 * r * math.cos(a), 500 + 400 * r * math.sin(a)) for a, r in around + within]
    place = regions.polygon(ring).centre()
    assert 350 < math.hypot(place.x - 500, place.y - 500) < 410


@given(strategies.strokes)
def test_a_stroke_is_pointed_at_where_the_pen_was(region):
    place, stroke = region.centre(), region.shape
    found = stroke_heart(stroke, place.x, place.y)
    assert math.hypot(found.x - place.x, found.y - place.y) < 1e-6


def test_a_bent_stroke_is_pointed_at_on_its_path():
    bow = Stroke(points=((0, 0), (40, 0), (40, 30), (0, 30)), width=4)
    place = regions.Region(shape=bow).centre()
    assert (place.x, place.y) in {(20, 0), (20, 30)}
    assert regions.stroke([(7, 9)], width=2).centre() == regions.point(7, 9).shape
