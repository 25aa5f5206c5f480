"""Images save, cut, resize and show themselves."""

import io
import sys
import types

import numpy as np
import pytest
from PIL import Image as PIL
from PIL import ImageShow

import deixis as dx
from deixis.core.errors import RegionError, UsageError
from deixis.core.image import Image


def photograph(width=96, height=70):
    across = np.linspace(0, 255, width)[None, :, None]
    down = np.linspace(0, 255, height)[:, None, None]
    pixels = (across + down * [0.2, 0.5, 0.9]) / 2
    return Image(pixels=pixels.astype(np.uint8), source="drawn")


def test_numpy_takes_an_image_as_its_pixels():
    image = dx.open_image("docs/scene.png")
    assert np.asarray(image).shape == (448, 448, 3)  # the audit's own call; it was ()
    assert np.asarray(image) is image.pixels or np.shares_memory(np.asarray(image), image.pixels)
    assert not np.asarray(image).flags.writeable


def test_numpy_gets_a_copy_or_another_type_where_it_asks_for_one():
    image = photograph()
    copy = np.array(image)
    copy[0, 0] = 1
    assert copy.flags.writeable
    assert np.asarray(image, dtype=np.float32).dtype == np.float32
    with pytest.raises(ValueError, match="copy"):
        np.asarray(image, dtype=np.float32, copy=False)


@pytest.mark.parametrize("suffix", ["png", "webp", "jpg", "JPEG", "bmp", "tif", "tiff", "avif"])
def test_the_suffix_tells_the_format(tmp_path, suffix):
    path = tmp_path / f"out.{suffix}"
    photograph().save(str(path))
    with PIL.open(path) as opened:
        expected = {"jpg": "JPEG", "tif": "TIFF"}.get(suffix, suffix.upper())
        assert (opened.format, opened.size) == (expected, (96, 70))
        apart = np.asarray(opened.convert("RGB")).astype(int) - photograph().pixels
    assert abs(apart).mean() < (3 if expected in ("JPEG", "WEBP", "AVIF") else 1e-9)


@pytest.mark.parametrize(
    ("name", "told"), [("out.jgp", "did you mean '.jpg'"), ("out", "in none"), ("out.gif", ".png")]
)
def test_another_suffix_is_refused(tmp_path, name, told):
    with pytest.raises(UsageError, match=told):
        photograph().save(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(UsageError, match="cannot write"):
        photograph().save(tmp_path / "none" / "out.png")


def test_a_picture_that_a_format_cannot_hold_is_told(tmp_path):
    wide = Image(pixels=np.zeros((1, 17_000, 3), np.uint8))
    with pytest.raises(UsageError, match="WEBP takes no picture of 17000x1"):
        wide.save(tmp_path / "wide.webp")


def test_a_crop_holds_all_pixels_that_the_region_touches():
    image = photograph()
    crop = image.crop(dx.box(10.4, 20, 30.1, 40))
    assert np.array_equal(crop.pixels, image.pixels[20:40, 10:31])
    assert image.crop(dx.box(-5, -5, 3, 4).shape).size == dx.Size(width=3, height=4)
    assert image.crop(dx.ellipse(20, 20, 5, 8)).size == dx.Size(width=10, height=16)


def test_a_crop_of_nothing_is_refused():
    with pytest.raises(RegionError, match="outside"):
        photograph().crop(dx.box(200, 0, 210, 10))
    with pytest.raises(UsageError, match="give a box around it"):
        photograph().crop(dx.point(5, 5))


def test_a_resize_keeps_the_proportions_unless_told_otherwise():
    image = photograph()
    assert str(image.resize(width=48).size) == "48x35"
    assert str(image.resize(height=140).size) == "192x140"
    assert str(image.resize(dx.Size(width=7, height=9)).size) == "7x9"
    assert str(image.resize(width=7, height=9).size) == "7x9"
    with pytest.raises(UsageError, match="resize takes a size, or width="):
        image.resize()
    with pytest.raises(UsageError, match="width is a whole number of at least 1, got 0"):
        image.resize(width=0)


def test_a_notebook_shows_the_image_itself_and_large_ones_shrunk():
    with PIL.open(io.BytesIO(photograph()._repr_png_())) as shown:
        assert np.array_equal(np.asarray(shown), photograph().pixels)
    with PIL.open(io.BytesIO(photograph(2000, 300)._repr_png_())) as shown:
        assert shown.size == (800, 120)


def test_show_displays_in_a_notebook(monkeypatch):
    displayed = []
    shell = types.SimpleNamespace(kernel=object())
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: shell))
    display = types.SimpleNamespace(display=displayed.append)
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    image = photograph()
    image.show()
    assert displayed == [image]


def test_show_opens_the_viewer_elsewhere_and_tells_where_there_is_none(monkeypatch):
    seen = []
    monkeypatch.setitem(sys.modules, "IPython", None)
    monkeypatch.setattr(ImageShow, "_viewers", [])
    with pytest.raises(UsageError, match=r"no viewer for pictures: write a file with save\(path\)"):
        photograph().show()

    class Viewer(ImageShow.Viewer):
        def show(self, image, **options):
            seen.append(image.size)
            return 1

    monkeypatch.setattr(ImageShow, "_viewers", [Viewer()])
    photograph().show()
    assert seen == [(96, 70)]
