"""The gallery is what one command makes of today's marks, encodings and dialects."""

import io

import numpy as np
import pytest
from PIL import Image as PIL

import deixis as dx
from deixis.encodings import encodings
from docs import pictures
from docs.site.pages import ROOT

MADE = pictures.pictures()


def as_kept(file):
    return np.asarray(PIL.open(file).convert("RGB")).astype(int)


@pytest.mark.parametrize("name", MADE)
def test_a_picture_is_what_the_command_makes(name):
    kept = as_kept(ROOT / "docs" / name)
    made = as_kept(io.BytesIO(pictures.jpeg(MADE[name])))
    assert kept.shape == made.shape, "python docs/pictures.py writes it anew"
    apart = abs(kept - made).max(axis=-1)  # other versions of Pillow write letters a little apart
    assert (apart > 40).mean() < 0.0005, "python docs/pictures.py writes it anew"


@pytest.mark.parametrize("name", MADE)
def test_a_picture_is_light_and_has_words_for_who_cannot_see_it(name):
    assert (ROOT / "docs" / name).stat().st_size <= 150_000
    gallery = pictures.GALLERY.read_text(encoding="utf-8") + (ROOT / "README.md").read_text()
    assert f"{name})" in gallery
    assert f"![]({name})" not in gallery


def test_the_table_has_every_dialect():
    page = pictures.GALLERY.read_text(encoding="utf-8")
    assert pictures.with_table(page) == page, "python docs/pictures.py writes it anew"
    assert all(f"| `{name}` |" in page for name in dx.dialects.names())


def test_every_encoding_is_shown():
    assert set(pictures.ENCODINGS) == set(encodings.names())
