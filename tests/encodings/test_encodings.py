import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deixis.coordinates import dialects
from deixis.core import region as regions
from deixis.core.errors import RegionError, UsageError
from deixis.core.image import Image
from deixis.core.transform import identity
from deixis.encodings import Frame, encodings
from deixis.encodings.cropped import cropped
from deixis.encodings.dimmed import dimmed
from deixis.encodings.masked import masked
from deixis.encodings.said import said

PIXELS = dialects.get("pixels")()


def picture(width=40, height=30):
    generator = np.random.default_rng(3)
    return Image(pixels=generator.integers(0, 256, (height, width, 3), dtype=np.uint8))


def whole(image):
    return Frame(image=image, transform=identity(image.size))


@pytest.mark.parametrize("name", encodings.names())
def test_every_encoding_has_a_phrase_for_every_kind_of_region(name):
    image = picture()
    for region in (
        regions.point(5, 6),
        regions.box(3, 4, 20, 22),
        regions.ellipse(15, 15, 5, 9),
        regions.polygon([(1, 1), (20, 3), (8, 25)]),
        regions.stroke([(2, 2), (30, 20)]),
        regions.mask(np.eye(30, 40, dtype=bool)),
    ):
        encoding = encodings.get(name).of(region)
        frame = encoding.own_picture(image) or whole(encoding.paint(image))
        assert encoding.phrase(frame, PIXELS)


@pytest.mark.parametrize("name", encodings.names())
def test_no_encoding_changes_the_picture_that_it_is_given(name):
    image = picture()
    before = image.pixels.copy()
    encoding = encodings.get(name).of(regions.box(3, 4, 20, 22))
    encoding.paint(image)
    encoding.own_picture(image)
    assert (image.pixels == before).all()


@pytest.mark.parametrize(
    "show",
    [
        lambda region: cropped(region).own_picture(picture()),
        lambda region: dimmed(region).paint(picture()),
    ],
    ids=["cropped", "dimmed"],
)
def test_a_region_outside_of_the_picture_is_refused(show):
    with pytest.raises(RegionError, match="outside"):
        show(regions.box(100, 100, 120, 120))


def test_said_is_in_the_coordinates_of_the_picture_that_is_sent():
    image = picture()
    assert said(regions.box(3, 4, 20, 22)).phrase(whole(image), PIXELS) == "[3, 4, 20, 22]"


boxes = st.builds(
    regions.box_xywh, st.integers(0, 39), st.integers(0, 29), st.integers(0, 60), st.integers(0, 60)
)


@given(boxes, st.floats(0, 3))
def test_a_crop_holds_its_region_and_knows_its_place(region, context):
    image = picture()
    frame = cropped(region, context=context).own_picture(image)
    left, top = (round(v) for v in frame.transform.inverse().xy(0, 0))
    size = frame.image.size
    cut = image.pixels[top : top + size.height, left : left + size.width]
    assert (frame.image.pixels == cut).all()
    inside = frame.transform.box(region.within(image.size).box())
    assert inside.x0 >= 0
    assert inside.y0 >= 0
    assert inside.x1 <= size.width
    assert inside.y1 <= size.height


def test_a_crop_takes_its_share_of_context():
    frame = cropped(regions.box(10, 10, 20, 14), context=0.5).own_picture(picture())
    assert (frame.image.size.width, frame.image.size.height) == (20, 8)


def test_a_crop_is_named_by_its_number_among_several():
    frame = Frame(image=picture(), transform=identity(picture().size), number=2, num_pictures=3)
    assert cropped(regions.point(1, 1)).phrase(frame, PIXELS) == "the object in picture 2"


def test_dimming_leaves_the_region_and_darkens_the_rest():
    image = picture()
    region = regions.ellipse(15, 15, 5, 9)
    painted = dimmed(region, strength=0.5).paint(image).pixels
    inside = region.mask(image.size).to_array()
    assert (painted[inside] == image.pixels[inside]).all()
    assert (painted[~inside] == image.pixels[~inside] // 2).all()


def test_dimming_wholly_is_black():
    image = picture()
    region = regions.box(3, 4, 20, 22)
    painted = dimmed(region, strength=1).paint(image).pixels
    assert not painted[~region.mask(image.size).to_array()].any()


@pytest.mark.parametrize(
    "make",
    [
        lambda: cropped(regions.point(1, 1), context=-1),
        lambda: dimmed(regions.point(1, 1), strength=2),
    ],
    ids=["context", "strength"],
)
def test_a_setting_beyond_its_range_is_refused(make):
    with pytest.raises(UsageError, match="is a number within"):
        make()


def test_masking_leaves_the_region_and_one_colour():
    image = picture()
    shown = masked(regions.box(3, 4, 20, 22), color="#ff0000").paint(image).pixels
    assert (shown[4:22, 3:20] == image.pixels[4:22, 3:20]).all()
    shown = shown.copy()
    shown[4:22, 3:20] = (255, 0, 0)
    assert (shown == (255, 0, 0)).all()
