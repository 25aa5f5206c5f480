import hashlib
import subprocess
import sys

import numpy as np
import pytest

from deixis.core import region as regions
from deixis.core.errors import ImageError, RegionError, UnknownNameError, UsageError
from deixis.core.image import Image
from deixis.core.size import Size
from deixis.marks import (
    Mark,
    Style,
    color_of,
    coverage,
    draw,
    draw_covering,
    draw_over,
    shapes,
)
from tests.marks.random_marks import check_random_marks
from tests.marks.regions import ground, marks_of, one_of_each_kind

LARGE = {
    "arrow": "4c9d72b564058ca7",
    "contour": "2e99a856e71ecaf6",
    "ellipse": "cfc490084de1a150",
    "mask": "baf657b665e012ef",
    "point": "e1fe34c9cbaa7333",
    "rectangle": "7dd375d4f375cecf",
    "scribble": "3641a8307528ce76",
    "triangle": "25d98df5e6a4986a",
}


def large_regions():
    inside = np.zeros((1080, 1920), dtype=bool)
    inside[300:700, 900:1400] = True
    inside[450:500, 1000:1100] = False
    return (
        regions.box(100, 120, 400.4, 320.7),
        regions.mask(inside),
        regions.polygon([(1500, 100), (1850, 300), (1600, 700)]),
    )


@pytest.mark.long
def test_no_random_mark_fails_alters_its_picture_or_touches_what_is_out_of_bounds():
    assert check_random_marks(400, seed=1) > 200


@pytest.mark.long
def test_so_do_twenty_thousand():
    """In a process of its own, where types are not checked at every call."""
    code = "from tests.marks.random_marks import check_random_marks as c; print(c(20_000, seed=2))"
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 10_000


@pytest.mark.parametrize("shape", shapes.names())
def test_large_marks_keep_their_pixels(shape):
    marks = [
        Mark(shape=shape, region=region, style=Style(profile="release", seed=3, alpha=200))
        for region in large_regions()
    ]
    pixels = draw(ground(1920, 1080), marks).pixels
    assert hashlib.sha256(pixels.tobytes()).hexdigest()[:16] == LARGE[shape]


def test_other_processes_draw_the_same():
    code = (
        "from tests.marks.regions import ground, marks_of\n"
        "from deixis.marks import draw, shapes\n"
        "print([draw(ground(), marks_of(name)).sha256 for name in shapes.names()])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    here = [draw(ground(), marks_of(name)).sha256 for name in shapes.names()]
    assert done.stdout.strip() == str(here)


@pytest.mark.parametrize("shape", shapes.names())
def test_a_mark_is_all_its_colour_at_full_alpha_and_nothing_at_none(shape):
    image = ground()
    for region in one_of_each_kind():
        none, full = (
            Mark(shape=shape, region=region, style=Style(alpha=a, profile="plain"))
            for a in (0, 255)
        )
        assert draw(image, [none]) == image
        inked = coverage(full, image.size) == 255
        assert (draw(image, [full]).pixels[inked] == (255, 0, 0)).all()


@pytest.mark.parametrize("shape", shapes.names())
def test_what_a_mark_covers_is_what_it_changes(shape):
    image = Image(pixels=np.full((110, 150, 3), 100, dtype=np.uint8))
    for mark in marks_of(shape):
        pixels = image.pixels.copy()
        covered = draw_covering(pixels, mark)
        assert np.array_equal(covered, coverage(mark, image.size))
        assert np.array_equal(pixels, draw(image, [mark]).pixels)
        changed = (pixels != image.pixels).any(axis=2)
        assert not changed[covered == 0].any()
        assert changed[covered > 8].all()


@pytest.mark.parametrize("shape", shapes.names())
def test_a_mark_is_blended_once_where_it_crosses_itself(shape):
    image = Image(pixels=np.zeros((110, 150, 3), dtype=np.uint8))
    for region in one_of_each_kind():
        mark = Mark(
            shape=shape, region=region, style=Style(alpha=128, width=9, profile="release", seed=5)
        )
        assert draw(image, [mark]).pixels.max() == 128


def test_marks_are_drawn_in_order():
    box = regions.box(10, 10, 60, 60)
    below, above = (
        Mark(shape="mask", region=box, style=Style(alpha=255, color=color_of(name)))
        for name in ("blue", "yellow")
    )
    assert tuple(draw(ground(), [below, above]).pixels[30, 30]) == (255, 255, 0)


def test_drawing_into_an_array_gives_the_same_pixels():
    image = ground()
    pixels = image.pixels.copy()
    marks = marks_of("arrow") + marks_of("contour")
    draw_over(pixels, marks)
    assert np.array_equal(pixels, draw(image, marks).pixels)


def test_nothing_is_drawn_if_one_mark_is_refused():
    pixels = ground().pixels.copy()
    good, bad = regions.box(1, 1, 20, 20), regions.box(900, 900, 950, 950)
    with pytest.raises(RegionError, match="outside"):
        draw_over(pixels, [Mark(shape="mask", region=region) for region in (good, bad)])
    assert np.array_equal(pixels, ground().pixels)


@pytest.mark.parametrize(
    "pixels",
    [np.zeros((4, 5)), np.zeros((4, 5, 4), np.uint8), np.zeros((0, 5, 3), np.uint8)],
    ids=["float", "rgba", "empty"],
)
def test_an_array_that_is_no_picture_is_refused(pixels):
    with pytest.raises(ImageError, match="uint8 of height x width x 3"):
        draw_over(pixels, [])


def test_an_array_that_cannot_be_written_is_refused():
    with pytest.raises(ImageError, match="pass a copy"):
        draw_over(ground().pixels, [])


def test_an_unknown_shape_is_refused_with_the_nearest():
    with pytest.raises(UnknownNameError, match="did you mean 'rectangle'"):
        Mark(shape="rectangel", region=regions.point(1, 1))


def test_a_mask_of_another_size_is_refused():
    mark = Mark(shape="mask", region=regions.mask(np.ones((4, 4), dtype=bool)))
    with pytest.raises(RegionError, match="4x4"):
        draw(ground(), [mark])


def test_pictures_beyond_the_arithmetic_are_refused():
    mark = Mark(shape="mask", region=regions.point(1, 1))
    with pytest.raises(UsageError, match="smaller copy"):
        mark.bounds(Size(width=70_000, height=10))
