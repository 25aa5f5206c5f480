from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PIL

from deixis.core import region as regions
from deixis.core.errors import NoRoomError, UsageError
from deixis.core.image import Image
from deixis.core.size import Size
from deixis.marks import NAMED, color_of
from deixis.marks.primitives import Window
from deixis.marks.tag import TAG_VERSION, Tag, TagPlace, draw_tags, lettered, numbered, plate_size
from deixis.marks.tagging import draw_tagged, tagged_copy
from tests.marks.regions import ground

GOLDEN = Path(__file__).parent / "goldens" / f"tags-{TAG_VERSION}.png"


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
        Tag(text=text, region=regions.point(1, 1), color=color_of("red"))


def test_numbers_and_letters_go_on():
    assert numbered(3) == ["1", "2", "3"]
    assert [lettered(703)[i] for i in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


@pytest.mark.parametrize("name", NAMED)
def test_letters_are_read_on_every_colour(name):
    """WCAG's contrast for large text is 3 : 1."""
    tag = Tag(text="8", region=regions.point(1, 1), color=color_of(name))
    bright, dark = sorted((luminance(tag.ink), luminance(tag.color.rgb)), reverse=True)
    assert (bright + 0.05) / (dark + 0.05) >= 3


def luminance(rgb):
    shares = np.array(rgb) / 255
    linear = np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def test_letters_keep_their_holes():
    plate = Window(left=10, top=10, right=90, bottom=90)
    tag = Tag(text="0", region=regions.point(1, 1), color=color_of("red"))
    pixels = draw_tags(ground(), [tag], [TagPlace(plate=plate)]).pixels
    assert tuple(pixels[50, 50]) == (255, 0, 0)  # within the zero
    assert (pixels[50, 10:90] == tag.ink).all(axis=1).sum() > 10


def test_drawing_tags_alters_nothing_else():
    image = ground()
    plate = Window(left=10, top=10, right=40, bottom=30)
    tag = Tag(text="B", region=regions.point(1, 1), color=color_of("gold"))
    changed = (draw_tags(image, [tag], [TagPlace(plate=plate)]).pixels != image.pixels).any(axis=2)
    changed[10:30, 10:40] = False
    assert not changed.any()
    assert image == ground()


def test_a_line_runs_from_the_plate_in_its_colour():
    place = TagPlace(plate=Window(left=10, top=10, right=40, bottom=30), line=((40, 20), (90, 20)))
    tag = Tag(text="B", region=regions.point(1, 1), color=color_of("gold"))
    pixels = draw_tags(ground(), [tag], [place]).pixels
    assert tuple(pixels[20, 70]) == tag.color.rgb
    assert tuple(pixels[18, 70]) == tag.ink  # its casing


def test_an_outline_hides_nothing_of_a_box():
    image = ground()
    drawn = draw_tagged(image, [("1", regions.box(40, 40, 100, 60))]).pixels
    assert (drawn[40:60, 40:100] == image.pixels[40:60, 40:100]).all()
    assert (drawn[39, 40:100] == (255, 0, 0)).all()


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
