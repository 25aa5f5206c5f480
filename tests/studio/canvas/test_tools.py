"""Every tool makes its region by the mouse, by a finger, and by keys alone."""

import numpy as np
import pytest

from deixis.core import region_json

pytestmark = pytest.mark.long

# tool -> the places that it is drawn by; those that follow no way are clicked
DRAWN = {
    "box": [(100, 80), (300, 200)],
    "point": [(210, 99)],
    "ellipse": [(100, 80), (300, 200)],
    "polygon": [(100, 80), (300, 100), (280, 220), (120, 200), (100, 80)],
    "lasso": [(100, 80), (300, 90), (280, 220), (120, 200)],
    "scribble": [(100, 80), (200, 160), (300, 90)],
    "brush": [(100, 80), (200, 80)],
    "arrow": [(300, 200), (210, 99)],
}
CLICKED = ("point", "polygon")


def check(region, tool, off):
    """The region is what its places say, as our own reader has it."""
    read = region_json.from_record({key: one for key, one in region.items() if key != "encoding"})
    if tool == "box":
        assert region["box"] == pytest.approx([100, 80, 300, 200], abs=off)
    elif tool == "ellipse":
        assert region["ellipse"] == pytest.approx([200, 140, 100, 60, 0], abs=off)
    elif tool in ("point", "arrow"):
        assert region["point"] == pytest.approx([210, 99], abs=off)
        assert region.get("encoding") == ("arrow" if tool == "arrow" else None)
    elif tool == "polygon":
        assert np.allclose(region["rings"], [DRAWN["polygon"][:-1]], atol=off)
    elif tool in ("lasso", "scribble"):
        found = region["rings"][0] if tool == "lasso" else region["points"]
        for place in DRAWN[tool]:
            assert min(np.hypot(*np.subtract(found, place).T)) <= off + 0.5
        assert len(found) < 40
    else:
        box = read.box()
        assert box.x0 < 95 < 205 < box.x1
        assert box.y0 < 75 < 85 < box.y1
        assert read.mask((620, 410)).to_array()[80, 150]


@pytest.mark.parametrize("tool", DRAWN)
def test_a_tool_draws_by_mouse(tried, tool):
    tried.click_tool(tool)
    if tool in CLICKED:
        tried.click(*DRAWN[tool])
    else:
        tried.drag(*DRAWN[tool])
    check(tried.only, tool, 0.01)
    assert tried.do("canvas.selected.length") == 1


@pytest.mark.parametrize("tool", DRAWN)
def test_a_tool_draws_by_touch(fingers, tool):
    fingers.click_tool(tool)
    if tool in CLICKED:
        for place in DRAWN[tool]:
            fingers.touch([place])
    else:
        fingers.touch(DRAWN[tool])
    check(fingers.only, tool, 0.01)


@pytest.mark.parametrize("tool", DRAWN)
def test_a_tool_draws_by_keys_alone(tried, tool):
    tried.to_stage()
    tried.press(
        tried.do("tool => canvas.toolbar.buttons.get(tool).querySelector('kbd').textContent", tool)
    )
    assert tried.do("canvas.tool") == tool
    for at, place in enumerate(DRAWN[tool]):
        tried.aim(*place)
        if tool in CLICKED or at in (0, len(DRAWN[tool]) - 1):
            tried.press("Enter")
    check(tried.only, tool, 0)


@pytest.mark.parametrize("how", ["mouse", "touch", "keys"])
def test_the_eraser_takes_away_from_a_mask(opened, how):
    tried = opened(has_touch=how == "touch")
    tried.do("canvas.tool = 'brush'; canvas.stage.brush = 60")
    tried.drag((100, 100), (300, 100))
    before = region_json.from_record(tried.only)
    tried.to_stage()
    tried.press("x")
    if how == "keys":
        for place in ((200, 40), (200, 160)):
            tried.aim(*place)
            tried.press("Enter")
    else:
        {"mouse": tried.drag, "touch": lambda *places: tried.touch(places)}[how](
            (200, 40), (200, 160)
        )
    after = region_json.from_record(tried.only)
    assert 0 < after.area < before.area
    held, rest = (one.mask((620, 410)).to_array() for one in (before, after))
    assert not rest[100, 200]
    assert rest[100, 110]
    assert not (rest & ~held).any()
    assert tried.errors == []


def test_erasing_all_of_a_mask_removes_it(tried):
    tried.do("canvas.tool = 'brush'")
    tried.drag((100, 100), (110, 100))
    tried.do("canvas.tool = 'eraser'; canvas.stage.brush = 200")
    tried.drag((90, 100), (120, 100))
    assert tried.regions == {}


def test_a_mask_of_the_brush_is_written_as_ours(tried):
    tried.do("canvas.tool = 'brush'")
    tried.drag((0, 0), (120, 300), (600, 405))
    tried.drag((0, 409), (50, 380))
    record = tried.only
    assert region_json.to_record(region_json.from_record(record)) == record  # already canonical


def test_a_box_is_clicked_corner_by_corner(tried):
    tried.do("canvas.tool = 'box'")
    tried.click((300, 200), (100, 80))
    assert tried.only["box"] == pytest.approx([100, 80, 300, 200], abs=0.01)


def test_shift_makes_a_square(tried):
    tried.do("canvas.tool = 'box'")
    tried.drag((100, 80), (300, 200), keys=["Shift"])
    x0, y0, x1, y1 = tried.only["box"]
    assert x1 - x0 == pytest.approx(y1 - y0)


def test_a_place_goes_to_the_picture_s_edge_unless_alt_is_held(tried):
    tried.do("canvas.tool = 'box'")
    tried.drag((2, 3), (618.5, 100))
    assert tried.only["box"][0::2] == [0, 620]
    assert tried.only["box"][1] == 0
    tried.press("Control+z")
    tried.drag((2, 3), (618.5, 100), keys=["Alt"])
    assert tried.only["box"] == pytest.approx([2, 3, 618.5, 100], abs=0.01)


def test_nothing_is_drawn_beyond_the_picture(tried):
    tried.do("canvas.tool = 'box'")
    tried.drag((-8, 100), (640, 150))
    assert tried.only["box"][0::2] == [0, 620]


def test_a_polygon_is_closed_by_a_double_click_or_enter_and_loses_corners_by_backspace(tried):
    tried.do("canvas.tool = 'polygon'")
    tried.click((100, 80), (300, 100), (500, 300))
    tried.press("Backspace")
    tried.click((280, 220), (120, 200))
    tried.press("Enter")
    assert np.allclose(
        tried.only["rings"], [[(100, 80), (300, 100), (280, 220), (120, 200)]], atol=0.01
    )
    tried.do("canvas.regions = {}")
    tried.click((100, 80), (300, 100))
    tried.click((280, 220), click_count=2)
    assert np.allclose(tried.only["rings"], [[(100, 80), (300, 100), (280, 220)]], atol=0.01)


def test_escape_leaves_what_is_being_drawn(tried):
    tried.do("canvas.tool = 'polygon'")
    tried.click((100, 80), (300, 100))
    tried.press("Escape")
    assert tried.do("canvas.stage.tool.pending") is False
    assert tried.heard("leave") == []
    tried.press("Escape")
    assert len(tried.heard("leave")) == 1
    assert tried.regions == {}


def test_a_second_finger_takes_back_what_the_first_began(fingers):
    fingers.do("canvas.tool = 'box'")
    scale = fingers.do("canvas.stage.view.scale")
    fingers.pinch((200, 200), 40, 120)
    assert fingers.regions == {}
    assert fingers.do("canvas.stage.view.scale") == pytest.approx(3 * scale, rel=0.02)
    assert fingers.do("canvas.stage.view.toStage({x: 200, y: 200})") == pytest.approx(
        fingers.middle, abs=1.5
    )


def test_a_finger_pans_where_there_is_nothing_to_select(fingers):
    fingers.do("canvas.tool = 'select'")
    before = fingers.do("canvas.stage.view.x")
    fingers.touch([(200, 200), (230, 200), (260, 200)])
    assert fingers.do("canvas.stage.view.x") - before == pytest.approx(
        60 * fingers.do("canvas.stage.view.scale"), abs=1
    )


def test_the_magnifier_is_shown_while_a_finger_places(fingers):
    fingers.do("canvas.tool = 'box'")
    seen = []
    fingers.touch(
        [(200, 200), (260, 260)],
        during=lambda: seen.append(fingers.do("canvas.stage.magnifier.canvas.hidden")),
    )
    assert seen[-1] is False
    assert fingers.do("canvas.stage.magnifier.canvas.hidden") is True


def test_enter_is_done_where_nothing_is_begun(tried):
    tried.to_stage()
    tried.press("Enter")
    assert len(tried.heard("done")) == 1
    tried.press("ArrowRight", "Control+Enter")
    assert len(tried.heard("done")) == 2


def test_keys_are_changeable_and_shown(opened):
    tried = opened(options={"keys": {"box": "r"}, "tools": ["select", "box"]})
    button = tried.page.get_by_role("button", name="Box", exact=True)
    assert button.locator("kbd").text_content() == "R"
    tried.to_stage()
    tried.press("b")
    assert tried.do("canvas.tool") == "select"
    tried.press("r")
    assert button.get_attribute("aria-pressed") == "true"
    tried.press("p")  # a tool that this canvas lacks
    assert tried.do("canvas.tool") == "box"
