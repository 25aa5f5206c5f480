"""Every row of the contracts has a source, no two contradict each other, and no name is guessed."""

import json
import re
from collections import defaultdict
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deixis.coordinates.contract import Contract, counts_what_is_seen
from deixis.coordinates.contracts import (
    contract_named,
    contract_of,
    contracts,
    load_contract,
    nearest,
    schema_named,
)
from deixis.coordinates.model_names import names_of
from deixis.coordinates.resizing import Kept, Smart
from deixis.core import region
from deixis.core.errors import UnknownNameError, UsageError
from deixis.core.size import Size

ROWS = contracts()
NAMES = sorted({name for row in ROWS for pattern in row.models for name in names_of(pattern)})
rows = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
ADDRESS = re.compile(r"https://[\w.-]+/\S*|[\w.-]+/[\w.-]+#\d+")


@rows
def test_a_row_tells_where_it_is_from_when_it_was_read_and_what_is_said_there(row: Contract):
    assert ADDRESS.fullmatch(row.source), row.source
    assert date(2023, 1, 1) <= date.fromisoformat(row.date) <= date(2026, 11, 29)
    assert len(row.note.split()) >= 4
    assert row.models


@pytest.mark.parametrize("name", ["pixel_boxes", "gemini_boxes"])
def test_a_schema_tells_the_same(name: str):
    schema = schema_named(name)
    assert ADDRESS.fullmatch(schema.source)
    assert date.fromisoformat(schema.date)
    assert schema.note
    assert schema.kind in ("box", "point")
    assert schema.body["type"] in ("object", "array")


@rows
def test_a_row_names_a_schema_that_is_there(row: Contract):
    assert not row.schema or schema_named(row.schema).name == row.schema


def test_a_schema_that_is_not_there_names_the_nearest():
    with pytest.raises(UnknownNameError, match="did you mean 'pixel_boxes'"):
        schema_named("pixel_box")


@rows
def test_a_row_speaks_a_dialect_that_is_here_or_says_that_none_is(row: Contract):
    if row.dialect:
        assert row.spoken().kinds
    else:
        with pytest.raises(UsageError, match="no dialect here writes as the models of"):
            row.spoken()


@rows
def test_a_rows_numbers_are_consistent(row: Contract):
    size = Size(width=7000, height=5000)
    seen = row.resize.seen(size)
    if row.max_pixels is not None and row.dialect != "pixels":
        assert seen.area <= row.max_pixels
    if row.longest_side is not None and row.resize != Kept():
        assert max(seen.width, seen.height) <= row.longest_side


def test_rows_have_names_of_their_own():
    assert len({row.name for row in ROWS}) == len(ROWS)


@rows
def test_a_row_that_is_called_as_a_model_is_about_that_model(row: Contract):
    match = contract_of(row.name)
    assert match is None or match.contract.name == row.name


def test_no_name_stands_in_two_rows_at_the_same_server():
    homes = defaultdict(set)
    for row in ROWS:
        for server in row.servers or ("",):
            for pattern in row.models:
                for name in names_of(pattern):
                    homes[server, name.lower()].add(row.name)
    assert {name: found for name, found in homes.items() if len(found) > 1} == {}


def test_each_name_finds_its_own_row_and_no_other():
    wrong = {}
    for row in ROWS:
        server = row.servers[0] if row.servers else ""
        for pattern in row.models:
            for name in names_of(pattern):
                match = contract_of(name, server)
                if match is None or match.contract.name != row.name:
                    wrong[name] = (row.name, match and match.contract.name)
    assert wrong == {}


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("Qwen/Qwen3-VL-8B-Instruct", "qwen3-vl"),
        ("Qwen3-VL-8B-Instruct", "qwen3-vl"),
        ("Qwen/Qwen3-VL-30B-A3B-Thinking-FP8", "qwen3-vl"),
        ("qwen3-vl-plus", "qwen3-vl"),
        ("qwen3-vl-plus-2025-09-23", "qwen3-vl"),
        ("qwen3-vl:8b", "qwen3-vl"),
        ("qwen3-vl:235b-cloud", "qwen3-vl"),
        ("qwen/qwen3-vl-235b-a22b-instruct:free", "qwen3-vl"),
        ("openrouter/qwen/qwen3-vl-8b-instruct", "qwen3-vl"),
        ("unsloth/Qwen3-VL-8B-Instruct-GGUF", "qwen3-vl"),
        ("hf.co/unsloth/Qwen3-VL-8B-Instruct-GGUF:Q4_K_M", "qwen3-vl"),
        ("/models/Qwen3-VL-8B-Instruct-UD-Q4_K_XL.gguf", "qwen3-vl"),
        ("C:\\models\\Qwen3-VL-8B-Instruct", "qwen3-vl"),
        ("qwen/qwen3.7-plus", "qwen3.5"),
        ("qwen3.5-plus-20260420", "qwen3.5"),
        ("qwen3.5:9b", "qwen3.5"),
        ("Qwen/Qwen2.5-VL-7B-Instruct-AWQ", "qwen2.5-vl"),
        ("qwen2.5vl:7b", "qwen2.5-vl-llama.cpp"),
        ("ggml-org/Qwen2.5-VL-7B-Instruct-GGUF", "qwen2.5-vl-llama.cpp"),
        ("Qwen2-VL-7B-Instruct", "qwen2-vl"),
        ("gpt-5.2", "gpt-5.2"),
        ("gpt-5.2-2025-12-11", "gpt-5.2"),
        ("openai/gpt-5.6-sol", "gpt-5.4"),
        ("gpt-5.4-nano", "gpt-5.4-nano"),
        ("gpt-5.1", "gpt-5"),
        ("gpt-5-mini", "gpt-5"),
        ("gpt-4o", "gpt-4"),
        ("gpt-4o-mini-2024-07-18", "gpt-4"),
        ("gpt-4.1-nano", "gpt-4"),
        ("gemini-3.6-flash", "gemini"),
        ("models/gemini-2.5-pro", "gemini"),
        ("google/gemini-3-pro-preview", "gemini"),
        ("gemini-robotics-er-1.5-preview", "gemini-robotics-er"),
        ("claude-opus-4-5", "claude"),
        ("claude-opus-4-5-20251101", "claude"),
        ("claude-sonnet-4-5@20250929", "claude"),
        ("anthropic/claude-3.7-sonnet", "claude"),
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude"),
        ("claude-opus-4-7", "claude-high-resolution"),
        ("anthropic/claude-opus-4.8", "claude-high-resolution"),
        ("claude-sonnet-5", "claude-high-resolution"),
        ("doubao-seed-1-6-vision-250815", "seed"),
        ("doubao-1-5-vision-pro-250328", "seed"),
        ("UI-TARS-1.5-7B", "ui-tars-1.5"),
        ("bytedance/ui-tars-1.5-7b", "ui-tars-1.5"),
        ("ByteDance-Seed/UI-TARS-7B-DPO", "ui-tars"),
        ("OpenCUA-7B", "opencua"),
        ("xlangai/OpenCUA-A3B", "opencua-relative"),
        ("Hcompany/Holo1.5-7B", "holo1"),
        ("holo1-5-7b-20250915", "holo1-hosted"),
        ("holo2-4b-20251115", "holo2"),
        ("openbmb/AgentCPM-GUI", "agentcpm-gui"),
        ("zai-org/GLM-4.5V", "glm-v"),
        ("z-ai/glm-4.6v", "glm-v"),
        ("moonshotai/Kimi-VL-A3B-Thinking-2506", "kimi-vl"),
        ("moonshotai/kimi-k2.5", "kimi-k2.5"),
        ("moonshotai/kimi-k3", "kimi-k3"),
        ("gpt-6.1-sol", "gpt-6"),
        ("openai/gpt-6-astra", "gpt-6"),
        ("z-ai/glm-5.3-flash", "glm-5.3"),
        ("xiaomi/mimo-v2.6-pro", "mimo-v2.6"),
        ("MiniCPM-V-4_5", "minicpm-v"),
        ("minicpm-v:8b", "minicpm-v"),
        ("x-ai/grok-4.6", "grok"),
        ("meta/muse-spark-1.2", "muse"),
        ("nvidia/LocateAnything-3B", "locate-anything"),
        ("IDEA-Research/Rex-Omni", "rex-omni"),
        ("allenai/Molmo-7B-D-0924", "molmo"),
        ("allenai/Molmo2-8B", "molmo2"),
        ("allenai/MolmoPoint-GUI-8B", "molmo-point"),
        ("moondream", "moondream"),
        ("OpenGVLab/InternVL3_5-8B-HF", "internvl"),
        ("deepseek-ai/deepseek-vl2-small", "deepseek-vl2"),
        ("google/paligemma2-3b-mix-448", "paligemma"),
        ("microsoft/Florence-2-large-ft", "florence-2"),
        ("microsoft/kosmos-2-patch14-224", "kosmos-2"),
        ("llava-hf/vip-llava-7b-hf", "vip-llava"),
    ],
)
def test_a_model_is_known_as_servers_and_hubs_call_it(name: str, row: str):
    match = contract_of(name)
    assert match is not None
    assert match.contract.name == row
    assert repr(name) in match.why


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "qwen",
        "gpt",
        "my-qwen3-vlx-finetune",
        "someone/qwen3-vl-8b-cats",
        "someone/Qwen3-VL-8B-Instruct",  # a stranger's copy may be anything
        "Qwen/Qwen3-VL-8B-Instruct-cats",
        "Qwen/Qwen3-VL-9B-Instruct",
        "qwen3-vl:cats",
        "qwen3-vl:8b-cats",
        "qwen3-vl-plus-cats",
        "Qwen3-VL-8B-Instruct/../cats",
        "unsloth/gpt-5.2",
        "gpt-5.3",
        "gpt-6",
        "gpt-6-terra",
        "gpt-5.2-codex",
        "claude-opus",
        "gemini-99-flash",
        "x" * 100_000,
        "Qwen/Qwen3-VL-8B-Instruct\n",
        "Qwen/Qwen3-VL-8B-Instruct\0",
    ],
)
def test_what_is_only_like_a_known_name_is_not_known(name: str):
    match = contract_of(name)
    assert match is None or name.strip() == "Qwen/Qwen3-VL-8B-Instruct"


@given(name=st.sampled_from(NAMES), before=st.text(max_size=3), behind=st.text(max_size=6))
def test_a_name_with_more_around_it_is_no_known_one(name: str, before: str, behind: str):
    asked = before + "ft-" + name + "-cats" + behind
    assert contract_of(asked) is None


@given(name=st.text(max_size=400))
def test_any_text_can_be_asked_for(name: str):
    contract_of(name, name)
    assert len(nearest(name)) <= 3


def test_a_server_of_its_own_goes_before_what_holds_everywhere():
    name, url = "qwen2.5-vl-7b-instruct", "https://dashscope-intl.aliyuncs.com/compatible-mode/v1"
    match = contract_of(name, url)
    assert match is not None
    assert match.contract.name == "qwen2.5-vl-dashscope"
    assert "at dashscope-intl.aliyuncs.com" in match.why
    elsewhere = contract_of(name, "https://dashscope.aliyuncs.com.example.org/v1")
    assert elsewhere is not None
    assert elsewhere.contract.name == "qwen2.5-vl"


def test_the_nearest_rows_of_a_fine_tune_are_told():
    assert nearest("someone/qwen3-vl-8b-cats")[0].name == "qwen3-vl"
    assert nearest("zzzzzz") == ()


@pytest.mark.parametrize("row", [r for r in ROWS if r.dialect], ids=lambda row: row.name)
@pytest.mark.parametrize("size", [Size(width=4000, height=3000), Size(width=333, height=777)])
def test_what_the_provider_does_to_a_picture_is_undone(row: Contract, size: Size):
    spoken = row.spoken()
    kind = "box" if "box" in spoken.kinds else "point"
    x0, y0, x1, y1 = (0.25 * size.width, 0.5 * size.height, 0.5 * size.width, 0.75 * size.height)
    meant = region.box(x0, y0, x1, y1) if kind == "box" else region.point(x0, y0)
    said = spoken.say([meant], size)
    (found,) = spoken.read(said, size).regions
    quantum = spoken.quantum(size)
    pairs = zip(_numbers(found), _numbers(meant), strict=True)
    for place, (now, before) in enumerate(pairs):
        assert abs(now - before) <= (quantum.y if place % 2 else quantum.x) / 2 + 1e-6


def _numbers(one: region.Region) -> list[float]:
    box = one.box()
    return [box.x0, box.y0, box.x1, box.y1]


@pytest.mark.parametrize(
    ("name", "size", "said"),
    [  # by hand: the sizes that the model sees, and the middle of the picture in them
        ("qwen2.5vl:7b", (4000, 3000), (2044, 1540)),  # 3,211,264 pixels at most
        ("Qwen/Qwen2.5-VL-7B-Instruct", (4000, 3000), (4004, 2996)),
        ("claude-opus-4-5", (1920, 1080), (1456, 819)),
        ("claude-opus-4-7", (1920, 1080), (1920, 1080)),
    ],
)
def test_pixels_are_those_of_what_the_model_sees(
    name: str, size: tuple[int, int], said: tuple[int, int]
):
    match = contract_of(name)
    assert match is not None
    whole = Size(width=size[0], height=size[1])
    words = match.contract.spoken().say([region.box(0, 0, *size)], whole)
    assert [int(number) for number in re.findall(r"\d+", words)][-2:] == list(said)


BOX, SPOT = (100, 100, 300, 200), (500, 250, 500, 250)


@pytest.mark.parametrize(
    ("name", "answer", "meant"),
    [  # as the source of each row has it, about a picture of 1000 x 500; seen by Qwen as 1008 x 504
        ("gpt-5.2", '{"detections": [{"label": "cup", "box_2d": [100, 100, 300, 200]}]}', BOX),
        ("gpt-6-sol", '[{"box_2d": [100, 100, 300, 200], "label": "cup"}]', BOX),
        (
            "gpt-5.1",
            '{"detections": [{"x_min": 0.1, "y_min": 0.2, "x_max": 0.3, "y_max": 0.4}]}',
            BOX,
        ),
        ("gemini-3.6-flash", '[{"box_2d": [200, 100, 400, 300], "label": "cup"}]', BOX),
        ("z-ai/glm-5.3-flash", '[{"box_2d": [200, 100, 400, 300], "label": "cup"}]', BOX),
        ("claude-opus-4-8", "The cup: [100, 100, 300, 200]", BOX),
        ("qwen/qwen3.7-plus", '[{"box_2d": [100, 200, 300, 400], "label": "cup"}]', BOX),
        ("meta/muse-spark-1.2", '[{"x_min": 100, "y_min": 200, "x_max": 300, "y_max": 400}]', BOX),
        ("xiaomi/mimo-v2.6-pro", '[{"box_2d": [100, 200, 300, 400], "label": "cup"}]', BOX),
        ("deepseek-ai/DeepSeek-OCR", "<|ref|>a<|/ref|><|det|>[[100, 200, 300, 400]]<|/det|>", BOX),
        ("doubao-seed-1-8", "<bbox>100 200 300 400</bbox>", BOX),
        ("doubao-1-5-ui-tars-250428", "Action: click(point='<point>500 500</point>')", SPOT),
        ("UI-TARS-7B-DPO", "Action: click(start_box='(500,500)')", SPOT),
        ("UI-TARS-1.5-7B", "Action: click(start_box='(504,252)')", SPOT),
        ("OpenCUA-7B", "pyautogui.click(x=504, y=252)", SPOT),
        ("xlangai/OpenCUA-A3B", "pyautogui.click(x=0.5, y=0.5)", SPOT),
        ("Holo1.5-7B", '{"action": "click_absolute", "x": 504, "y": 252}', SPOT),
        ("Holo2-4B", '{"x": 500, "y": 500}', SPOT),
        (
            "Fara-7B",
            '<tool_call>\n{"name": "computer_use", "arguments": {"action": "left_click", '
            '"coordinate": [504, 252]}}\n</tool_call>',
            SPOT,
        ),
        ("openbmb/AgentCPM-GUI", '{"thought":"…","POINT":[500,500]}', SPOT),
        ("glm-4.6v", "<|begin_of_box|>[[100,200,300,400]]<|end_of_box|>", BOX),
        ("MiniCPM-V-4_5", "<ref>cup</ref><box>100 200 300 400</box>", BOX),
        ("LocateAnything-3B", "<ref>cup</ref><box><100><200><300><400></box>", BOX),
    ],
)
def test_an_answer_in_the_form_that_the_source_shows_is_read(
    name: str, answer: str, meant: tuple[float, float, float, float]
):
    match = contract_of(name)
    assert match is not None
    (found,) = match.contract.spoken().read(answer, Size(width=1000, height=500)).regions
    assert _numbers(found) == pytest.approx(meant, abs=0.6)


MADE = Contract(
    name="probe of tiny",
    dialect="qwen2_5_vl",
    source="deixis probe",
    date="2026-11-29",
    models=("tiny",),
    resize=Smart(max_pixels=1_003_520),
    measured={"dialect": {"qwen2_5_vl": 0.99}, "calls": 24},
)


def test_a_contract_comes_back_from_its_file(tmp_path):
    MADE.save(tmp_path / "tiny.json")
    assert load_contract(tmp_path / "tiny.json") == MADE


@rows
def test_a_row_comes_back_from_a_file(row: Contract, tmp_path):
    row.save(tmp_path / "row.json")
    read = load_contract(tmp_path / "row.json")
    assert (read.name, read.models, read.resize) == (row.name, row.models, row.resize)


def record(**changes: object) -> str:
    return json.dumps({"deixis": "contract/1", **MADE.record(), **changes})


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no contract"),
        ("null", "contract is an object, got None"),
        ("[]", "contract is an object"),
        ("{}", "this Deixis reads contract/1, got None"),
        ('{"deixis": "contract/2"}', "reads contract/1, got 'contract/2'"),
        ('{"deixis": "contract/1"}', "lacks the field 'name'"),
        ("[" * 100_000, "nested too deeply"),
        ("\xff", "no contract"),
        (record(name=""), "1 to 300 letters"),
        (record(name="x" * 1000), "1 to 300 letters"),
        (record(name=3), "contract.name is text, got 3"),
        (record(source=" "), "tells no source"),
        (record(date="yesterday"), "is like 2026-11-29, got 'yesterday'"),
        (record(date="2026-02-30"), "is like 2026-11-29"),
        (record(dialect="qwen2_5_v"), "did you mean 'qwen2_5_vl'"),
        (record(dialect="../../etc/passwd"), "no dialect named"),
        (record(dialect="os"), "no dialect named"),
        (record(dialect="contract"), "no dialect named"),
        (record(settings={"system": "rm"}), "has no setting 'system'"),
        (record(settings={"factor": [1]}), "contract.settings.factor is"),
        (record(resize={"law": "smart", "max_pixels": 0}), "at least 1"),
        (record(resize={"law": "shrink"}), "no law of resizing named 'shrink'"),
        (record(max_pixels=-1), "max_pixels of the contract"),
        (record(longest_side=True), "contract.longest_side is"),
        (record(schema="free"), "no schema named 'free'"),
        (record(more=1), "contract has no field 'more'"),
        (record(models="tiny"), "contract.models is a list"),
        (record(measured=[1]), "contract.measured is an object"),
    ],
)
def test_a_file_that_is_no_contract_is_refused_with_the_reason(tmp_path, text: str, reason: str):
    path = tmp_path / "it.json"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(UsageError, match=re.escape(reason)):
        load_contract(path)


def test_a_file_in_pixels_of_what_is_seen_tells_the_resize(tmp_path):
    told = {name: value for name, value in MADE.record().items() if name != "resize"}
    (tmp_path / "it.json").write_text(json.dumps({"deixis": "contract/1", **told}))
    with pytest.raises(UsageError, match="so it tells its resize"):
        load_contract(tmp_path / "it.json")


@rows
def test_a_row_in_pixels_of_what_is_seen_tells_the_resize(row: Contract):
    if row.dialect and "space" not in row.settings and counts_what_is_seen(row.dialect):
        assert row.resize != Kept()


def test_a_file_of_a_gigabyte_is_not_read(tmp_path):
    path = tmp_path / "it.json"
    with path.open("wb") as file:
        file.truncate(1 << 30)
    with pytest.raises(UsageError, match="larger than"):
        load_contract(path)


def test_a_pipe_or_folder_in_a_files_place_is_refused(tmp_path):
    with pytest.raises(UsageError, match="is no contract"):
        load_contract(tmp_path)
    with pytest.raises(UsageError, match="is no contract"):
        load_contract(tmp_path / "none.json")


def test_a_contract_is_named_by_its_row_a_model_or_a_file(tmp_path):
    MADE.save(tmp_path / "tiny.json")
    assert contract_named("qwen3-vl").name == "qwen3-vl"
    assert contract_named("Qwen/Qwen3-VL-8B-Instruct").name == "qwen3-vl"
    assert contract_named(str(tmp_path / "tiny.json")) == MADE
    assert contract_named(tmp_path / "tiny.json") == MADE
    assert contract_named(MADE) is MADE


def test_a_name_that_is_none_of_these_is_refused_with_the_nearest():
    with pytest.raises(UsageError, match=r"most like those of 'qwen3-vl'.*deixis contracts"):
        contract_named("qwen3-vl-8b-cats")


@pytest.mark.parametrize("missing", ["source", "date"])
def test_no_contract_can_be_made_without_a_source_and_a_date(missing: str):
    values = {"name": "n", "dialect": "unit", "source": "s", "date": "2026-11-29", missing: ""}
    with pytest.raises(UsageError, match=missing):
        Contract(**values)
