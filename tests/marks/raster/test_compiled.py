"""The compiled half of the renderer gives the bytes that numpy gives."""

import ctypes
import shutil
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image as PIL

from deixis.core import region as regions
from deixis.core.errors import RegionError, UsageError
from deixis.core.size import Size
from deixis.marks import Mark, Style, draw, render, shapes
from deixis.marks.primitives import BorderInk, Filled, Layer, Lines, Oval, Rim, Rings
from deixis.marks.raster import compiled
from deixis.marks.raster.blend import blend
from deixis.marks.raster.compiled import blend_layers, is_compiled
from deixis.marks.raster.packed import FRAME, MASK, OUTLINES, OVAL
from deixis.marks.raster.rasterise import coverage_pieces
from deixis.marks.render import draw_ink
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


def layer_of(ink, alpha=200):
    return Layer(ink=ink, rgb=RED, alpha=alpha)


def by_both(pixels, ink, alpha=200):
    """The picture as the compiled half draws it, and as numpy does."""
    one, other = pixels.copy(), pixels.copy()
    assert blend_layers(one, (layer_of(ink, alpha),)) == 1
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
            layers = mark.layers(Size(width=width, height=height))
        except RegionError:
            continue
        one, other = pixels.copy(), pixels.copy()
        if blend_layers(one, layers) < len(layers):
            continue
        for layer in layers:
            for piece in coverage_pieces(layer.ink, Size(width=width, height=height)):
                blend(other, piece, layer.rgb, layer.alpha)
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


@pytest.mark.long
@needs_it
def test_both_halves_draw_the_same_bytes():
    assert check_both_halves(300, seed=1) > 150


@needs_it
@pytest.mark.long
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
        BorderInk(x0=3, y0=2, x1=3, y1=9, width=1),
        BorderInk(x0=0, y0=0, x1=60, y1=7, width=5),
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
    assert not blend_layers(pixels, (layer_of(far),))
    assert not blend_layers(pixels, (layer_of(Rings(rings=(), lines=(thin, thick))),))
    assert not blend_layers(pixels[:, ::2], (layer_of(thin),))
    frozen = pixels.copy()
    frozen.flags.writeable = False
    assert not blend_layers(frozen, (layer_of(thin),))
    assert np.array_equal(pixels, before)


def test_a_mask_of_another_picture_is_refused():
    mask = regions.mask(np.ones((4, 5), dtype=bool))
    ink = Mark(shape="mask", region=mask).ink(Size(width=5, height=4))
    pixels = ground(61, 23).pixels.copy()
    assert not blend_layers(pixels, (layer_of(ink),))


PATH = ((3.0, 3.0), (9.0, 9.0))
NAN, INF = float("nan"), float("inf")


@pytest.fixture(params=["compiled", "numpy"])
def either_half(request, monkeypatch):
    if request.param == "numpy":
        monkeypatch.setattr(compiled, "_library", lambda: None)
    return request.param


@pytest.mark.usefixtures("either_half")
@pytest.mark.parametrize(
    "ink",
    [
        lambda: BorderInk(x0=-1, y0=0, x1=9, y1=9, width=1),
        lambda: BorderInk(x0=0, y0=-5, x1=9, y1=9, width=1),
        lambda: BorderInk(x0=0, y0=0, x1=62, y1=9, width=1),
        lambda: BorderInk(x0=0, y0=0, x1=9, y1=10**6, width=1),
        lambda: BorderInk(x0=2**64, y0=0, x1=2**64 + 9, y1=9, width=1),
        lambda: BorderInk(x0=0, y0=0, x1=9, y1=9, width=-3),
        lambda: Oval(cx=NAN, cy=3.0, rx=4.0, ry=5.0),
        lambda: Oval(cx=3.0, cy=INF, rx=4.0, ry=5.0),
        lambda: Oval(cx=3.0, cy=3.0, rx=NAN, ry=5.0, is_filled=True),
        lambda: Oval(cx=3.0, cy=3.0, rx=4.0, ry=-5.0),
        lambda: Oval(cx=3.0, cy=3.0, rx=4.0, ry=5.0, width=NAN),
        lambda: Lines(paths=((),), width=3.0),
        lambda: Lines(paths=(PATH, ()), width=3.0, are_closed=True),
        lambda: Lines(paths=(PATH,), width=0.0),
        lambda: Lines(paths=(PATH,), width=NAN),
        lambda: Lines(paths=((*PATH, (NAN, 3.0)),), width=3.0),
        lambda: Lines(paths=((*PATH, (3.0, INF)),), width=3.0),
        lambda: Rings(rings=((),)),
        lambda: Rings(rings=((*PATH, (1.0, 8.0)), ())),
        lambda: Rings(rings=((*PATH, (-INF, 8.0)),)),
        lambda: Rim(mask=regions.mask(np.ones((23, 61), dtype=bool)).shape, radius=NAN),
        lambda: Rim(mask=regions.mask(np.ones((23, 61), dtype=bool)).shape, radius=-2.0),
        lambda: Rim(mask=regions.mask(np.ones((23, 61), dtype=bool)).shape, radius=900.0),
        lambda: Filled(mask=regions.mask(np.ones((61, 23), dtype=bool)).shape),
    ],
)
def test_an_ink_that_is_none_is_refused_and_nothing_is_drawn(ink):
    pixels = ground(61, 23).pixels.copy()
    before = pixels.copy()
    with pytest.raises(RegionError):
        draw_ink(pixels, ink(), RED, 200)
    assert np.array_equal(pixels, before)


@pytest.mark.usefixtures("either_half")
@pytest.mark.parametrize(
    ("pixels", "alpha"),
    [
        (np.zeros((23, 61, 1), dtype=np.uint8), 200),
        (np.zeros((23, 61, 4), dtype=np.uint8), 200),
        (np.zeros((23, 61), dtype=np.uint8), 200),
        (np.zeros((0, 61, 3), dtype=np.uint8), 200),
        (np.zeros((23, 122, 3), dtype=np.uint8)[:, ::2], 200),
        (np.zeros((23, 61, 3), dtype=np.uint16), 200),
        (np.zeros((23, 61, 3), dtype=np.uint8), 256),
        (np.zeros((23, 61, 3), dtype=np.uint8), -1),
    ],
)
def test_what_is_no_picture_or_no_alpha_is_refused(pixels, alpha):
    with pytest.raises(UsageError):
        draw_ink(pixels, Lines(paths=(PATH,), width=3.0), RED, alpha)
    assert not pixels.any()


def test_a_pens_empty_list_of_paths_draws_nothing():
    pixels = ground(61, 23).pixels.copy()
    draw_ink(pixels, Lines(paths=(), width=3.0), RED, 200)
    assert np.array_equal(pixels, ground(61, 23).pixels)


def _records():
    """For each kind of ink: how it is packed, the right values, and places and values that are
    wrong there.
    """
    ends = (ctypes.c_int64 * 2)(5, 9)
    back = (ctypes.c_int64 * 2)(9, 5)
    far = (ctypes.c_int64 * 2)(5, 49)
    places = (ctypes.c_double * 6)(1, 1, 5, 1, 1, 4)
    counts, none = (ctypes.c_int64 * 1)(3), (ctypes.c_int64 * 1)(0)
    disc = (ctypes.c_double * 6)(1, 0, 0, 1, -1, -1)
    nowhere = (ctypes.c_double * 6)(1, 1, NAN, 1, 1, 4)
    _KEPT.extend((ends, back, far, places, counts, none, disc, nowhere))
    at = {id(one): ctypes.addressof(one) for one in _KEPT}
    inked = [(0, 9), (1, 1 << 24), (1, -1), (2, 257), (2, -1)]
    frames = [(3, -1), (4, -1), (5, 9), (6, 7), (7, -1)]
    yield FRAME, [0, 0xFF0000, 200, 0, 0, 8, 6, 1], inked + frames
    ovals = [(4, NAN), (5, INF), (6, NAN), (6, -1.0), (7, -INF), (8, NAN), (8, -1.0)]
    yield OVAL, [1, 0xFF0000, 200, 0, 4.0, 3.0, 2.0, 2.0, 1.0], inked + ovals
    masks = [(5, 0), (5, at[id(back)]), (5, at[id(far)]), (4, NAN), (4, 1e9)]
    yield MASK, [3, 0xFF0000, 200, 2, 2.0, at[id(ends)]], inked + masks
    lists = [at[id(places)], at[id(counts)], at[id(disc)]]
    lines = [2, 0xFF0000, 200, 0, 1, 0, 3, 1.5, *lists]
    wrong = [(3, -1), (4, -1), (6, 2), (6, -1), (7, 0.0), (7, NAN), (9, 0), (10, 0)]
    lost = [(8, at[id(nowhere)]), (9, at[id(none)])]
    yield OUTLINES, lines, inked + wrong + lost
    yield OUTLINES, [*lines[:3], 1, 0, *lines[5:]], lost


_KEPT: list[object] = []  # memory that only addresses lead to


@needs_it
@pytest.mark.parametrize("number", range(5))
def test_the_library_itself_refuses_what_leads_out_of_memory(number):
    kind, right, wrong = list(_records())[number]
    layers, pixels = compiled._library().layers, (ctypes.c_uint8 * (3 * 8 * 6))()
    for place, value in wrong:
        record = kind.pack(*right[:place], value, *right[place + 1 :])
        assert layers(pixels, 8, 6, record, 1) == 0, (kind.format, place, value)
    record = kind.pack(*right)
    for canvas in ((None, 8, 6), (pixels, 0, 6), (pixels, 8, -1)):
        assert layers(*canvas, record, 1) == 0
    assert not any(pixels)
    assert layers(pixels, 8, 6, record, 1) == 1


@needs_it
def test_lines_around_one_mask_are_drawn_over_one_another():
    inside = np.random.default_rng(4).random((90, 130)) < 0.001
    inside[20:50, 40:110] = True
    mask = regions.mask(inside).shape
    radii = (5.0, 2.0, 7.5, 0.0)
    layers = [
        Layer(ink=Rim(mask=mask, radius=r), rgb=(9 * int(r), 3, 90), alpha=200) for r in radii
    ]
    layers.insert(2, Layer(ink=Filled(mask=mask), rgb=(0, 250, 3), alpha=77))
    one, other = ground(130, 90).pixels.copy(), ground(130, 90).pixels.copy()
    assert blend_layers(one, layers) == len(layers)
    for layer in layers:
        for piece in coverage_pieces(layer.ink, Size(width=130, height=90)):
            blend(other, piece, layer.rgb, layer.alpha)
    assert np.array_equal(one, other)


@needs_it
def test_layers_that_numpy_has_to_lay_keep_their_order(monkeypatch):
    thin, thick = (Lines(paths=(((3.0, 3.0), (50.0, 9.0)),), width=float(w)) for w in (3, 9))
    inks = [Rings(rings=(), lines=(thin, thick)), thick, Rings(rings=(), lines=(thick, thin)), thin]
    layers = [Layer(ink=ink, rgb=(60 * n, 3, 90), alpha=200) for n, ink in enumerate(inks * 6)]
    one, other = ground(61, 23).pixels.copy(), ground(61, 23).pixels.copy()
    render._lay(one, layers, Size(width=61, height=23))
    monkeypatch.setattr(compiled, "_library", lambda: None)
    render._lay(other, layers, Size(width=61, height=23))
    assert np.array_equal(one, other)


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


@needs_it
def test_outlines_in_many_bands_are_drawn_the_same():
    turns = np.linspace(0, 2 * np.pi, 3000, endpoint=False)
    reach = 1 + 0.2 * np.random.default_rng(0).random(turns.size)
    places = np.stack((450 + 330 * reach * np.cos(turns), 400 + 330 * reach * np.sin(turns)), 1)
    ring = tuple((x, y) for x, y in places.tolist())
    for ink in (Rings(rings=(ring,)), Lines(paths=(ring,), width=5.0, are_closed=True)):
        one, other = by_both(ground(900, 800).pixels, ink)
        assert np.array_equal(one, other)


@pytest.mark.parametrize("shape", ["contour", "mask"])
def test_a_mark_that_would_take_minutes_is_refused_with_the_bound(shape):
    places = np.random.default_rng(0).random((40_000, 2)) * 4000
    mark = Mark(shape=shape, region=regions.polygon(places.tolist()))
    with pytest.raises(RegionError, match="134217728 are drawn: give its region fewer points"):
        mark.ink(Size(width=4000, height=4000))


@pytest.mark.long
def test_a_polygon_of_many_short_sides_is_drawn():
    turns = np.linspace(0, 2 * np.pi, 200_000, endpoint=False)
    places = np.stack((2000 + 1900 * np.cos(turns), 2000 + 1900 * np.sin(turns)), 1)
    Mark(shape="contour", region=regions.polygon(places.tolist())).ink(
        Size(width=4000, height=4000)
    )
