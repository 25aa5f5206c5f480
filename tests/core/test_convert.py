import itertools
import math
import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pycocotools import mask as coco

from deixis.core import polygon_spans, stroke_spans
from deixis.core import region as regions
from deixis.core.convert import clip_ring, touches
from deixis.core.errors import RegionError
from deixis.core.region import Region
from deixis.core.shapes import Box
from deixis.core.size import Size
from tests.core import strategies
from tests.long import long


def pixel_centres(size):
    rows, columns = np.mgrid[: size.height, : size.width]
    return columns + 0.5, rows + 0.5


@given(strategies.boxes, strategies.sizes)
def test_a_box_holds_the_pixels_whose_centres_it_holds(region, size):
    xs, ys = pixel_centres(size)
    box = region.box()
    expected = (xs >= box.x0) & (xs < box.x1) & (ys >= box.y0) & (ys < box.y1)
    if expected.any():
        assert (region.mask(size).to_array() == expected).all()
    elif touches(box, size):
        assert region.mask(size).area == 1


@given(strategies.ellipses, strategies.sizes)
def test_an_ellipse_holds_the_pixels_whose_centres_it_holds(region, size):
    xs, ys = pixel_centres(size)
    e = region.shape
    assume(e.rx > 0.01)
    assume(e.ry > 0.01)
    turn = math.radians(e.angle)
    u = (xs - e.cx) * math.cos(turn) + (ys - e.cy) * math.sin(turn)
    v = (ys - e.cy) * math.cos(turn) - (xs - e.cx) * math.sin(turn)
    level = (u / e.rx) ** 2 + (v / e.ry) ** 2
    assume((level < 0.999).any())
    found = region.mask(size).to_array()
    sure = np.abs(level - 1) > 1e-3  # on the very border rounding decides
    assert (found[sure] == (level < 1)[sure]).all()


@given(strategies.strokes, strategies.sizes)
def test_a_stroke_holds_the_pixels_near_its_path(region, size):
    stroke = region.shape
    xs, ys = pixel_centres(size)
    near = np.full(xs.shape, np.inf)
    path = [*stroke.points, stroke.points[-1]]
    for (ax, ay), (bx, by) in itertools.pairwise(path):
        length = max((bx - ax) ** 2 + (by - ay) ** 2, 1e-12)
        along = np.clip(((xs - ax) * (bx - ax) + (ys - ay) * (by - ay)) / length, 0, 1)
        near = np.minimum(near, np.hypot(xs - ax - along * (bx - ax), ys - ay - along * (by - ay)))
    assume((near < stroke.width / 2 - 1e-3).any())
    sure = np.abs(near - stroke.width / 2) > 1e-3
    found = region.mask(size).to_array()
    assert (found[sure] == (near < stroke.width / 2)[sure]).all()


@given(strategies.mask_arrays)
def test_the_outline_of_a_mask_without_holes_gives_it_back(array):
    filled = regions.mask(array)
    size = filled.shape.size
    outlined = Region(shape=filled.polygon()).mask(size).to_array()
    assert (outlined >= array).all()
    again = regions.mask(outlined)  # holes are filled once and for all
    assert (Region(shape=again.polygon()).mask(size).to_array() == outlined).all()


def test_holes_are_left_out_of_the_outline():
    ring = np.ones((5, 5), dtype=bool)
    ring[2, 2] = False
    assert len(regions.mask(ring).polygon().rings) == 1


def test_the_outline_of_a_rectangle_has_four_corners():
    array = np.zeros((9, 9), dtype=bool)
    array[2:5, 3:8] = True
    (ring,) = regions.mask(array).polygon().rings
    assert sorted(ring) == [(3, 2), (3, 5), (8, 2), (8, 5)]


def test_a_point_has_no_outline():
    with pytest.raises(RegionError, match="no outline"):
        regions.point(1, 2).polygon()


def test_a_point_is_one_pixel():
    array = regions.point(3.7, 2.2).mask(Size(width=6, height=5)).to_array()
    assert array.sum() == 1
    assert array[2, 3]


def test_a_sliver_is_the_pixel_under_it():
    array = regions.box(2.1, 1.1, 2.3, 1.2).mask(Size(width=6, height=5)).to_array()
    assert array.sum() == 1
    assert array[1, 2]


def test_a_strokes_outline_may_leave_the_picture():
    box = Region(shape=regions.stroke([(-10, 5), (4, 5)], width=4).polygon()).box()
    assert box.x0 <= -11


@given(strategies.ellipses)
def test_the_box_of_an_ellipse_is_that_of_its_outline(region):
    ours, drawn = region.box(), Region(shape=region.polygon()).box()
    slack = 0.003 * max(region.shape.rx, region.shape.ry) + 1e-6
    for a, b in zip(ours.xyxy, drawn.xyxy, strict=True):
        assert abs(a - b) <= slack


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 20), st.integers(0, 20))
def test_a_polygon_of_whole_pixels_equals_the_box(width, height, left, top):
    size = Size(width=70, height=70)
    box = regions.box_xywh(left, top, width, height)
    assert Region(shape=box.polygon()).mask(size) == box.mask(size)


def test_a_polygon_far_beyond_the_picture_costs_no_more_than_the_picture():
    huge = regions.polygon([(-9e6, -9e6), (9e6, -9e6), (9e6, 9e6), (-9e6, 9e6)])
    assert huge.mask(Size(width=7, height=5)).area == 35


def coco_mask(region, size):
    """COCO's own, of the rings cut to the picture; None where it covers nothing."""
    frame = Box(x0=0, y0=0, x1=size.width, y1=size.height)
    rings = [clip_ring(ring, frame) for ring in region.shape.rings]
    flat = [[number for corner in ring for number in corner] for ring in rings if len(ring) >= 3]
    merged = coco.merge(coco.frPyObjects(flat, size.height, size.width)) if flat else None
    return merged["counts"].decode() if merged is not None and coco.area(merged) else None


steps = st.sampled_from([1, 2, 5, 10, 1000])
rings = st.builds(
    lambda places, step: [(round(x * step) / step, round(y * step) / step) for x, y in places],
    st.lists(strategies.places, min_size=3, max_size=12),
    steps,
)


@pytest.mark.long
@pytest.mark.parametrize("at_once", [long(1), 7, long(2**20)])
@given(st.lists(rings, min_size=1, max_size=4), strategies.sizes)
def test_a_polygons_mask_is_that_of_coco(at_once, parts, size):
    region = regions.polygon(*parts)
    assume(touches(region.box(), size))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(polygon_spans, "AT_ONCE", at_once)
        expected = coco_mask(region, size)
        if expected is not None:
            assert region.mask(size).counts == expected


@given(strategies.strokes, strategies.sizes, st.sampled_from([1, 7]))
def test_a_stroke_is_the_same_however_much_is_worked_on_at_once(region, size, at_once):
    assume(touches(region.box(), size))
    whole = region.mask(size)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stroke_spans, "AT_ONCE", at_once)
        assert region.mask(size) == whole


@pytest.mark.parametrize(
    "region",
    [
        regions.polygon([(0 if i % 2 else 8000, i % 8000) for i in range(20_000)]),
        regions.stroke([(i * 7 % 8000, i * 31 % 8000) for i in range(30_000)], width=3000),
    ],
    ids=["polygon", "stroke"],
)
def test_what_would_take_minutes_is_refused_with_the_bound(region):
    with pytest.raises(RegionError, match=r"at most 67108864 are worked out: give it fewer"):
        region.mask(Size(width=8000, height=8000))


@pytest.mark.long
def test_noise_is_no_region_and_is_refused_with_the_bound():
    generator = np.random.default_rng(0)
    places = generator.uniform(0, 8000, (8000, 2)).tolist()
    with pytest.raises(RegionError, match=r"more than 4194304 upright pieces"):
        regions.polygon(places).mask(Size(width=8000, height=8000))
    noise = regions.mask(generator.random((2200, 2200)) < 0.5)
    with pytest.raises(RegionError, match=r"an outline is made of at most 1048576"):
        noise.polygon()


@pytest.mark.parametrize("kind", ["box", "ellipse", "polygon", "stroke", "point"])
def test_a_picture_too_large_for_masks_is_refused(kind):
    region = {
        "box": regions.box(0, 0, 9, 9),
        "ellipse": regions.ellipse(9, 9, 3, 4),
        "polygon": regions.polygon([(0, 0), (9, 0), (9, 9)]),
        "stroke": regions.stroke([(2, 2), (9, 9)]),
        "point": regions.point(3, 3),
    }[kind]
    with pytest.raises(RegionError, match="size is within"):
        region.mask(Size(width=900_000, height=900_000))


LIMITED = """
import resource
from deixis.core import region as regions
from deixis.core.size import Size
regions.polygon([(0, 0), (9, 0), (9, 9)]).mask(Size(width=10, height=10))
resource.setrlimit(resource.RLIMIT_AS, (10**9, 10**9))
zigzag = regions.polygon([(0 if i % 2 else 8000, i % 8000) for i in range(2000)])
print(zigzag.mask(Size(width=8000, height=8000)).area)
pen = regions.stroke([(i * 8, i * 37 % 8000) for i in range(1000)], width=1500)
print(pen.mask(Size(width=8000, height=8000)).area)
print(len(regions.stroke([(0, 0), (3e4, 3e4)]).polygon().rings))
"""


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="limits of memory are Linux's")
def test_memory_grows_with_the_answer_and_not_with_the_way_there():
    done = subprocess.run(
        [sys.executable, "-c", LIMITED],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[-1] == "1"


@given(strategies.mask_arrays)
def test_an_outline_turns_at_every_corner_and_runs_clockwise(array):
    for ring in regions.mask(array).polygon().rings:
        corners = np.array(ring)
        along = np.roll(corners, -1, axis=0) - corners
        assert ((along == 0).sum(axis=1) == 1).all()
        assert ((along[:, 0] == 0) != (np.roll(along[:, 0], -1) == 0)).all()
        ahead = np.roll(corners, -1, axis=0)
        assert (corners[:, 0] * ahead[:, 1] - ahead[:, 0] * corners[:, 1]).sum() > 0
