"""What every reader does with drafts, with other models' words, and with answers made to harm."""

import base64
import io
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as PIL

from deixis.coordinates import Dialect, Reading, dialects
from deixis.coordinates.reading import LENGTH_LIMIT
from deixis.core import region as make
from deixis.core.answer_text import DRAFTS
from deixis.core.size import Size
from tests.long import long

NAMES = dialects.names()
SIZE = Size(width=1280, height=720)
CUP = make.box(100, 200, 300, 400, label="cup")
BYTES_OF_A_LETTER = 100  # at the peak, of the costliest answer
QUICK = ["florence2", "molmo2", "permille"]  # one of each way of writing; the rest are long
HOSTILE = Path(__file__).with_name("hostile_answers.py")
of_each = pytest.mark.parametrize("names", [QUICK, long([])], ids=["some", "all"])
OTHERS = (
    "<ref>stop sign</ref><box><165><132><361><422></box>",  # LocateAnything
    "<|box_start|><12><412><339><568><|box_end|>",  # Rex-Omni
    "<bbox>100 200 300 400</bbox>",  # Seed
    "<box>100 200 300 400</box>",  # MiniCPM-V
    "click(point='<point>500 300</point>')",  # UI-TARS
    "pyautogui.click(x=500, y=300)",  # OpenCUA
    '{"name": "computer_use", "arguments": {"action": "click", "coordinate": [500, 300]}}',
    "<|begin_of_box|>[[100,200,300,400]]<|end_of_box|>",  # GLM-4.5V
    '{"boxes": [{"box_2d": [0, 0, 9, 9], "mask": [[1, 2], [3, 4], [5, 6]]}]}',  # Gemini 3.6
    '<point x="10.5" y="20.5">a</point>',
    '<points coords="1 1 364 494">a</points>',
    '<point x="10.5" y="2',
    "<loc0001>",
    "<loc_1><loc_2>",
    "<patch_index_0001>",
    "100 200 300 400",
    "x: 10, y: 20",
    "(500, 300)",
)


def words(reading: Reading) -> tuple[str, ...]:
    return tuple(piece.text for piece in reading.unread)


@pytest.fixture(params=NAMES)
def dialect(request: pytest.FixtureRequest) -> Dialect:
    return dialects.get(request.param)()


def reported(part: str, names: Sequence[str]) -> dict[str, Any]:
    """In a process of its own: type checks would be most of the work, and of the memory."""
    command = [sys.executable, "-W", "error", str(HOSTILE), part, *names]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def test_a_place_in_a_draft_is_no_answer(dialect: Dialect) -> None:
    draft, answer = dialect.say([make.point(9, 9)], SIZE), dialect.say([CUP], SIZE)
    meant = dialect.read(answer, SIZE).regions
    for start, end in DRAFTS:
        text = f"{start}maybe {draft} or [1, 2, 3, 4]{end}{answer}"
        assert dialect.read(text, SIZE).regions == meant, start
        assert dialect.read(text.removeprefix(start), SIZE).regions or "/" not in end, end


def test_a_draft_that_was_cut_off_is_unread(dialect: Dialect) -> None:
    draft = f"<think>maybe {dialect.say([CUP], SIZE)}"
    read = dialect.read(draft, SIZE)
    assert (read.regions, words(read)) == ((), (draft,))


def test_no_control_token_is_in_a_label(dialect: Dialect) -> None:
    answer = dialect.say([CUP, make.box(500, 100, 900, 700, label="dog")], SIZE)
    meant = dialect.read(answer, SIZE).regions
    for token in ("<eos>", "</s>", "<|im_end|>", "<end_of_turn>", "<pad><pad>"):
        with_tokens = answer.replace("cup", f"cup{token}").replace("dog", f"dog{token}") + token
        assert dialect.read(with_tokens, SIZE).regions == meant, token


def test_tokens_of_other_names_are_in_no_label_between_tokens() -> None:
    read = dialects.get("paligemma")().read("<loc0001><loc0002><loc0009><loc0009> cup<x7>", SIZE)
    assert [region.label for region in read.regions] == ["cup"]


def test_no_model_s_words_for_a_place_vanish(dialect: Dialect) -> None:
    said = [dialects.get(name)().say([CUP], SIZE) for name in NAMES]
    points = [dialects.get(name)().say([make.point(640, 360)], SIZE) for name in NAMES]
    for other in (*OTHERS, *said, *points):
        reading = dialect.read(f"Here: {other}.", SIZE)
        assert reading.regions or reading.unread, other


def test_the_words_that_were_not_read_are_told() -> None:
    read = dialects.get("qwen3_vl")().read('<point x="10.5" y="20.5">a</point>', SIZE)
    assert words(read) == ('<point x="10.5" y="20.5">',)


def test_lists_under_other_keys_are_unread_beside_what_is_read() -> None:
    text = '{"box_2d": [0, 0, 500, 500], "mask": [[10, 20], [30, 40]], "box_2d": [1, 2]}'
    read = dialects.get("gemini")().read(text, SIZE)
    assert [region.kind for region in read.regions] == ["point"]
    assert set(words(read)) == {"[[10, 20], [30, 40]]", "[0, 0, 500, 500]"}


def test_the_name_of_a_tool_is_no_label() -> None:
    text = '{"name": "computer_use", "arguments": {"coordinate": [500, 300]}}'
    assert [r.label for r in dialects.get("qwen3_vl")().read(text, SIZE).regions] == [None]


@pytest.mark.parametrize("name", ["permille", "qwen3_vl", "gemini", "pixels", "qwen2_5_vl"])
def test_shares_of_one_are_no_thousandths_and_no_pixels(name: str) -> None:
    assert dialects.get(name)().read("[0.5, 0.3]", SIZE).unread[0].text == "[0.5, 0.3]"
    assert len(dialects.get(name)().read("[0, 0, 1, 1]", SIZE).regions) == 1


def test_two_outlines_have_a_label_each() -> None:
    outlines = [
        make.polygon([(100, 50), (300, 60), (200, 200)], label=label) for label in ("kite", "sail")
    ]
    florence = dialects.get("florence2")()
    read = florence.read(florence.say(outlines, SIZE), SIZE)
    assert [region.label for region in read.regions] == ["kite", "sail"]


def test_a_picture_that_the_family_does_not_take_leaves_the_answer_unread() -> None:
    read = dialects.get("qwen2_5_vl")().read("[1, 2, 3, 4]", Size(width=3, height=20_000))
    assert (read.regions, words(read)) == ((), ("[1, 2, 3, 4]",))


def test_what_lies_beyond_the_longest_answer_is_unread() -> None:
    text = "[1, 2, 3, 4]" + " " * LENGTH_LIMIT + "[5, 6, 7, 8]"
    read = dialects.get("pixels")().read(text, SIZE)
    assert len(read.regions) == 1
    assert list(words(read)) == ["[5, 6, 7, 8]"]


def test_a_label_for_many_places_is_cut() -> None:
    text = "cup" * 1000 + "<loc_1><loc_1><loc_9><loc_9>" * 3
    labels = [region.label for region in dialects.get("florence2")().read(text, SIZE).regions]
    assert labels == [("cup" * 1000)[:2000] + "…"] * 3


def test_halves_of_characters_are_said_and_read_as_replaced(dialect: Dialect) -> None:
    said = dialect.say([make.box(1, 1, 90, 90, label="a\ud83d")], SIZE)
    said.encode()
    assert {region.label for region in dialect.read(said, SIZE).regions} <= {"a\ufffd", None}
    both = dialects.get("qwen3_vl")().read('{"bbox": [1, 1, 9, 9], "label": "\ud83e\udd8a"}', SIZE)
    assert both.regions[0].label == "🦊"


def test_masks_are_read_up_to_a_number_of_pixels() -> None:
    buffer = io.BytesIO()
    PIL.fromarray(np.full((4, 4), 255, dtype=np.uint8)).save(buffer, format="PNG")
    mask = "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
    answer = ", ".join([f'{{"box_2d": [0, 0, 1000, 1000], "mask": "{mask}"}}'] * 40)
    read = dialects.get("gemini")().read(answer, Size(width=8000, height=8000))
    kinds = [region.kind for region in read.regions]
    assert (kinds.count("mask"), kinds.count("box")) == (2, 38)
    assert words(read) == (mask,) * 38


def test_a_mask_of_many_parts_comes_back_in_its_window() -> None:
    inside = np.zeros((720, 1280), dtype=np.bool_)
    inside[0:720:3, 5:400:2] = True
    inside[719, 1279] = True
    gemini = dialects.get("gemini")()
    (found,) = gemini.read(gemini.say([make.mask(inside)], SIZE), SIZE).regions
    assert found == make.mask(inside)


@of_each
def test_no_answer_made_to_harm_raises(names: Sequence[str]) -> None:
    failures = reported("failures", names)
    assert {name: found for name, found in failures.items() if found} == {}


@of_each
def test_memory_and_what_is_unread_grow_with_the_length_alone(names: Sequence[str]) -> None:
    for name, costs in reported("costs", names).items():
        for answer, (short, long_one) in costs:
            told = (name, answer)
            assert long_one["bytes"] < 5 * short["bytes"] + 500_000, told
            assert long_one["bytes"] < BYTES_OF_A_LETTER * 16_000, told
            assert long_one["letters"] < 5 * short["letters"] + 10_000, told
            assert long_one["unread"] < 3 * 16_000, told
