"""`deixis contracts` shows what is known of models, and what of none."""

import json

import pytest

from deixis.cli.main import main
from deixis.coordinates.contract import Contract
from deixis.coordinates.contracts import contracts


def shown(capsys, *words):
    assert main(["contracts", *words]) == 0
    return capsys.readouterr().out


def test_the_whole_table_is_printed_a_row_a_line(capsys):
    lines = shown(capsys).splitlines()
    names = [line.split()[0] for line in lines[1 : 1 + len(contracts())]]
    assert names == [row.name for row in contracts()]


def test_the_whole_table_is_one_object_of_json(capsys):
    told = json.loads(shown(capsys, "--json"))["contracts"]
    assert [one["name"] for one in told] == [row.name for row in contracts()]
    assert all(one["source"] and one["date"] for one in told)


@pytest.mark.parametrize(
    ("model", "lines"),
    [
        ("gpt-5.2", ["'gpt-5.2' is one of openai/gpt-5.2{,<date>}", "dialect       pixels"]),
        ("claude", ["'claude' is the name of a row"]),
        ("grok-4.6", ["dialect       none of ours", "in percent of each side"]),
    ],
)
def test_the_row_that_applies_is_printed_and_why(capsys, model, lines):
    told = shown(capsys, model)
    for line in lines:
        assert line in told


@pytest.mark.parametrize(
    ("model", "row", "server"),
    [
        ("openai:gpt-5.2", "gpt-5.2", None),
        ("openai:claude-opus-4-7@https://x.org/v1", "claude-high-resolution", "https://x.org/v1"),
        (
            "openai:qwen2.5-vl-7b-instruct@https://dashscope.aliyuncs.com/compatible-mode/v1",
            "qwen2.5-vl-dashscope",
            "https://dashscope.aliyuncs.com/compatible-mode/v1",
        ),
    ],
)
def test_a_model_at_a_server_is_looked_up_as_it_is_loaded(capsys, model, row, server):
    told = json.loads(shown(capsys, model, "--json"))
    assert (told["contract"]["name"], told["server"], told["nearest"]) == (row, server, [])


def test_of_an_unknown_model_the_nearest_rows_are_shown_and_what_to_do(capsys):
    told = shown(capsys, "someone/qwen3-vl-8b-cats")
    assert told.startswith("No contract is about 'someone/qwen3-vl-8b-cats'")
    assert "nearest: qwen3-vl (qwen3_vl): " in told
    assert "deixis probe MODEL" in told


def test_of_an_unknown_model_json_says_null(capsys):
    told = json.loads(shown(capsys, "zzzz", "--json"))
    assert (told["contract"], told["why"], told["nearest"]) == (None, None, [])


def test_a_file_is_shown_with_what_was_measured(capsys, tmp_path):
    made = Contract(
        name="mine", dialect="unit", source="s", date="2026-11-29", measured={"calls": 24}
    )
    made.save(tmp_path / "mine.json")
    told = shown(capsys, str(tmp_path / "mine.json"))
    assert 'measured      {"calls": 24}' in told


def test_a_file_that_is_none_is_your_mistake(capsys, tmp_path):
    assert main(["contracts", str(tmp_path / "none.json")]) == 2
    assert "is no contract" in capsys.readouterr().err


PLACE = ["cup=box:100,60,200,150"]
SIZE = ["--size", "400x300"]


def printed(capsys, *words):
    assert main(list(words)) == 0
    return capsys.readouterr().out.strip()


def test_a_place_is_said_and_read_as_a_model_of_that_name_does(capsys):
    said = printed(capsys, "say", *SIZE, *PLACE, "--contract", "qwen2.5vl:7b")
    assert said == '[{"bbox_2d": [98, 62, 196, 154], "label": "cup"}]'
    read = json.loads(printed(capsys, "read", said, *SIZE, "--contract", "qwen2.5vl:7b"))
    assert read["box"] == pytest.approx([100, 60, 200, 150], abs=0.6)


def test_a_dialect_and_a_contract_hold_together(capsys):
    words = ["say", *SIZE, *PLACE, "--dialect", "pixels", "--contract", "qwen2.5vl:7b"]
    assert printed(capsys, *words) == "[98, 62, 196, 154]"


def test_what_is_said_by_a_contract_is_named_by_it_in_json(capsys):
    told = printed(capsys, "say", *SIZE, *PLACE, "--contract", "qwen3-vl", "--json")
    assert list(json.loads(told)["said"]) == ["qwen3-vl"]


@pytest.mark.parametrize("words", [["say", *PLACE], ["read", "[1, 2, 3, 4]"]])
def test_a_contract_that_is_none_is_your_mistake(capsys, words):
    assert main([*words, *SIZE, "--contract", "qwn"]) == 2
    assert "deixis contracts" in capsys.readouterr().err
