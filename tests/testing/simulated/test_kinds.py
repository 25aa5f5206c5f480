"""Each kind writes the truth as its maker's pages show, in numbers worked out by hand here."""

import re

import numpy as np
import pytest

from deixis.coordinates import dialects
from deixis.core.image import Image
from deixis.core.region import box
from deixis.core.size import Size
from deixis.models.interface import Question
from deixis.testing.simulated import kinds, scene, simulated

# 1600 x 1200; the cup's box has the shares .25 .25 .5 .75, its middle .375 .5
PICTURE = Image(pixels=np.full((1200, 1600, 3), 200, np.uint8))
TRUTH = {PICTURE: [box(400, 300, 800, 900, label="cup"), box(1000, 60, 1400, 120, label="pen")]}
PER_THOUSAND = ("[250, 250, 500, 750]", "[375, 500]")
TARS = "Thought: I see the cup, so I click it.\nAction: click(start_box='({})')"
OPENCUA = "## Action:\nClick on the cup.\n## Code:\n```python\npyautogui.click({})\n```"
TOOL_USE = '{"type": "tool_use", "id": "toolu_01", "name": "computer", "input": %s}'


def fenced(row):
    return f"```json\n[\n\t{row}\n]\n```"


def alike(answer):
    return (answer, answer)


# the answers with the box and with the point; where a kind lacks one of them, twice the other
WRITTEN = {
    "permille": PER_THOUSAND,
    "pixels": ("[400, 300, 800, 900]", "[600, 600]"),
    "unit": ("[0.250, 0.250, 0.500, 0.750]", "[0.375, 0.500]"),
    # on a square of 1600 with 200 above: y 500, 800 and 1100 of 1600
    "padded_unit": ("[0.25, 0.31, 0.50, 0.69]", "[0.38, 0.50]"),
    # 1270 x 952 has 46 x 34 patches; 1271 x 953 has 46 x 35, which is over 1568
    "claude": (
        "The bounding box of the cup is [318, 238, 635, 714].",
        "The centre of the cup is [476, 476].",
    ),
    # of 999: 249.75, 499.5, 749.25
    "deepseek_vl2": alike("<|ref|>cup<|/ref|><|det|>[[250, 250, 500, 749]]<|/det|>"),
    "florence2": alike("cup<loc_250><loc_250><loc_500><loc_750>"),
    "gemini": (
        fenced('{"box_2d": [250, 250, 750, 500], "label": "cup"}'),
        fenced('{"point": [500, 375], "label": "cup"}'),
    ),
    "internvl": alike("<ref>cup</ref><box>[[250, 250, 500, 750]]</box>"),
    # columns 8 to 15, rows 8 to 23 of 32
    "kosmos2": alike("<phrase>cup</phrase><object><patch_index_0264><patch_index_0751></object>"),
    "moondream": (
        '{"objects": [{"x_min": 0.25, "y_min": 0.25, "x_max": 0.5, "y_max": 0.75}]}',
        '{"points": [{"x": 0.375, "y": 0.5}]}',
    ),
    "molmo": alike(' <point x="37.5" y="50.0" alt="cup">cup</point>'),
    "molmo2": alike('<points coords="1 1 375 500">cup</points>'),
    # of 1023: 255.75, 511.5, 767.25; 383.6
    "paligemma": ("<loc0256><loc0256><loc0767><loc0512> cup", "<loc0512><loc0384> cup"),
    "qwen2_vl": alike(
        "<|object_ref_start|>cup<|object_ref_end|><|box_start|>(250,250),(500,750)<|box_end|>"
    ),
    # multiples of 28: 1596 x 1204
    "qwen2_5_vl": (
        fenced('{"bbox_2d": [399, 301, 798, 903], "label": "cup"}'),
        fenced('{"point_2d": [599, 602], "label": "cup"}'),
    ),
    "qwen3_vl": (
        fenced('{"bbox_2d": [250, 250, 500, 750], "label": "cup"}'),
        fenced('{"point_2d": [375, 500], "label": "cup"}'),
    ),
    "locate_anything": (
        "<ref>cup</ref><box><250><250><500><750></box>",
        "<box><375><500></box>",
    ),
    # of 999, cut off: 249.75, 499.5, 749.25; 374.6
    "rex_omni": (
        "<|object_ref_start|>cup<|object_ref_end|><|box_start|><249><249><499><749><|box_end|>",
        "<|object_ref_start|>cup<|object_ref_end|><|box_start|><374><499><|box_end|>",
    ),
    "seed": ("<bbox>250 250 500 750</bbox>", "<point>375 500</point>"),
    "minicpm_v": (
        "<ref>cup</ref><box>250 250 500 750</box>",
        "<ref>cup</ref><point>375 500</point>",
    ),
    "glm_v": (
        "<|begin_of_box|>[[250, 250, 500, 750]]<|end_of_box|>",
        "<|begin_of_box|>[[375, 500]]<|end_of_box|>",
    ),
    "kimi_vl": (
        '{"bbox_2d": [0.250, 0.250, 0.500, 0.750], "label": "cup"}',
        "pyautogui.click(x=0.375, y=0.500)",
    ),
    "holo": alike("Click(599, 602)"),
    "agentcpm_gui": alike('{"thought":"tap the cup","POINT":[375,500]}'),
    # 4 x 6 tiles: 84 rows and 122 columns of patches, 61 patches of 2 x 2 in a row, 2758 tokens;
    # row 42, column 45.75: its last third
    "molmo_point": alike(
        '<points coords="<POINT_1499><POINT_2760><POINT_2769>1<POINT_2758>">cup</point>'
    ),
    "ui_tars": alike(TARS.format("375,500")),
    "ui_tars_1_5": alike(TARS.format("599,602")),
    "opencua": alike(OPENCUA.format("x=599, y=602")),
    "anthropic_computer": alike(TOOL_USE % '{"action": "left_click", "coordinate": [476, 476]}'),
    "openai_computer": alike(
        '{"type": "computer_call", "call_id": "call_a", "action": '
        '{"type": "click", "button": "left", "x": 600, "y": 600}}'
    ),
    "gemini_computer": alike('{"name": "click_at", "args": {"y": 500, "x": 375}}'),
    # the shorter side becomes 768: 1024 x 768
    "gpt": (
        '[{"x_min": 256, "y_min": 192, "x_max": 512, "y_max": 576, "label": "cup"}]',
        '[{"x": 384, "y": 384, "label": "cup"}]',
    ),
    "gpt_original": (
        '[{"x_min": 400, "y_min": 300, "x_max": 800, "y_max": 900, "label": "cup"}]',
        '[{"x": 600, "y": 600, "label": "cup"}]',
    ),
    "gpt_unit": ("[0.250, 0.250, 0.500, 0.750]", "[0.375, 0.500]"),
    # 58 x 43 patches are within 4784
    "claude_high": (
        "The bounding box of the cup is [400, 300, 800, 900].",
        "The centre of the cup is [600, 600].",
    ),
    "gemini_list": ("[250, 250, 750, 500]", "[500, 375]"),
    # shrunk by 1.3832 to at most 1,003,520 pixels: 1148 x 840
    "qwen2_5_vl_small": (
        fenced('{"bbox_2d": [287, 210, 574, 630], "label": "cup"}'),
        fenced('{"point_2d": [431, 420], "label": "cup"}'),
    ),
    "shrunk": ("[256, 192, 512, 576]", "[384, 384]"),
    "percent": ("[25.0, 25.0, 50.0, 75.0]", "[37.5, 50.0]"),
}


def ask(kind, text):
    [completion] = simulated(kind, TRUTH).generate([Question(pictures=(PICTURE,), text=text)])
    return completion.text


@pytest.mark.parametrize("kind", sorted(WRITTEN))
def test_a_box_and_a_point_are_written_as_the_maker_shows(kind):
    boxed = ask(kind, "Give the bounding box of the cup.")
    pointed = ask(kind, "Point to the cup.")
    assert (boxed, pointed) == WRITTEN[kind]


@pytest.mark.parametrize(
    ("kind", "place"),
    [
        ("gpt", "[256, 192, 512, 576]"),
        ("gemini", '{"box_2d": [250, 250, 750, 500]}'),
        ("gemini_computer", '{"x": 375, "y": 500}'),
        ("agentcpm_gui", "<box>250 250 500 750</box>"),
        ("ui_tars", "<point>375 500</point>"),
        ("minicpm_v", "<point>375 500</point>"),
        ("qwen2_vl", "(250,250),(500,750)"),
        ("moondream", '{"x": 0.375, "y": 0.5}'),
    ],
)
def test_other_words_of_its_maker_for_a_place_are_understood_too(kind, place):
    assert ask(kind, f"What is at {place}?") == "cup"


def test_every_kind_is_held_here():
    assert set(WRITTEN) == set(kinds())


def test_every_dialect_has_a_kind_of_its_name():
    assert set(dialects.names()) <= set(kinds())


@pytest.mark.parametrize("kind", sorted(set(kinds()) - {"molmo_point"}))
def test_a_place_in_its_own_words_is_understood(kind):
    answer = WRITTEN[kind][0].replace("cup", "thing")
    assert ask(kind, f"What is at {answer}?") == "cup"


# two cups: the shares of their middles are .375 .5 and .75 .075
TWO = {PICTURE: [*TRUTH[PICTURE][:1], box(1000, 60, 1400, 120, label="cup")]}
SEVERAL = {
    "permille": "cup: [250, 250, 500, 750]\ncup: [625, 50, 875, 100]",
    "gemini": fenced(
        '{"box_2d": [250, 250, 750, 500], "label": "cup"},\n'
        '\t{"box_2d": [50, 625, 100, 875], "label": "cup"}'
    ),
    "deepseek_vl2": (
        "<|ref|>cup<|/ref|><|det|>[[250, 250, 500, 749], [624, 50, 874, 100]]<|/det|>"
    ),
    "florence2": "cup<loc_250><loc_250><loc_500><loc_750>cup<loc_625><loc_50><loc_875><loc_100>",
    # columns 20 to 27, rows 1 to 3
    "kosmos2": (
        "<phrase>cup</phrase><object><patch_index_0264><patch_index_0751>"
        "</delimiter_of_multi_objects/><patch_index_0052><patch_index_0123></object>"
    ),
    "internvl": "<ref>cup</ref><box>[[250, 250, 500, 750], [625, 50, 875, 100]]</box>",
    "molmo": ' <points x1="37.5" y1="50.0" x2="75.0" y2="7.5" alt="cup">cup</points>',
    "molmo2": '<points coords="1 1 375 500 2 750 075">cup</points>',
    "locate_anything": (
        "<ref>cup</ref><box><250><250><500><750></box><box><625><50><875><100></box>"
    ),
    "rex_omni": (
        "<|object_ref_start|>cup<|object_ref_end|>"
        "<|box_start|><249><249><499><749>, <624><49><874><99><|box_end|>"
    ),
    "seed": "<bbox>250 250 500 750</bbox><bbox>625 50 875 100</bbox>",
    "holo": "Click(599, 602)\nClick(1197, 90)",
}


@pytest.mark.parametrize("kind", sorted(SEVERAL))
def test_all_things_of_a_name_are_written_as_the_maker_shows(kind):
    question = Question(pictures=(PICTURE,), text="Detect all cups.")
    assert simulated(kind, TWO).answer(question) == SEVERAL[kind]


def test_a_detector_gives_all_unless_a_single_one_is_asked_for():
    model = simulated("rex_omni", TWO)
    for text, num in (("Detect cup.", 2), ("Locate a single instance of cup.", 1)):
        told = model.answer(Question(pictures=(PICTURE,), text=text))
        assert told.count("<") - 4 == 4 * num


SIZES = [(641, 479), (1931, 1070), (333, 1777)]
LAST = {"permille": 1000, "internvl": 1000, "deepseek_vl2": 999, "seed": 1000, "glm_v": 1000}
LAST |= {"qwen2_vl": 1000, "minicpm_v": 1000, "percent": 100, "unit": 1, "qwen3_vl": 1000}


@pytest.mark.parametrize("kind", sorted(LAST))
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_numbers_are_shares_of_each_side_at_any_size(kind, width, height):
    shown = scene(Size(width=width, height=height), num_things=3, seed=width)
    model = simulated(kind, shown.truth)
    for thing in shown.things:
        text = f"Give the bounding box of the {thing.label}."
        told = model.answer(Question(pictures=(shown.image,), text=text))
        found = re.findall(r"(?<![\w])\d+(?:\.\d+)?", told.replace("bbox_2d", ""))
        assert len(found) == 4
        x0, y0, x1, y1 = (float(number) / LAST[kind] for number in found)
        read = (x0 * width, y0 * height, x1 * width, y1 * height)
        quantum = 0.1 if kind == "percent" else 0.001 if kind == "unit" else 1
        allowed = 0.51 * quantum / LAST[kind] * max(width, height)
        assert read == pytest.approx(thing.box().xyxy, abs=allowed)
