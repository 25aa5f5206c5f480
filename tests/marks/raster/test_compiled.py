"""The compiled half of the renderer gives the bytes that numpy gives."""

import shutil
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image as PIL

from deixis.core import region as regions
from deixis.core.errors import RegionError
from deixis.core.size import Size
from deixis.marks import Mark, Style, draw, shapes
from deixis.marks.ink import Frame, Lines, Oval, Rings
from deixis.marks.raster import compiled
from deixis.marks.raster.blend import blend, strength_of
from deixis.marks.raster.compiled import blend_compiled, is_compiled
from deixis.marks.raster.rasterise import coverage_pieces
from tests.broken_library import WAYS, broken_library
from tests.marks.random_marks import random_picture_and_mark
from tests.marks.regions import ground, marks_of
from tests.marks.test_goldens import golden_path

needs_it = pytest.mark.skipif(not is_compiled(), reason="the compiled half was not built")
RED = (255, 3, 90)


@pytest.fixture
def numpy_alone(monkeypatch):
    monkeypatch.setattr(compiled, "_library", lambda: None)


@pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler")
def test_it_is_built_where_there_is_a_compiler():
    assert is_compiled()


def by_both(pixels, ink, alpha=200):
    """The picture as the compiled half draws it, and as numpy does."""
    one, other = pixels.copy(), pixels.copy()
    assert blend_compiled(one, ink, RED, strength_of(alpha))
    height, width, _ = pixels.shape
    for piece in coverage_pieces(ink, Size(width=width, height=height)):
        blend(other, piece, RED, alpha)
    return one, other


def check_both_halves(count, seed):
    """Random marks, most on small pictures, some on large ones; how many were drawn by both."""
    generator = np.random.default_rng(seed)
    num_drawn = 0
    for number in range(count):
        image, mark = random_picture_and_mark(generator)
        pixels = image.pixels
        if number % 20 == 0:  # in several bands, by other roundings
            height, width = generator.integers(300, 1100, 2).tolist()
            pixels = generator.integers(0, 256, (height, width, 3), dtype=np.uint8)
            mark = Mark(shape=mark.shape, region=_large(generator, width, height), style=mark.style)
        height, width, _ = pixels.shape
        try:
            ink = mark.ink(Size(width=width, height=height))
        except RegionError:
            continue
        one, other = pixels.copy(), pixels.copy()
        if not blend_compiled(one, ink, RED, strength_of(mark.alpha)):
            continue
        for piece in coverage_pieces(ink, Size(width=width, height=height)):
            blend(other, piece, RED, mark.alpha)
        assert np.array_equal(one, other), (mark, pixels.shape)
        num_drawn += 1
    return num_drawn


def _large(generator, width, height):
    kind = int(generator.integers(4))
    (x0, x1), (y0, y1) = np.sort(generator.random((2, 2))) * np.array([[width], [height]])
    if kind == 0:
        return regions.box(float(x0), float(y0), float(x1), float(y1))
    if kind == 1:
        places = generator.random((7, 2)) * (width, height)
        return regions.polygon(places.tolist())
    if kind == 2:
        radii = (max(float(x1 - x0), 1) / 2, max(float(y1 - y0), 1) / 2)
        return regions.ellipse(float(x0 + x1) / 2, float(y0 + y1) / 2, *radii)
    inside = generator.random((height, width)) < generator.choice([0.001, 0.5, 0.99])
    inside[0, 0] = True
    return regions.mask(inside)


@needs_it
def test_both_halves_draw_the_same_bytes():
    assert check_both_halves(300, seed=1) > 150


@needs_it
@pytest.mark.slow
def test_so_they_do_five_thousand_times():
    """In a process of its own, where types are not checked at every call."""
    code = (
        "from tests.marks.raster.test_compiled import check_both_halves as c; "
        "print(c(5_000, seed=2))"
    )
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 2_500


@needs_it
@pytest.mark.parametrize(
    "ink",
    [
        Frame(x0=3, y0=2, x1=3, y1=9, width=1),
        Frame(x0=0, y0=0, x1=60, y1=7, width=5),
        Oval(cx=20.0, cy=10.0, rx=0.0, ry=0.0, width=3.0),
        Oval(cx=-50.0, cy=10.0, rx=60.0, ry=9.0, width=1.0),
        Oval(cx=900.0, cy=10.0, rx=6.0, ry=9.0, width=1.0),
        Lines(paths=(((3.0, 3.0),), ((9.0, 9.0), (9.001, 9.0), (40.0, 9.0))), width=4.5),
        Lines(paths=(((3.0, 3.0), (50.0, 3.0), (50.0, 3.01), (3.0, 3.0)),), width=4.0),
        Rings(rings=(((1.0, 1.0), (30.0, 1.0), (1.0, 15.0), (30.0, 15.0)),)),  # crosses itself
        Rings(rings=(((1.0, 900.0), (30.0, 901.0), (1.0, 950.0)),)),  # below the picture
        Rings(rings=()),
    ],
)
def test_strange_inks_are_drawn_the_same(ink):
    one, other = by_both(ground(61, 23).pixels, ink)
    assert np.array_equal(one, other)


@needs_it
def test_what_it_does_not_draw_is_left_as_it_was():
    pixels = ground(61, 23).pixels.copy()
    before = pixels.copy()
    far = Rings(rings=(((1.0, 1.0), (1e7, 1.0), (1.0, 15.0)),))
    thin, thick = (
        Lines(paths=(((3.0, 3.0), (9.0, 9.0)),), width=width, are_closed=False) for width in (1, 5)
    )
    assert not blend_compiled(pixels, far, RED, 256)
    assert not blend_compiled(pixels, Rings(rings=(), lines=(thin, thick)), RED, 256)
    assert not blend_compiled(pixels[:, ::2], thin, RED, 256)
    frozen = pixels.copy()
    frozen.flags.writeable = False
    assert not blend_compiled(frozen, thin, RED, 256)
    assert np.array_equal(pixels, before)


def test_a_mask_of_another_picture_is_refused():
    mask = regions.mask(np.ones((4, 5), dtype=bool))
    ink = Mark(shape="mask", region=mask).ink(Size(width=5, height=4))
    pixels = ground(61, 23).pixels.copy()
    assert not blend_compiled(pixels, ink, RED, 256)


@pytest.mark.usefixtures("numpy_alone")
@pytest.mark.parametrize("shape", shapes.names())
def test_numpy_alone_draws_the_goldens_as_well(shape):
    assert not is_compiled()
    golden = np.asarray(PIL.open(golden_path(shape)))
    assert np.array_equal(draw(ground(), marks_of(shape)).pixels, golden)


@pytest.mark.parametrize("what", WAYS)
def test_a_library_that_is_not_there_or_broken_is_done_without(what, tmp_path):
    with broken_library(what, tmp_path, compiled, compiled._library):
        assert not is_compiled()
        style = Style(alpha=255)
        draw(ground(), [Mark(shape="rectangle", region=regions.box(3, 3, 40, 20), style=style)])
