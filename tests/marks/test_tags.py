from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as PIL

from deixis.core import region as regions
from deixis.core.errors import NoRoomError, UsageError
from deixis.core.image import Image
from deixis.core.size import Size
from deixis.marks import NAMED, VERSION, colour_of
from deixis.marks.primitives import Window
from deixis.marks.tag import Tag, draw_tags, lettered, numbered, plate_size
from deixis.marks.tag_places import placed
from deixis.marks.tagging import draw_tagged, tagged_copy
from tests.marks.regions import ground

SIZE = Size(width=200, height=150)
GOLDEN = Path(__file__).parent / "goldens" / f"tags-{VERSION}.png"


def tags(listed):
    names = list(NAMED)
    return [
        Tag(text=str(i + 1), region=region, colour=colour_of(names[i % 9]))
        for i, region in enumerate(listed)
    ]


def meet(one, two):
    return (
        one.left < two.right
        and two.left < one.right
        and one.top < two.bottom
        and two.top < one.bottom
    )


def is_inside(window, size):
    across = 0 <= window.left < window.right <= size.width
    return across and 0 <= window.top < window.bottom <= size.height


boxes = st.builds(
    regions.box_xywh,
    st.floats(0, 199),
    st.floats(0, 149),
    st.floats(0, 150),
    st.floats(0, 100),
)
points = st.builds(regions.point, st.floats(0, 199), st.floats(0, 149))


@pytest.mark.long
@settings(max_examples=60, deadline=None)
@given(st.lists(boxes | points, min_size=1, max_size=30))
def test_no_tag_leaves_the_picture_or_meets_another(listed):
    plates = placed(tags(listed), SIZE)
    assert all(is_inside(plate, SIZE) for plate in plates)
    for number, plate in enumerate(plates):
        assert not any(meet(plate, other) for other in plates[:number])


def test_a_tag_lies_in_the_middle_of_a_large_region():
    (plate,) = placed(tags([regions.box(20, 30, 180, 130)]), SIZE)
    assert (plate.left + plate.right) / 2 == pytest.approx(100, abs=1)
    assert (plate.top + plate.bottom) / 2 == pytest.approx(80, abs=1)


def test_a_tag_lies_in_a_mask_even_if_its_boxs_middle_does_not():
    inside = np.ones((150, 200), dtype=bool)
    inside[:, 40:] = False
    inside[110:, :] = True  # an L
    (plate,) = placed(tags([regions.mask(inside)]), SIZE)
    assert inside[plate.top : plate.bottom, plate.left : plate.right].mean() > 0.4


def test_a_tag_lies_beside_a_small_region():
    (plate,) = placed(tags([regions.box(90, 70, 100, 80)]), SIZE)
    assert not meet(plate, Window(left=90, top=70, right=100, bottom=80))


def test_a_tag_does_not_hide_the_middle_of_another_region():
    small = [regions.box(90, 70, 100, 80), regions.box(90, 58, 104, 68)]
    for plate in placed(tags(small), SIZE):
        for x, y in ((95, 75), (97, 63)):
            assert not (plate.left <= x < plate.right and plate.top <= y < plate.bottom)


def test_places_are_the_same_each_time():
    listed = tags([regions.point(50, 50)] * 12)
    assert placed(listed, SIZE) == placed(listed, SIZE)


def test_more_tags_than_have_room_are_refused():
    with pytest.raises(UsageError, match="no room is left for the tag"):
        placed(tags([regions.point(10, 10)] * 60), Size(width=60, height=40))


def test_a_picture_without_room_for_one_is_refused():
    with pytest.raises(UsageError, match="no room for the tag '123'"):
        plate_size("123", Size(width=1, height=1))


def test_a_copy_grows_until_all_tags_have_room_and_no_further():
    image = Image(pixels=np.zeros((6, 9, 3), np.uint8))
    texts = [(str(number), regions.box(1, 1, 5, 4)) for number in range(9)]
    with pytest.raises(NoRoomError):
        draw_tagged(image, texts)
    copy = tagged_copy(image, texts)
    assert copy.size.width % 9 == 0
    assert copy.size.width * 6 == copy.size.height * 9
    with pytest.raises(UsageError, match="a tag is up to three"):  # no size mends this one
        tagged_copy(image, [("????", texts[0][1])])


def test_plates_grow_with_the_picture():
    small, large = (plate_size("7", Size(width=side, height=side)) for side in (336, 1344))
    assert large.height == 4 * small.height


@pytest.mark.parametrize("text", ["", "1a", "1234", "é", " 1", "ABCD"])
def test_a_text_that_is_no_tag_is_refused(text):
    with pytest.raises(UsageError, match="three digits or three letters"):
        Tag(text=text, region=regions.point(1, 1), colour=colour_of("red"))


def test_numbers_and_letters_go_on():
    assert numbered(3) == ["1", "2", "3"]
    assert [lettered(703)[i] for i in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


@pytest.mark.parametrize("name", NAMED)
def test_letters_are_read_on_every_colour(name):
    """WCAG's contrast for large text is 3 : 1."""
    tag = Tag(text="8", region=regions.point(1, 1), colour=colour_of(name))
    bright, dark = sorted((luminance(tag.ink), luminance(tag.colour.rgb)), reverse=True)
    assert (bright + 0.05) / (dark + 0.05) >= 3


def luminance(rgb):
    shares = np.array(rgb) / 255
    linear = np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def test_letters_keep_their_holes():
    plate = Window(left=10, top=10, right=90, bottom=90)
    tag = Tag(text="0", region=regions.point(1, 1), colour=colour_of("red"))
    pixels = draw_tags(ground(), [tag], [plate]).pixels
    assert tuple(pixels[50, 50]) == (255, 0, 0)  # within the zero
    assert (pixels[50, 10:90] == tag.ink).all(axis=1).sum() > 10


def test_drawing_tags_alters_nothing_else():
    image = ground()
    plate = Window(left=10, top=10, right=40, bottom=30)
    tag = Tag(text="B", region=regions.point(1, 1), colour=colour_of("gold"))
    changed = (draw_tags(image, [tag], [plate]).pixels != image.pixels).any(axis=2)
    changed[10:30, 10:40] = False
    assert not changed.any()
    assert image == ground()


def scene():
    inside = np.zeros((110, 150), dtype=bool)
    inside[60:100, 20:80] = True
    listed = [
        regions.box(10, 10, 60, 50),
        regions.mask(inside),
        regions.point(120, 30),
        regions.ellipse(115, 80, 25, 20),
        regions.box(110, 75, 116, 80),
    ]
    return list(zip(lettered(5), listed, strict=True))


def test_tagged_regions_are_drawn_as_their_golden():
    assert np.array_equal(draw_tagged(ground(), scene()).pixels, np.asarray(PIL.open(GOLDEN)))


if __name__ == "__main__":
    draw_tagged(ground(), scene()).pil().save(GOLDEN, optimize=True)
