"""Every tool makes its region by the mouse, by a finger, and by keys alone."""

import pytest

pytestmark = pytest.mark.long


def near(found, expected, off=0.6):
    return found == pytest.approx(expected, abs=off)


def test_a_box_is_dragged(tried):
    tried.do("canvas.tool = 'box'")
    tried.drag((100, 80), (300, 200))
    assert tried.only["kind"] == "box"
    assert near(tried.only["box"], [100, 80, 300, 200], 0.01)
    assert tried.do("canvas.selected") == ["box1"]


def test_a_box_is_clicked_corner_by_corner(tried):
    tried.do("canvas.tool = 'box'")
    tried.click((300, 200), (100, 80))
    assert near(tried.only["box"], [100, 80, 300, 200], 0.01)


def test_a_point_is_clicked(tried):
    tried.do("canvas.tool = 'point'")
    tried.click((210.5, 99.25))
    assert near(tried.only["point"], [210.5, 99.25], 0.01)
