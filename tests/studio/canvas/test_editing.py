"""Regions are selected, moved, changed, named, ordered and copied, and all of it is undone."""

import io
import json

import numpy as np
import pytest
from PIL import Image

from tests.studio.canvas.conftest import drawn_picture

pytestmark = pytest.mark.long

REGIONS = {
    "cup": {"deixis": "region/1", "kind": "box", "box": [100.25, 80.5, 300, 200], "label": "a cup"},
    "dot": {"kind": "point", "point": [400, 100], "score": 0.5, "source": "person"},
    "oval": {"kind": "ellipse", "ellipse": [450, 250, 80, 40, 20]},
    "leaf": {
        "kind": "polygon",
        "rings": [[[60, 300], [160, 290], [130, 380]], [[200, 300], [260, 300], [230, 360]]],
    },
    "line": {"kind": "stroke", "points": [[320, 330], [360, 350], [400, 330]], "width": 4.5},
    "tip": {"kind": "point", "point": [560, 60], "encoding": "arrow:color=red"},
}
INSIDE = {
    "cup": (200, 140),
    "dot": (400, 100),
    "oval": (450, 250),
    "leaf": (110, 320),
    "line": (360, 350),
    "tip": (560, 60),
}


PASTED = """text => {
    const data = new DataTransfer();
    data.setData('text/plain', text);
    return canvas.paste(data);
}"""
REFUSED = """bad => {
    try {
        canvas.regions = {bad};
        return '';
    } catch (error) {
        return error.message;
    }
}"""


@pytest.fixture
def filled(opened):
    page = opened(regions=REGIONS)
    yield page
    assert page.errors == []


def numbers(region):
    """All its coordinates, flat."""
    values = (
        region.get("point")
        or region.get("box")
        or region.get("ellipse")
        or region.get("points")
        or region["rings"]
    )
    return np.array(
        json.loads("[" + json.dumps(values).replace("[", "").replace("]", "") + "]"), dtype=float
    )


def undone(page, before):
    """The last change is undone and done again."""
    after = page.regions
    assert after != before
    page.to_stage()
    page.press("Control+z")
    assert page.regions == before
    page.press("Control+Shift+z")
    assert page.regions == after
    return after


def test_regions_come_back_as_they_were_set(filled):
    assert json.dumps(filled.regions) == json.dumps(REGIONS)


@pytest.mark.parametrize("name", REGIONS)
def test_each_kind_is_selected_where_it_is_and_moved(filled, name):
    x, y = INSIDE[name]
    filled.click((x, y))
    assert filled.do("canvas.selected") == [name]
    filled.press("Escape")
    # not on a corner's handle, which only what is selected has
    if name == "line":
        x, y = 341, 340.5
    filled.drag((x, y), (x + 20, y + 12))
    after = undone(filled, REGIONS)
    assert {key: one for key, one in after.items() if key != name} == {
        key: one for key, one in REGIONS.items() if key != name
    }
    shift = numbers(after[name]) - numbers(REGIONS[name])
    if name == "oval":
        assert shift == pytest.approx([20, 12, 0, 0, 0], abs=0.02)
    else:
        assert shift == pytest.approx(np.resize([20, 12], shift.size), abs=0.02)
    assert {key: after[name].get(key) for key in ("label", "score", "source", "encoding")} == {
        key: REGIONS[name].get(key) for key in ("label", "score", "source", "encoding")
    }


@pytest.mark.parametrize("handle", ["nw", "n", "ne", "e", "se", "s", "sw", "w"])
def test_a_box_is_resized_by_each_handle(filled, handle):
    filled.do("canvas.select(['cup'])")
    x0, y0, x1, y1 = REGIONS["cup"]["box"]
    x = {"w": x0, "e": x1}.get(handle[-1], (x0 + x1) / 2)
    y = {"n": y0, "s": y1}.get(handle[0], (y0 + y1) / 2)
    filled.drag((x, y), (x + 10, y + 15))
    expected = [
        x0 + 10 * ("w" in handle),
        y0 + 15 * ("n" in handle),
        x1 + 10 * ("e" in handle),
        y1 + 15 * ("s" in handle),
    ]
    assert undone(filled, REGIONS)["cup"]["box"] == pytest.approx(expected, abs=0.02)


def test_an_ellipse_is_stretched_and_turned(filled):
    filled.do("canvas.select(['oval'])")
    cx, cy, rx, ry, angle = REGIONS["oval"]["ellipse"]
    u = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])
    end = np.array([cx, cy]) + rx * u
    filled.drag(tuple(end), tuple(end + 10 * u))
    assert undone(filled, REGIONS)["oval"]["ellipse"] == pytest.approx(
        [cx, cy, rx + 10, ry, angle], abs=0.05
    )
    handle = filled.do(
        "(() => { const scale = canvas.stage.view.scale; return 40 + 28 / scale; })()"
    )
    turn = np.array([cx, cy]) + handle * np.array([u[1], -u[0]])
    filled.drag(tuple(turn), (cx + 100, cy))  # to the right of the centre: a quarter turn
    assert filled.regions["oval"]["ellipse"][4] == pytest.approx(90, abs=0.1)


def test_corners_of_a_polygon_are_moved_added_and_removed(filled):
    filled.do("canvas.select(['leaf'])")
    filled.drag((160, 290), (170, 300))
    moved = undone(filled, REGIONS)
    assert moved["leaf"]["rings"][0][1] == pytest.approx([170, 300], abs=0.02)
    assert moved["leaf"]["rings"][1] == REGIONS["leaf"]["rings"][1]
    filled.drag((230, 300), (230, 280))  # the middle of the second ring's first side
    added = undone(filled, moved)
    assert np.allclose(
        added["leaf"]["rings"][1], [[200, 300], [230, 280], [260, 300], [230, 360]], atol=0.02
    )
    filled.click((230, 280))
    filled.press("Delete")
    assert undone(filled, added)["leaf"]["rings"] == moved["leaf"]["rings"]
    filled.click((230, 360))
    filled.press("Delete")  # three corners are the fewest: all of it goes
    assert "leaf" not in undone(filled, moved)


def test_points_of_a_stroke_are_moved(filled):
    filled.do("canvas.select(['line'])")
    filled.drag((360, 350), (365, 370))
    assert undone(filled, REGIONS)["line"]["points"][1] == pytest.approx([365, 370], abs=0.02)


def test_many_are_selected_by_a_frame_and_by_shift_and_moved_together(filled):
    filled.drag((40, 270), (420, 400))
    assert set(filled.do("canvas.selected")) == {"leaf", "line"}
    filled.page.keyboard.down("Shift")
    filled.click(INSIDE["dot"], INSIDE["line"])
    filled.page.keyboard.up("Shift")
    assert set(filled.do("canvas.selected")) == {"leaf", "dot"}
    filled.drag((110, 320), (120, 315))
    after = undone(filled, REGIONS)
    assert after["dot"]["point"] == pytest.approx([410, 95], abs=0.02)
    assert after["leaf"]["rings"][1][0] == pytest.approx([210, 295], abs=0.02)
    assert after["line"] == REGIONS["line"]


def test_what_is_moved_goes_to_the_picture_s_edges(filled):
    filled.drag((200, 140), (200 - 98, 140))
    assert filled.regions["cup"]["box"][0] == 0


def test_ctrl_and_arrows_move_by_one_and_ten_pixels_as_one_step(filled):
    filled.do("canvas.select(['cup'])")
    filled.to_stage()
    filled.press(
        "Control+ArrowRight", "Control+Shift+ArrowDown", "Control+ArrowLeft", "Control+ArrowRight"
    )
    assert undone(filled, REGIONS)["cup"]["box"] == [101.25, 90.5, 301, 210]


def test_a_region_is_selected_moved_and_resized_by_keys_alone(filled):
    filled.to_stage()
    filled.press("v")
    filled.aim(200, 140)
    filled.press("Enter")
    assert filled.do("canvas.selected") == ["cup"]
    filled.press("Enter", *["ArrowRight"] * 3, "Enter")
    moved = undone(filled, REGIONS)
    assert moved["cup"]["box"] == [103.25, 80.5, 303, 200]
    filled.press("h")  # the first handle is the upper left corner
    filled.press("Enter", "Shift+ArrowLeft", "Enter")
    assert undone(filled, moved)["cup"]["box"] == [93.25, 80.5, 303, 200]


def test_escape_leaves_a_change_as_it_was(filled):
    filled.do("canvas.select(['cup'])")
    filled.to_stage()
    filled.press("h", "Enter", "Shift+ArrowLeft", "Escape")
    assert filled.regions == REGIONS
    assert filled.do("canvas.hand.hidden.size") == 0


def test_regions_are_removed_duplicated_and_ordered(filled):
    filled.do("canvas.select(['cup', 'dot'])")
    filled.to_stage()
    filled.press("Delete")
    assert list(undone(filled, REGIONS)) == ["oval", "leaf", "line", "tip"]
    filled.press("Control+z")
    filled.do("canvas.select(['cup'])")
    filled.press("Control+d")
    after = undone(filled, REGIONS)
    assert list(after)[-1] == "cup1"
    assert after["cup1"]["label"] == "a cup"
    filled.press("Control+z")
    filled.do("canvas.select(['cup'])")
    filled.press("PageUp", "PageUp")
    assert list(filled.regions)[:3] == ["dot", "oval", "cup"]
    filled.press("PageDown")
    assert list(filled.regions)[:3] == ["dot", "cup", "oval"]
    filled.press("Control+z", "Control+z", "Control+z")
    assert list(filled.regions) == list(REGIONS)


def test_the_fields_name_label_colour_and_place_a_region(filled):
    filled.do("canvas.select(['cup'])")
    page = filled.page

    def write(label, text):
        field = page.get_by_label(label, exact=True)
        field.fill(text)
        field.press("Enter")

    before = filled.regions
    write("left", "90.125")
    before = undone(filled, before)
    assert before["cup"]["box"][0] == 90.125
    write("right", "20")  # left of its left side
    assert filled.regions == before
    assert page.get_by_label("right", exact=True).input_value() == "300"
    write("label", "<img src=x onerror=alert(1)>")
    before = undone(filled, before)
    assert before["cup"]["label"] == "<img src=x onerror=alert(1)>"
    write("name", "mug")
    before = undone(filled, before)
    assert list(before) == ["mug", "dot", "oval", "leaf", "line", "tip"]
    filled.do("canvas.select(['mug'])")
    write("name", "dot")  # is taken
    assert filled.regions == before
    filled.do("canvas.setColour('mug', '#123456')")
    assert filled.do("canvas.colours.mug") == "#123456"
    filled.do("canvas.undo()")
    assert filled.do("canvas.colours.mug") != "#123456"


def test_a_region_is_placed_by_numbers_alone(tried):
    tried.do("canvas.tool = 'ellipse'")
    for label, text in {
        "centre x": "100.5",
        "centre y": "90",
        "half width": "30",
        "half height": "20",
        "degrees": "12",
    }.items():
        tried.page.get_by_label(label, exact=True).fill(text)
    tried.page.get_by_role("button", name="Add ellipse").press("Enter")
    assert tried.only["ellipse"] == [100.5, 90, 30, 20, 12]


def test_words_of_a_program_are_one_step_each(filled):
    before = filled.regions
    filled.do("canvas.setEncoding('cup', 'arrow:color=red')")
    before = undone(filled, before)
    assert before["cup"]["encoding"] == "arrow:color=red"
    filled.do("canvas.setEncoding('cup', '')")
    assert filled.regions == REGIONS
    filled.do("canvas.setLabel('dot', 'a dot')")
    undone(filled, REGIONS)
    filled.do("canvas.regions = {new: {kind: 'point', point: [1, 2]}}")
    assert list(filled.regions) == ["new"]
    filled.do("canvas.undo(); canvas.undo()")
    assert filled.regions == REGIONS


def test_a_quiet_change_cannot_be_undone(filled):
    filled.do(
        "canvas.setRegions({a: {kind: 'point', point: [1, 2]}}, {quiet: true}); canvas.undo()"
    )
    assert list(filled.regions) == ["a"]


def test_regions_are_copied_and_pasted_as_json(filled):
    filled.do("canvas.select(['cup', 'leaf'])")
    filled.to_stage()
    filled.press("Control+c", "Control+v")
    after = undone(filled, REGIONS)
    assert list(after)[-2:] == ["cup1", "leaf1"]
    assert (after["cup1"], after["leaf1"]) == (REGIONS["cup"], REGIONS["leaf"])
    filled.do("canvas.select(['cup1', 'leaf1'])")
    filled.press("Control+x")
    assert list(filled.regions) == list(REGIONS)


def test_text_that_is_no_region_is_not_pasted(filled):
    for text in (
        "hello",
        "[1, 2]",
        '{"a": {"kind": "box", "box": [3, 2, 1, 0]}}',
        '{"a": {"kind": "constructor"}}',
    ):
        assert (
            filled.do(
                PASTED,
                text,
            )
            is False
        )
    assert filled.regions == REGIONS


def test_what_a_region_covers_is_cut_out_exactly(filled):
    data = filled.do(
        """async () => [...new Uint8Array(await (await canvas.crop(['cup'])).arrayBuffer())]"""
    )
    cut = Image.open(io.BytesIO(bytes(data))).convert("RGB")
    assert np.array_equal(np.asarray(cut), np.asarray(drawn_picture().crop((100, 80, 300, 200))))


def test_a_region_that_is_none_is_refused_and_changes_nothing(filled):
    for bad in (
        {"kind": "blob"},
        {"kind": "box", "box": [1, 2, 3]},
        {"kind": "point", "point": [1, "2"]},
        {"kind": "mask", "size": [2, 2], "counts": "\x01"},
        None,
        {"kind": "point", "point": [1, 2], "label": 3},
    ):
        told = filled.do(
            REFUSED,
            bad,
        )
        assert "bad" in told
    assert filled.regions == REGIONS


def test_names_may_be_anything(tried):
    names = ["__proto__", "constructor", "1", "<b>", "a" * 300, "café 犬", 'x"y']
    tried.do(
        "text => canvas.setRegions(JSON.parse(text))",
        json.dumps(
            {name: {"kind": "point", "point": [5 * at + 5, 5]} for at, name in enumerate(names)}
        ),
    )
    assert json.loads(tried.do("JSON.stringify(canvas.regions)")).keys() == set(names)
    tried.do("canvas.select(['__proto__'])")
    assert tried.do("canvas.selected") == ["__proto__"]
    tried.page.wait_for_timeout(100)
    assert tried.page.locator(".dx-region strong").all_text_contents() == tried.do("canvas.order")


def test_everything_is_undone_step_by_step(tried):
    """Thirty changes of every kind, back to nothing and forth again."""
    stages = [tried.do("JSON.stringify([canvas.regions, canvas.colours])")]
    steps = [
        lambda: (tried.do("canvas.tool = 'box'"), tried.drag((50, 50), (150, 150))),
        lambda: (tried.do("canvas.tool = 'brush'"), tried.drag((200, 50), (250, 150))),
        lambda: tried.drag((250, 50), (280, 150)),
        lambda: (tried.do("canvas.tool = 'eraser'"), tried.drag((220, 50), (220, 150))),
        lambda: (
            tried.do("canvas.tool = 'polygon'"),
            tried.click((300, 300), (350, 300), (350, 350), (300, 300)),
        ),
        lambda: (
            tried.do("canvas.tool = 'scribble'"),
            tried.drag((400, 300), (450, 350), (400, 380)),
        ),
        lambda: tried.do("canvas.rename('box1', 'first')"),
        lambda: tried.do("canvas.setLabel('first', 'a label')"),
        lambda: tried.do("canvas.setEncoding('first', 'arrow')"),
        lambda: tried.do("canvas.setColour('first', '#000000')"),
        lambda: tried.do("canvas.arrange(['first'], 1)"),
        lambda: tried.do(
            "canvas.tool = 'select'; canvas.select(['mask1']); canvas.commands.run('duplicate')"
        ),
        lambda: tried.do("canvas.commands.nudge(5, 5)"),
        lambda: tried.do("canvas.remove(['polygon1', 'first'])"),
        lambda: tried.do("canvas.insert({x: {kind: 'point', point: [1, 2]}})"),
        lambda: tried.do("canvas.regions = {}"),
    ]
    for step in steps:
        step()
        stages.append(tried.do("JSON.stringify([canvas.regions, canvas.colours])"))
    assert len(set(stages)) == len(stages) - 1  # nothing at the end as at the start
    for stage in reversed(stages[:-1]):
        tried.do("canvas.undo()")
        assert tried.do("JSON.stringify([canvas.regions, canvas.colours])") == stage
    for stage in stages[1:]:
        tried.do("canvas.redo()")
        assert tried.do("JSON.stringify([canvas.regions, canvas.colours])") == stage
