import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deixis.core import region as regions
from deixis.core import transform
from deixis.core.errors import RegionError, UsageError
from deixis.core.region import Region
from deixis.core.size import Size
from tests.core import strategies

sides = st.integers(1, 400)
sizes = st.builds(lambda w, h: Size(width=w, height=h), sides, sides)
offsets = st.integers(-60, 60)


@st.composite
def transforms(draw, before=None):
    before = before or draw(sizes)
    kind = draw(st.sampled_from(["resize", "crop", "pad", "centre", "square", "identity"]))
    match kind:
        case "resize":
            return transform.resize(before, draw(sizes))
        case "crop":
            return transform.crop(before, left=draw(offsets), top=draw(offsets), after=draw(sizes))
        case "pad":
            left, top, right, bottom = (draw(st.integers(0, 30)) for _ in range(4))
            return transform.pad(before, left=left, top=top, right=right, bottom=bottom)
        case "centre":
            return transform.centre_crop(before, draw(sizes))
        case "square":
            return transform.pad_to_square(before)
    return transform.identity(before)


@st.composite
def chains(draw):
    steps = [draw(transforms())]
    for _ in range(draw(st.integers(0, 4))):
        steps.append(draw(transforms(before=steps[-1].after)))
    return steps


def corners(region):
    match region.kind:
        case "polygon":
            return [xy for ring in region.shape.rings for xy in ring]
        case "stroke":
            return list(region.shape.points)
    box = region.box()
    return [(box.x0, box.y0), (box.x1, box.y1)]


@given(chains(), strategies.vectors)
def test_a_region_goes_there_and_back_within_a_thousandth(steps, region):
    whole = transform.chain(steps)
    back = whole.inverse().region(whole.region(region))
    for (ax, ay), (bx, by) in zip(corners(region), corners(back), strict=True):
        assert abs(ax - bx) < 1e-3
        assert abs(ay - by) < 1e-3


@given(chains(), st.floats(-99, 499), st.floats(-99, 499))
def test_a_chain_is_its_steps_one_by_one(steps, x, y):
    there = transform.chain(steps).xy(x, y)
    for step in steps:
        x, y = step.xy(x, y)
    scale = 1 + abs(x) + abs(y)
    assert abs(there[0] - x) < 1e-9 * scale * len(steps) + 1e-6
    assert abs(there[1] - y) < 1e-9 * scale * len(steps) + 1e-6


@given(sizes, sizes)
def test_a_resize_maps_border_to_border(before, after):
    moved = transform.resize(before, after).xy(before.width, before.height)
    assert moved == pytest.approx((after.width, after.height))


def test_an_ellipse_stays_the_ellipse_of_its_points():
    squash = transform.resize(Size(width=100, height=100), Size(width=300, height=50))
    ellipse = regions.ellipse(40, 50, 20, 9, angle=33)
    moved = squash.region(ellipse)
    outline = [squash.xy(x, y) for x, y in ellipse.polygon().rings[0]]
    e, turn = moved.shape, np.radians(moved.shape.angle)
    for x, y in outline:
        u = (x - e.cx) * np.cos(turn) + (y - e.cy) * np.sin(turn)
        v = (y - e.cy) * np.cos(turn) - (x - e.cx) * np.sin(turn)
        assert (u / e.rx) ** 2 + (v / e.ry) ** 2 == pytest.approx(1, abs=1e-9)


@given(strategies.mask_arrays, st.integers(1, 4))
def test_a_mask_blown_up_by_whole_numbers_is_repeated(array, times):
    mask = regions.mask(array)
    before = mask.shape.size
    after = Size(width=before.width * times, height=before.height * times)
    blown = transform.resize(before, after).region(mask).shape.to_array()
    assert (blown == array.repeat(times, 0).repeat(times, 1)).all()


def test_a_cropped_mask_is_the_window_of_its_pixels():
    array = np.random.default_rng(1).random((9, 12)) < 0.5
    window = transform.crop(Size(width=12, height=9), left=3, top=-2, after=Size(width=5, height=6))
    expected = np.zeros((6, 5), dtype=bool)
    expected[2:] = array[:4, 3:8]
    assert (window.region(regions.mask(array)).shape.to_array() == expected).all()


def test_a_mask_that_is_cropped_away_is_refused():
    array = np.zeros((9, 12), dtype=bool)
    array[0, 0] = True
    window = transform.crop(Size(width=12, height=9), left=4, top=4, after=Size(width=3, height=3))
    with pytest.raises(RegionError, match="empty"):
        window.region(regions.mask(array))


def test_a_mask_of_another_size_is_refused():
    with pytest.raises(RegionError, match="cannot enter"):
        transform.identity(Size(width=3, height=3)).region(regions.mask(np.ones((2, 2), bool)))


def test_words_stay_with_the_region():
    region = Region(shape=regions.Point(x=1, y=2), label="a", text="b", score=0.5, source="c")
    moved = transform.resize(Size(width=4, height=4), Size(width=8, height=8)).region(region)
    assert (moved.label, moved.text, moved.score, moved.source) == ("a", "b", 0.5, "c")


def test_transforms_of_different_pictures_do_not_chain():
    first = transform.identity(Size(width=3, height=4))
    with pytest.raises(UsageError, match="cannot enter"):
        first.then(transform.identity(Size(width=4, height=3)))


def test_an_empty_chain_is_refused():
    with pytest.raises(UsageError, match="at least one"):
        transform.chain([])


@pytest.mark.long
@given(sizes, st.integers(1, 90), st.integers(1, 90))
def test_tiles_cover_the_picture_once(size, width, height):
    tile = Size(width=width, height=height)
    windows = transform.tiles(size, tile)
    assert len(windows) == -(-size.width // width) * -(-size.height // height)
    starts = {window.inverse().xy(0, 0) for window in windows}
    assert len(starts) == len(windows)
    assert max(x for x, _ in starts) < size.width
    assert max(y for _, y in starts) < size.height
