import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as PIL
from PIL import ImageDraw, ImageFont

from deixis.core import region as regions
from deixis.core.errors import UsageError
from deixis.core.image import Image
from deixis.core.size import Size
from deixis.marks.tag import numbered
from deixis.marks.tag_places import placed
from deixis.marks.tagging import draw_tagged, tags_of

SIZE = Size(width=200, height=150)
LARGE = Size(width=1200, height=900)


def tags(listed):
    return tags_of(list(zip(numbered(len(listed)), listed, strict=True)))


def plates(listed, size=SIZE, **given):
    return [place.plate for place in placed(tags(listed), size, **given)]


def meet(one, two):
    """Whether two windows, or a window and a box, share a pixel."""
    (x0, y0, x1, y1), (u0, v0, u1, v1) = _sides(one), _sides(two)
    return x0 < u1 and u0 < x1 and y0 < v1 and v0 < y1


def _sides(one):
    if hasattr(one, "left"):
        return one.left, one.top, one.right, one.bottom
    return one.box().xyxy


def is_inside(window, size):
    across = 0 <= window.left < window.right <= size.width
    return across and 0 <= window.top < window.bottom <= size.height


def meetings(found, listed):
    """Pairs of a plate with a region or with another plate."""
    pairs = [(i, j) for i, a in enumerate(found) for j, b in enumerate(listed) if meet(a, b)]
    others = [(i, j) for i, a in enumerate(found) for j in range(i) if meet(a, found[j])]
    return pairs + others


def scattered(seed, count, sides, size=LARGE):
    draws = np.random.default_rng(seed)
    limit = (size.width - sides[1], size.height - sides[1])
    return [
        regions.box_xywh(*draws.uniform((0, 0), limit).tolist(), *draws.uniform(*sides, 2).tolist())
        for _ in range(count)
    ]


boxes = st.builds(
    regions.box_xywh, st.floats(0, 199), st.floats(0, 149), st.floats(0, 150), st.floats(0, 100)
)
points = st.builds(regions.point, st.floats(0, 199), st.floats(0, 149))


@pytest.mark.long
@settings(max_examples=40, deadline=None)
@given(st.lists(boxes | points, min_size=1, max_size=30))
def test_no_tag_leaves_the_picture_or_meets_another(listed):
    found = plates(listed)
    assert all(is_inside(plate, SIZE) for plate in found)
    assert not meetings(found, [])


@pytest.mark.long
@settings(max_examples=60, deadline=None)
@given(st.lists(boxes, min_size=1, max_size=12))
def test_a_tag_that_hides_a_region_had_no_free_ground(listed):
    """Room is judged pixel by pixel, with a margin of what a cell and an outline take."""
    found = placed(tags(listed), SIZE)
    narrow = [one for one in listed if one.box().area < SIZE.area / 3]
    for number, place in enumerate(found):
        if not any(meet(place.plate, region) for region in listed):
            continue
        if not place.hides:  # on a region that is ground itself
            assert not any(meet(place.plate, region) for region in narrow)
            continue
        taken = np.zeros((SIZE.height + 1, SIZE.width + 1), dtype=np.int64)
        others = [other.plate for i, other in enumerate(found) if i != number]
        for one in (*listed, *others):
            x0, y0, x1, y1 = _sides(one)
            left, top = max(0, int(x0) - 6), max(0, int(y0) - 6)
            taken[top + 1 : int(y1) + 8, left + 1 : int(x1) + 8] = 1
        sums = taken.cumsum(axis=0).cumsum(axis=1)
        high, wide = place.plate.bottom - place.plate.top, place.plate.right - place.plate.left
        under = (
            sums[high:, wide:] - sums[:-high, wide:] - sums[high:, :-wide] + sums[:-high, :-wide]
        )
        assert (under > 0).all()


@pytest.mark.long
@pytest.mark.parametrize("seed", range(3))
def test_tags_of_200_regions_cover_no_region_and_no_other_tag(seed):
    listed = scattered(seed, 200, (6, 40))
    assert meetings(plates(listed, LARGE), listed) == []


def test_tags_cover_no_region_that_has_none():
    around = scattered(7, 60, (20, 90))
    listed, others = around[:5], around[5:]
    found = plates(listed, LARGE, around=others)
    assert meetings(found, around) == []


def page(num_lines):
    """A page of lines of words, and where each line is."""
    sheet = PIL.new("L", (1000, 1400), 255)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(15)
    draws = np.random.default_rng(1)
    lines = []
    for number in range(num_lines):
        words = ("".join(draws.choice(list("abdegijlnopsty"), size=7)) for _ in range(12))
        place = (90, 60 + 21 * number)
        text = " ".join(words)[: int(draws.integers(50, 90))]
        pen.text(place, text, fill=0, font=font)
        lines.append(regions.box(*pen.textbbox(place, text, font=font)))
    return Image(pixels=np.asarray(sheet.convert("RGB"))), lines


@pytest.mark.long
def test_tags_and_lines_cover_no_word_of_a_page_of_60_lines():
    image, lines = page(60)
    drawn = draw_tagged(image, list(zip(numbered(60), lines, strict=True)))
    is_ink = (image.pixels < 128).all(axis=2)
    is_kept = (drawn.pixels == image.pixels).all(axis=2)
    assert is_ink.sum() > 20_000
    assert is_kept[is_ink].all()


@pytest.mark.long
def test_few_tags_of_a_page_stand_off():
    image, lines = page(60)
    found = placed(tags(lines), image.size, image=image)
    assert sum(place.line is not None for place in found) <= 12


def test_a_tag_stands_beside_its_region():
    region = regions.box(60, 60, 140, 110)
    (place,) = placed(tags([region]), SIZE)
    assert place.line is None
    assert not meet(place.plate, region)
    assert place.plate.bottom in range(52, 61)


def test_a_tag_stands_at_a_turned_region_not_at_the_corner_of_its_box():
    """Audit, 5: the number of a turned sign."""
    sign = regions.polygon([(40, 60), (150, 20), (160, 50), (50, 90)])
    (place,) = placed(tags([sign]), SIZE)
    assert place.line is None
    middle = (place.plate.left + place.plate.right) / 2, (place.plate.top + place.plate.bottom) / 2
    nearest = sign.mask(SIZE).nearest(*middle)
    assert abs(nearest.x - middle[0]) + abs(nearest.y - middle[1]) < 20


def test_a_tag_that_stands_off_has_a_line_to_its_region():
    ring = [regions.box(90, 70, 110, 80)]
    ring += [regions.box(60, 40, 140, 68), regions.box(60, 82, 140, 110)]
    ring += [regions.box(60, 69, 88, 81), regions.box(112, 69, 140, 81)]
    place = placed(tags(ring), SIZE)[0]
    (x0, y0), (x1, y1) = place.line
    assert place.plate.left <= x0 <= place.plate.right
    assert place.plate.top <= y0 <= place.plate.bottom
    assert 86 <= x1 <= 114
    assert 66 <= y1 <= 84


def test_the_nose_and_the_badge_stay_in_sight():
    """Audit, 5: a face with a nose, and a badge, as in scikit-image's astronaut."""
    listed = [
        regions.box(175, 60, 270, 200),
        regions.box(215, 120, 240, 150),
        regions.box(280, 335, 335, 375),
        regions.box(300, 290, 480, 500),
    ]
    found = plates(listed, Size(width=512, height=512))
    assert meetings(found, listed) == []


def test_what_fills_the_picture_is_ground_and_is_no_reason_to_stand_far_off():
    sky, bird = regions.box(0, 0, 200, 148), regions.box(90, 70, 100, 80)
    above, beside = placed(tags([sky, bird]), SIZE)
    assert beside.line is None
    assert not meet(beside.plate, bird)
    assert not meet(above.plate, beside.plate)


def test_where_regions_fill_the_picture_each_tag_hides_part_of_its_own():
    listed = [regions.box(x, 0, x + 50, 150) for x in (0, 50, 100, 150)]
    found = placed(tags(listed), SIZE)
    assert all(place.hides for place in found)
    hidden = [(i, j) for i, p in enumerate(found) for j, r in enumerate(listed) if meet(p.plate, r)]
    assert hidden == [(0, 0), (1, 1), (2, 2), (3, 3)]


def test_even_ground_is_better():
    pixels = np.full((150, 200, 3), 128, dtype=np.uint8)
    pixels[:60, ::2] = 255  # stripes above
    region = regions.box(80, 60, 120, 100)
    (bare,), (striped,) = (plates([region], image=image) for image in (None, Image(pixels=pixels)))
    assert bare.top < 60 <= striped.top


def test_plates_become_smaller_before_they_hide_anything():
    few, many = (plates(scattered(3, n, (10, 30)), LARGE)[0] for n in (5, 200))
    assert many.bottom - many.top < few.bottom - few.top


def test_places_are_the_same_each_time():
    listed = tags([regions.point(50, 50)] * 12)
    assert placed(listed, SIZE) == placed(listed, SIZE)


def test_no_tags_have_no_places():
    assert placed([], SIZE) == ()


def test_more_tags_than_have_room_are_refused():
    with pytest.raises(UsageError, match="no room is left for 60 tags"):
        placed(tags([regions.point(10, 10)] * 60), Size(width=60, height=40))
