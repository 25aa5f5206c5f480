"""The letters of tags are those of the font that they were taken from."""

import string

import numpy as np
import pytest

from deixis.marks.letters import UNIT, bent, outline

LETTERS = string.digits + string.ascii_letters


def test_every_letter_of_a_tag_has_an_outline():
    for letter in LETTERS:
        found = outline(letter)
        assert found.rings
        assert found.advance > 0


def test_a_curve_ends_where_it_is_said_to_and_passes_between_its_controls():
    corners = list(bent((0, 0), [(0, 64), (64, 64)], (64, 0)))
    assert len(corners) == 16
    assert corners[7] == (32, 64)
    assert corners[-1] == (64, 0)


def test_a_ring_is_drawn_right_and_down_from_the_baseline():
    (ring,) = outline("l").rings
    assert ring[:, 0].min() >= 0
    assert ring[:, 1].max() == 0
    assert ring[:, 1].min() == -1556 * UNIT


def test_each_outline_is_the_fonts_own_to_the_unit():
    matplotlib = pytest.importorskip("matplotlib")
    pens = pytest.importorskip("fontTools.pens.recordingPen")
    fonts = pytest.importorskip("fontTools.ttLib")
    font = fonts.TTFont(f"{matplotlib.get_data_path()}/fonts/ttf/DejaVuSans-Bold.ttf")
    glyphs, names = font.getGlyphSet(), font.getBestCmap()
    for letter in LETTERS:
        pen = pens.DecomposingRecordingPen(glyphs)
        glyphs[names[ord(letter)]].draw(pen)
        corners = [points[-1] for command, points in pen.value if points]
        found = {tuple(corner) for ring in outline(letter).rings for corner in ring.tolist()}
        assert {(x * UNIT, -y * UNIT) for x, y in corners} <= found
        assert outline(letter).advance == glyphs[names[ord(letter)]].width * UNIT
        assert all(ring.dtype == np.int64 for ring in outline(letter).rings)
