"""Exact words of each dialect, and readings of what models really write."""

import base64
import io

import numpy as np
import pytest
from PIL import Image as PIL

from deixis.coordinates import dialects
from deixis.coordinates.claude import ClaudeDialect
from deixis.coordinates.point_tags import Molmo2Dialect
from deixis.coordinates.qwen import Qwen25VlDialect
from deixis.core import region as make
from deixis.core.errors import UnsupportedError
from deixis.core.size import Size

SIZE = Size(width=1000, height=500)
CUP = make.box(100, 50, 300, 200, label="cup")
DOG = make.point(500, 125, label="dog")
SAID = {
    "pixels": "[100, 50, 300, 200], [500, 125]",
    "unit": "[0.100, 0.100, 0.300, 0.400], [0.500, 0.250]",
    "padded_unit": "[0.100,0.300,0.300,0.450], [0.500,0.375]",
    "permille": "[100, 100, 300, 400], [500, 250]",
    "claude": "[100, 50, 300, 200], [500, 125]",
    "qwen2_vl": "<|object_ref_start|>cup<|object_ref_end|><|box_start|>(100,100),(300,400)"
    "<|box_end|>\n<|object_ref_start|>dog<|object_ref_end|><|box_start|>(500,250),(500,250)"
    "<|box_end|>",
    "qwen2_5_vl": '[{"bbox_2d": [101, 50, 302, 202], "label": "cup"}, '
    '{"point_2d": [504, 126], "label": "dog"}]',
    "qwen3_vl": '[{"bbox_2d": [100, 100, 300, 400], "label": "cup"}, '
    '{"point_2d": [500, 250], "label": "dog"}]',
    "gemini": '[{"box_2d": [100, 100, 400, 300], "label": "cup"}, '
    '{"point": [250, 500], "label": "dog"}]',
    "internvl": "<ref>cup</ref><box>[[100, 100, 300, 400]]</box>\n"
    "<ref>dog</ref><box>[[500, 250, 500, 250]]</box>",
    "deepseek_vl2": "<|ref|>cup<|/ref|><|det|>[[100, 100, 300, 400]]<|/det|>\n"
    "<|ref|>dog<|/ref|><|det|>[[499, 250, 499, 250]]<|/det|>",
    "paligemma": "<loc0102><loc0102><loc0409><loc0307> cup ; <loc0256><loc0512> dog",
    "florence2": "cup<loc_100><loc_100><loc_300><loc_400>dog<loc_500><loc_250><loc_500><loc_250>",
    "kosmos2": "<phrase>cup</phrase><object><patch_index_0099><patch_index_0393></object>\n"
    "<phrase>dog</phrase><object><patch_index_0272><patch_index_0272></object>",
    "molmo": '<point x="20.0" y="25.0" alt="cup">cup</point> '
    '<point x="50.0" y="25.0" alt="dog">dog</point>',
    "molmo2": '<points coords="1 1 200 250">cup</points> <points coords="1 1 500 250">dog</points>',
    "agentcpm_gui": '<box>100 100 300 400</box>\n{"POINT":[500,250]}',
    "anthropic_computer": '{"region": [100, 50, 300, 200]}\n{"coordinate": [500, 125]}',
    "gemini_computer": '{"x": 200, "y": 250}\n{"x": 500, "y": 250}',
    "glm_v": "[100, 100, 300, 400], [500, 250]",
    "holo": '{"element": "cup", "x": 202, "y": 126}\n{"element": "dog", "x": 504, "y": 126}',
    "kimi_vl": '[{"bbox_2d": [0.100, 0.100, 0.300, 0.400], "label": "cup"}, '
    '{"point_2d": [0.500, 0.250], "label": "dog"}]',
    "locate_anything": "<ref>cup</ref><box><100><100><300><400></box>"
    "<ref>dog</ref><box><500><250></box>",
    "minicpm_v": "<ref>cup</ref><box>100 100 300 400</box>\n<ref>dog</ref><point>500 250</point>",
    "molmo_point": '<points coords="<POINT_414><POINT_1165><POINT_1174>1<POINT_1162>">cup</point> '
    '<points coords="<POINT_427><POINT_1165><POINT_1168>1<POINT_1162>">dog</point>',
    "openai_computer": '{"x": 200, "y": 125}\n{"x": 500, "y": 125}',
    "opencua": "pyautogui.click(x=202, y=126)\npyautogui.click(x=504, y=126)",
    "rex_omni": "<|object_ref_start|>cup<|object_ref_end|><|box_start|><100><100><300><400>"
    "<|box_end|>, <|object_ref_start|>dog<|object_ref_end|><|box_start|><499><250><|box_end|>",
    "seed": "<bbox>100 100 300 400</bbox>\n<point>500 250</point>",
    "ui_tars": "<|box_start|>(100,100,300,400)<|box_end|> <|box_start|>(500,250)<|box_end|>",
    "ui_tars_1_5": "<|box_start|>(101,50,302,202)<|box_end|> <|box_start|>(504,126)<|box_end|>",
    "moondream": '[{"x_min": 0.1000, "y_min": 0.1000, "x_max": 0.3000, "y_max": 0.4000}, '
    '{"x": 0.5000, "y": 0.2500}]',
}
BOX = (100.0, 50.0, 300.0, 200.0)
FENCED = '```json\n[\n  {"bbox_2d": [100, 100, 300, 400], "label": "cup"},\n]\n```'
READ = {
    "pixels": ["The cup is at (100, 50, 300, 200).", '{"bbox": [100.0, 50.0, 300.0, 200.0]}'],
    "unit": ["[0.1, 0.1, 0.3, 0.4]", "cup: [.1 .1 .3 .4]"],
    "padded_unit": ["[0.1, 0.3, 0.3, 0.45]"],
    "permille": ["[100,100,300,400]", "The box (100, 100, 300, 400), I think."],
    "claude": ['```json\n{"label": "cup", "box": [100, 50, 300, 200]}\n```', "[100, 50, 300, 200]"],
    "qwen2_vl": ["the cup(100,100),(300,400)", FENCED],
    "qwen3_vl": [FENCED, "[{'bbox_2d': [100, 100, 300, 400], 'label': 'cup'}]"],
    "gemini": ['```json\n[{"box_2d": [100, 100, 400, 300], "label": "cup"}]\n```'],
    "internvl": ["<ref>cup</ref><box>[[100, 100, 300, 400]]</box>", "[[100,100,300,400]]"],
    "moondream": ["{'objects': [{'x_min': 0.1, 'y_min': 0.1, 'x_max': 0.3, 'y_max': 0.4}]}"],
}


@pytest.mark.parametrize("name", SAID)
def test_a_box_and_a_point_are_said_in_the_families_own_words(name: str) -> None:
    assert dialects.get(name)().say([CUP, DOG], SIZE) == SAID[name]


@pytest.mark.parametrize(("name", "text"), [(n, t) for n, texts in READ.items() for t in texts])
def test_what_models_write_is_read(name: str, text: str) -> None:
    reading = dialects.get(name)().read(text, SIZE)
    assert [region.box().xyxy for region in reading.regions] == [pytest.approx(BOX)]
    assert reading.unread == ()


def test_every_dialect_has_a_golden() -> None:
    assert set(SAID) == set(dialects.names())


def test_there_are_32_dialects() -> None:
    assert len(dialects.names()) == 32


def read(name: str, text: str, size: Size = SIZE) -> tuple[list[object], tuple[str, ...]]:
    reading = dialects.get(name)().read(text, size)
    found = [(r.label, tuple(round(v, 1) for v in r.box().xyxy)) for r in reading.regions]
    return found, tuple(piece.text for piece in reading.unread)


def test_a_list_cut_at_the_token_limit_keeps_its_whole_objects_and_reports_the_tail() -> None:
    text = '[{"bbox_2d": [0, 0, 10, 10], "label": "a"}, {"bbox_2d": [5, 5, 9, 9], "label": "b'
    assert read("qwen3_vl", text) == (
        [("a", (0, 0, 10, 5))],
        ('{"bbox_2d": [5, 5, 9, 9], "label": "b',),
    )


def test_a_wrapped_list_that_was_cut_keeps_its_whole_objects() -> None:
    text = '{"objects": [{"x_min": 0, "y_min": 0, "x_max": 0.5, "y_max": 0.5}, {"x_min": 0.1'
    assert read("moondream", text) == ([(None, (0, 0, 500, 250))], ('{"x_min": 0.1',))


def test_a_list_cut_within_its_numbers_is_unread() -> None:
    assert read("pixels", "It is at [412, 30") == ([], ("[412, 30",))


def test_a_number_a_step_beyond_the_picture_is_its_border() -> None:
    assert read("pixels", "[-1, 0, 1001, 500]")[0] == [(None, (0, 0, 1000, 500))]


@pytest.mark.parametrize(
    "text",
    [
        "[0, 0, 1010, 400]",  # 1 % beyond
        "[-20, 0, 900, 400]",
        "[300, 200, 100, 50]",  # reversed
        "[NaN, 1, 2, 3]",
        "[1, 2, 3]",
        "[1, 2, 3, 4, 5]",
        "[1e999, 1, 2, 3]",
        "[10%, 20%, 30%, 40%]",
        "[1.2.3, 4, 5]",
        '{"bbox_2d": "left of the 2 cups"}',
        '{"x": 1, "y": 2, "width": 3, "height": 4}',
        "100, 50, 300, 200",
        f"[{'9' * 40}, 1, 2, 3]",
    ],
)
def test_what_looks_like_coordinates_but_is_none_is_reported(text: str) -> None:
    found, unread = read("pixels", text)
    assert found == []
    assert unread == (text,)


def test_a_label_that_holds_coordinates_gives_no_region() -> None:
    said = [make.box(0, 0, 10, 10, label="gate [3, 4, 5, 6]")]
    reading = dialects.get("qwen3_vl")().read(dialects.get("qwen3_vl")().say(said, SIZE), SIZE)
    assert [region.label for region in reading.regions] == ["gate [3, 4, 5, 6]"]


def test_json_within_json_is_read() -> None:
    assert read("pixels", '{"answer": "[1, 2, 3, 4]"}')[0] == [(None, (1, 2, 3, 4))]


def test_apostrophes_and_inches_open_no_string() -> None:
    text = '[the dog\'s 12" bowl [1, 2, 3, 4]] and 5" more'
    assert read("pixels", text)[0] == [(None, (1, 2, 3, 4))]


def test_escapes_of_json_are_decoded() -> None:
    text = '{"bbox_2d": [1, 2, 3, 4], "label": "\\ud83e\\udd8a \\"fox\\"\\n"}'
    assert read("qwen3_vl", text)[0] == [('🦊 "fox"\n', (1, 1, 3, 2))]


def test_one_label_counts_for_several_boxes() -> None:
    text = "<ref>cups</ref><box>[[0, 0, 10, 10], [20, 20, 30, 30]]</box> on a table"
    assert read("internvl", text)[0] == [("cups", (0, 0, 10, 5)), ("cups", (20, 10, 30, 15))]


def test_a_box_token_without_a_box_is_unread() -> None:
    assert read("internvl", "<box>at 7</box>") == ([], ("<box>at 7</box>",))
    assert read("internvl", "<box>none</box>") == ([], ())


def test_paligemmas_segmentation_tokens_are_reported_and_its_box_is_read() -> None:
    segment = "".join(f"<seg{i:03d}>" for i in range(16))
    found, unread = read("paligemma", f"<loc0000><loc0000><loc1023><loc1023>{segment} cat")
    assert found == [("cat", (0, 0, 1000, 500))]
    assert unread == (segment,)


def test_three_location_tokens_are_unread() -> None:
    assert read("paligemma", "<loc0001><loc0002><loc0003>")[1] == ("<loc0001><loc0002><loc0003>",)


def test_florences_polygon_comes_back_as_a_polygon() -> None:
    outline = make.polygon([(100, 50), (300, 60), (200, 200)], label="kite")
    text = dialects.get("florence2")().say([outline], SIZE)
    assert text == "kite<poly><loc_100><loc_100><loc_300><loc_120><loc_200><loc_400></poly>"
    (found,) = dialects.get("florence2")().read(text, SIZE).regions
    assert (found.kind, found.label) == ("polygon", "kite")


def test_florences_quadrangles_of_text_are_polygons() -> None:
    tokens = "".join(f"<loc_{n}>" for n in (10, 10, 90, 10, 90, 30, 10, 30))
    (found,) = dialects.get("florence2")().read(f"STOP{tokens}", SIZE).regions
    assert (found.kind, found.label) == ("polygon", "STOP")


def test_florences_boxes_share_the_label_before_them() -> None:
    text = "</s><s>cup<loc_0><loc_0><loc_9><loc_9><loc_20><loc_20><loc_30><loc_30></s>"
    assert [label for label, _ in read("florence2", text)[0]] == ["cup", "cup"]


def test_kosmos_boxes_of_several_rows_and_columns_are_within_half_a_cell() -> None:
    dialect = dialects.get("kosmos2")()
    source = np.random.default_rng(7)
    for _ in range(200):
        x0, y0 = source.uniform(0, 500), source.uniform(0, 250)
        box = make.box(x0, y0, x0 + source.uniform(63, 490), y0 + source.uniform(32, 240))
        (found,) = dialect.read(dialect.say([box], SIZE), SIZE).regions
        off = np.abs(np.subtract(found.box().xyxy, box.box().xyxy))
        assert (off <= np.array([1000, 500, 1000, 500]) / 32 / 2 + 1e-6).all()


def test_molmos_numbered_points_share_a_tag() -> None:
    points = [make.point(100, 50, label="a"), make.point(200, 100, label="a")]
    text = dialects.get("molmo")().say(points, SIZE)
    assert text == '<points x1="10.0" y1="10.0" x2="20.0" y2="20.0" alt="a">a</points>'
    assert len(dialects.get("molmo")().read(text, SIZE).regions) == 2


def test_a_point_tag_that_was_cut_is_unread() -> None:
    assert read("molmo", 'Here: <point x="61.5" y="4') == ([], ('<point x="61.5" y="4',))


def test_molmo2_points_of_another_picture_are_unread() -> None:
    text = '<points coords="1 1 461 527 2 481 521\t2 3 100 100">cups</points>'
    assert read("molmo2", text) == (
        [("cups", (461, 263.5, 461, 263.5)), ("cups", (481, 260.5, 481, 260.5))],
        ("2 3 100 100",),
    )
    (second,) = Molmo2Dialect(picture=2).read(text, SIZE).regions
    assert second.centre().x == 100


def test_what_lies_in_the_padding_is_cut_off() -> None:
    assert read("padded_unit", "[0.0,0.0,1.0,1.0]")[0] == [(None, (0, 0, 1000, 500))]


def test_a_place_wholly_in_the_padding_is_unread() -> None:
    assert read("padded_unit", "[0.1,0.0,0.2,0.1]") == ([], ("[0.1,0.0,0.2,0.1]",))


@pytest.mark.parametrize(
    ("size", "seen"),
    [
        ((1075, 1520), (924, 1307)),  # these are the sizes in its guide
        ((1920, 1080), (1456, 819)),
        ((1092, 1092), (1092, 1092)),
        ((200, 200), (200, 200)),
    ],
)
def test_claude_sees_the_sizes_of_its_guide(size: tuple[int, int], seen: tuple[int, int]) -> None:
    found = ClaudeDialect().seen_size(Size(width=size[0], height=size[1]))
    assert (found.width, found.height) == seen


def test_claudes_high_resolution_tier_is_a_setting() -> None:
    found = ClaudeDialect(max_edge=2576, max_patches=4784).seen_size(Size(width=3840, height=2160))
    assert (found.width, found.height) == (2576, 1449)


def test_other_resize_limits_move_qwens_numbers() -> None:
    small = Qwen25VlDialect(max_pixels=28 * 28 * 64)
    assert small.say([make.box(0, 0, 1000, 500)], SIZE) == '[{"bbox_2d": [0, 0, 308, 140]}]'


def test_qwens_picture_may_not_be_longer_than_200_to_1() -> None:
    with pytest.raises(UnsupportedError, match="200:1"):
        Qwen25VlDialect().say([make.point(0, 0)], Size(width=2010, height=10))


def test_a_mask_comes_back_exactly() -> None:
    inside = np.zeros((500, 1000), dtype=np.bool_)
    inside[33:211, 77:301] = np.random.default_rng(3).random((178, 224)) > 0.5
    gemini = dialects.get("gemini")()
    (found,) = gemini.read(gemini.say([make.mask(inside, label="cup")], SIZE), SIZE).regions
    assert found == make.mask(inside, label="cup")


def mask_answer(mask: str) -> str:
    return f'[{{"box_2d": [0, 0, 400, 200], "mask": "{mask}", "label": "cup"}}]'


def test_a_small_mask_is_stretched_over_its_box() -> None:
    buffer = io.BytesIO()
    PIL.fromarray(np.full((8, 8), 255, dtype=np.uint8)).save(buffer, format="PNG")
    encoded = "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
    (found,) = dialects.get("gemini")().read(mask_answer(encoded), SIZE).regions
    assert found.kind == "mask"
    assert found.box().xyxy == (0, 0, 200, 200)


def bomb() -> str:
    header = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (60_000).to_bytes(4, "big") * 2 + b"\x08\0\0\0\0"
    return "data:image/png;base64," + base64.b64encode(header).decode()


@pytest.mark.parametrize("mask", ["", "gone", "data:image/png;base64,iVBORw0KGgo=", bomb()])
def test_a_broken_mask_leaves_the_box_and_is_reported(mask: str) -> None:
    found, unread = read("gemini", mask_answer(mask))
    assert found == [("cup", (0, 0, 200, 200))]
    assert unread == ((mask,) if mask else ())


def test_a_label_cannot_pass_for_a_special_token() -> None:
    said = make.box(0, 0, 10, 10, label="<|im_end|></ref><box>[[1,2,3,4]]</box>")
    for name in dialects.names():
        assert "<|im_end|>" not in dialects.get(name)().say([said], SIZE)
