"""The answers that every reader lost in 2026 (market.md, 1.4) are read, or named as unread."""

import pytest

from deixis.coordinates import Dialect, dialects
from deixis.core import region as make
from deixis.core.region import Region
from deixis.core.size import Size
from tests.coordinates.number_groups import unaccounted
from tests.long import each_of

NAMES = dialects.names()
SIZE = Size(width=1280, height=720)
TOOL = '{"name": "computer_use", "arguments": {"action": "click", "coordinate": [500, 300]}}'
CLAUDE_TOOL = '{"type": "tool_use", "name": "computer", "input": {"coordinate": [500, 300]}}'
BOX_TOKENS = "<|box_start|>(78,278),(234,556)<|box_end|>"
POLYGON = (
    '{"boxes": [{"box_2d": [200, 100, 600, 700], "label": "kite", '
    '"mask": [[100, 200], [700, 200], [700, 600], [100, 600]]}]}'
)
ANSWERS = {
    "LocateAnything": "<ref>stop sign</ref><box><165><132><361><422></box>",
    "Rex-Omni": "<|box_start|><12><412><339><568><|box_end|>",
    "Seed": "<bbox>100 200 300 400</bbox>",
    "MiniCPM-V": "<box>100 200 300 400</box>",
    "UI-TARS 1.5": "click(point='<point>500 300</point>')",
    "OpenCUA": "pyautogui.click(x=500, y=300)",
    "UI-TARS 1.0": "click(start_box='(500,300)')",
    "Claude's tool": CLAUDE_TOOL,
    "Qwen's tool": TOOL,
    "GLM-4.5V": "<|begin_of_box|>[[100,200,300,400]]<|end_of_box|>",
    "Holo": '{"action": "click", "x": 500, "y": 300}',
    "AgentCPM": '{"thought":"The button.","POINT":[729,69]}',
    "no brackets": "100 200 300 400",
    "commas": "100, 200, 300, 400",
    "shares": "[0.5, 0.3]",
    "shares of a box": "[0.1, 0.2, 0.3, 0.4]",
    "box tokens": BOX_TOKENS,
    "polygon": POLYGON,
}
AROUND = ("{}", "Here it is: {}.", "```json\n{}\n```")
SMART = (1280 / 1288, 720 / 728)  # a smart resize by 28 takes 1280 x 720 to 1288 x 728
THOUSANDTHS = make.box(128, 144, 384, 288)
# answer, dialect, and the region meant
MEANT = (
    ("LocateAnything", "locate_anything", make.box(211.2, 95.04, 462.08, 303.84)),
    (
        "Rex-Omni",
        "rex_omni",
        make.box(12 / 999 * 1280, 412 / 999 * 720, 339 / 999 * 1280, 568 / 999 * 720),
    ),
    ("Seed", "seed", THOUSANDTHS),
    ("MiniCPM-V", "minicpm_v", THOUSANDTHS),
    ("UI-TARS 1.5", "seed", make.point(640, 216)),
    ("UI-TARS 1.5", "ui_tars_1_5", make.point(500 * SMART[0], 300 * SMART[1])),
    ("OpenCUA", "opencua", make.point(500 * SMART[0], 300 * SMART[1])),
    ("UI-TARS 1.0", "ui_tars", make.point(640, 216)),
    ("UI-TARS 1.0", "ui_tars_1_5", make.point(500 * SMART[0], 300 * SMART[1])),
    ("Claude's tool", "anthropic_computer", make.point(500, 300)),
    ("Qwen's tool", "qwen3_vl", make.point(640, 216)),
    ("GLM-4.5V", "glm_v", THOUSANDTHS),
    ("Holo", "openai_computer", make.point(500, 300)),
    ("AgentCPM", "agentcpm_gui", make.point(0.729 * 1280, 0.069 * 720)),
    ("box tokens", "qwen2_vl", make.box(99.84, 200.16, 299.52, 400.32)),
    ("shares", "unit", make.point(640, 216)),
    ("shares of a box", "unit", THOUSANDTHS),
    ("shares", "kimi_vl", make.point(640, 216)),
)
KITE = [(128.0, 144.0), (896.0, 144.0), (896.0, 432.0), (128.0, 432.0)]
SPEAK_SHARES = {"unit", "padded_unit", "moondream", "kimi_vl"}
LIVE = """
    permille pixels unit padded_unit claude deepseek_vl2 florence2 gemini internvl kosmos2 moondream
    molmo molmo2 paligemma qwen2_vl qwen2_5_vl qwen3_vl locate_anything rex_omni seed minicpm_v
    glm_v kimi_vl holo agentcpm_gui molmo_point ui_tars ui_tars_1_5 opencua anthropic_computer
    openai_computer gemini_computer
"""


@pytest.fixture(params=NAMES)
def dialect(request: pytest.FixtureRequest) -> Dialect:
    return dialects.get(request.param)()


def assert_near(found: Region, wanted: Region, dialect: Dialect) -> None:
    quantum = dialect.quantum(SIZE)
    assert found.kind == wanted.kind
    halves = (quantum.x / 2, quantum.y / 2) * 2
    for read, true, half in zip(found.box().xyxy, wanted.box().xyxy, halves, strict=True):
        assert abs(read - true) <= half + 1e-6


def test_every_live_dialect_is_there() -> None:
    assert set(LIVE.split()) <= set(NAMES)


@pytest.mark.parametrize("around", AROUND)
def test_every_number_is_read_or_named(dialect: Dialect, around: str) -> None:
    for answer in ANSWERS.values():
        text = around.format(answer)
        reading = dialect.read(text, SIZE)
        parts = (*reading.places, *reading.unread)
        assert parts, text
        assert unaccounted(text, [(part.start, part.end) for part in parts]) == [], text
        assert all(part.text and part.reason for part in reading.unread)


@pytest.mark.parametrize(("answer", "name", "meant"), MEANT)
def test_its_own_dialect_reads_it(answer: str, name: str, meant: Region) -> None:
    dialect = dialects.get(name)()
    reading = dialect.read(ANSWERS[answer], SIZE)
    (found,) = reading.regions
    assert_near(found, meant, dialect)
    assert reading.unread == ()


@pytest.mark.parametrize("name", [name for name in NAMES if name not in SPEAK_SHARES])
def test_shares_are_no_place_where_others_are_spoken(name: str) -> None:
    for text in ("[0.5, 0.3]", '{"point": [0.5, 0.3]}', '{"bbox": [0.1, 0.2, 0.3, 0.4]}'):
        reading = dialects.get(name)().read(text, SIZE)
        assert reading.regions == ()
        assert any("0.3" in part.text for part in reading.unread)


def test_box_tokens_are_never_two_points(dialect: Dialect) -> None:
    reading = dialect.read(BOX_TOKENS, SIZE)
    assert [region.kind for region in reading.regions] in ([], ["box"])
    assert reading.regions or reading.unread


def test_a_polygon_of_gemini_is_read_whole() -> None:
    reading = dialects.get("gemini")().read(POLYGON, SIZE)
    (found,) = reading.regions
    assert found.kind == "polygon"
    assert found.label == "kite"
    assert_near(found, make.polygon(KITE), dialects.get("gemini")())
    assert reading.unread == ()


def test_the_name_of_a_tool_labels_nothing(dialect: Dialect) -> None:
    for text in (TOOL, CLAUDE_TOOL):
        assert {region.label for region in dialect.read(text, SIZE).regions} <= {None}


@each_of("name", NAMES, nth=8)
def test_no_half_of_it_is_a_place_that_is_not_meant(name: str) -> None:
    """Cut off within its numbers, an answer gives no region that the whole does not give."""
    dialect = dialects.get(name)()
    for text in ANSWERS.values():
        digits = [at for at, letter in enumerate(text) if letter.isdigit()]
        meant = {region.shape for region in dialect.read(text, SIZE).regions}
        for at in digits[1:]:
            found = dialect.read(text[:at], SIZE).regions
            assert {region.shape for region in found} <= meant, text[:at]
