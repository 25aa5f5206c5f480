"""A known picture is recognised whole, cropped, resized and marked."""

import io

import numpy as np
import pytest
from PIL import Image as PIL

from deixis.core.image import Image
from deixis.core.images import open_image
from deixis.core.region import box
from deixis.core.size import Size
from deixis.testing.simulated import scene
from deixis.testing.simulated.album import Album

SCREEN = scene(Size(width=1930, height=1070), num_things=12, share=(0.03, 0.08), seed=5)


def photograph(width, height, seed):
    noise = np.random.default_rng(seed).integers(0, 256, (height // 12, width // 12, 3), np.uint8)
    smooth = PIL.fromarray(noise).resize((width, height), PIL.Resampling.BICUBIC)
    return Image(pixels=np.asarray(smooth))


def part(image, left, top, right, bottom, size=None):
    pixels = PIL.fromarray(image.pixels[top:bottom, left:right])
    return Image(pixels=np.asarray(pixels if size is None else pixels.resize(size)))


PHOTOGRAPH = photograph(660, 480, 1)
ALBUM = Album(
    {
        PHOTOGRAPH: [box(100, 120, 200, 300, label="cup")],
        photograph(640, 480, 2): [box(10, 20, 60, 90, label="pen")],
        SCREEN.image: SCREEN.things,
    }
)


def test_a_picture_is_recognised_by_its_pixels():
    seen = ALBUM.sighting(Image(pixels=PHOTOGRAPH.pixels.copy()))
    assert (seen.known.number, seen.window, seen.is_same) == (0, (0, 0, 660, 480), True)


def test_a_crop_of_a_photograph_is_placed_to_the_pixel():
    seen = ALBUM.sighting(part(PHOTOGRAPH, 91, 47, 333, 208))
    assert (seen.known.number, seen.window, seen.is_same) == (0, (91, 47, 333, 208), True)


def test_a_photograph_at_another_size_is_recognised():
    seen = ALBUM.sighting(part(PHOTOGRAPH, 0, 0, 660, 480, size=(330, 240)))
    assert (seen.known.number, seen.is_whole) == (0, True)


@pytest.mark.parametrize("size", [(240, 160), (900, 600)])
def test_a_crop_of_a_scene_at_another_size_is_placed_within_two_pixels(size):
    seen = ALBUM.sighting(part(SCREEN.image, 403, 217, 1003, 617, size=size))
    assert seen.known.number == 2
    assert seen.window == pytest.approx((403, 217, 1003, 617), abs=2)


@pytest.mark.parametrize(
    ("left", "top", "width", "height", "times"),
    [(91, 47, 420, 300, 0.63), (11, 7, 600, 440, 1.37), (205, 160, 150, 110, 1.45)],
)
def test_a_crop_of_a_photograph_at_any_size_is_placed_within_two_pixels(
    left, top, width, height, times
):
    right, bottom = left + width, top + height
    size = (round(width * times), round(height * times))
    seen = ALBUM.sighting(part(PHOTOGRAPH, left, top, right, bottom, size=size))
    assert seen.known.number == 0
    assert seen.window == pytest.approx((left, top, right, bottom), abs=2)


@pytest.mark.parametrize("times", [2, 3, 4])
@pytest.mark.parametrize(("image", "number"), [(PHOTOGRAPH, 0), (SCREEN.image, 2)])
@pytest.mark.parametrize("resample", ["BICUBIC", "NEAREST", "LANCZOS"])
def test_an_enlarged_crop_is_placed_to_the_pixel(times, image, number, resample):
    crop = PIL.fromarray(image.pixels[147:238, 191:333])
    larger = crop.resize((142 * times, 91 * times), PIL.Resampling[resample])
    seen = ALBUM.sighting(Image(pixels=np.asarray(larger)))
    assert (seen.known.number, seen.window) == (number, (191, 147, 333, 238))


def test_what_is_painted_over_is_not_seen():
    pixels = PHOTOGRAPH.pixels.copy()
    pixels[110:310, 90:210] = 128
    assert ALBUM.sighting(Image(pixels=pixels)).visible == ()


def test_a_marked_picture_is_recognised():
    pixels = PHOTOGRAPH.pixels.copy()
    pixels[100:300, 120:124] = (255, 0, 0)
    seen = ALBUM.sighting(Image(pixels=pixels))
    assert (seen.known.number, seen.is_same, seen.change.max() > 50) == (0, False, True)


def test_a_foreign_picture_is_not_recognised():
    album = Album({photograph(240, 180, 3): []})
    assert album.sighting(photograph(150, 130, 7)) is None


def test_places_are_shares_of_what_is_shown():
    seen = ALBUM.sighting(part(PHOTOGRAPH, 50, 20, 250, 420))
    [(thing, shares)] = seen.visible
    assert thing.label == "cup"
    assert shares == pytest.approx((0.25, 0.25, 0.75, 0.7))


def test_a_thing_of_which_less_than_half_is_shown_is_not_seen():
    assert ALBUM.sighting(part(PHOTOGRAPH, 160, 20, 360, 420)).visible == ()


def test_a_crop_is_not_taken_for_another_picture_of_its_size():
    other = photograph(240, 160, 4)
    album = Album({other: [], PHOTOGRAPH: []})
    crop = part(PHOTOGRAPH, 101, 57, 341, 217)
    assert crop.size == other.size
    assert album.sighting(crop).known.number == 1


def test_a_picture_that_was_written_as_jpeg_is_recognised():
    file = io.BytesIO()
    PHOTOGRAPH.pil().save(file, format="JPEG", quality=85)
    seen = ALBUM.sighting(open_image(file.getvalue()))
    assert (seen.known.number, seen.is_whole) == (0, True)


def test_a_picture_of_which_one_part_alone_is_left_is_recognised():
    pixels = np.full_like(PHOTOGRAPH.pixels, 128)
    pixels[120:300, 100:200] = PHOTOGRAPH.pixels[120:300, 100:200]
    seen = ALBUM.sighting(Image(pixels=pixels))
    assert (seen.known.number, seen.is_whole) == (0, True)
    assert [thing.label for thing, _ in seen.visible] == ["cup"]
