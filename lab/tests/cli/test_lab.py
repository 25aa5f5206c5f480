"""`deixis lab scenes`, `atlas` and `prior`."""

import json

import pytest

from deixis.cli.main import main
from deixis.core.images import open_image


def test_scenes_writes_a_sheet_and_says_how_many(tmp_path, capsys):
    out = tmp_path / "sheet.png"
    assert main(["lab", "scenes", "--out", str(out), "--num", "3", "--size", "64"]) == 0
    assert "3 on" in capsys.readouterr().out
    assert open_image(out).size.height > 64


def test_scenes_prints_the_truth_as_json(tmp_path, capsys):
    out = str(tmp_path / "sheet.png")
    arguments = ["lab", "scenes", "--out", out, "--num", "2", "--show-regions", "--json"]
    assert main(arguments) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["sheet"] == out
    assert [entry["scene"] for entry in record["scenes"]] == [
        "things/train/0/0",
        "things/train/0/1",
    ]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (["--num", "0"], "--num is within 1"),
        (["--size", "20"], "64..448"),
        (["--split", "tests"], "did you mean 'test'"),
        (["--first", "-4"], "index"),
        (["--out", "/proc/nowhere/sheet.png"], "cannot make"),
    ],
)
def test_a_mistake_exits_with_2_and_says_what_to_do(wrong, said, tmp_path, capsys):
    out = ["--out", str(tmp_path / "sheet.png")]
    assert main(["lab", "scenes", *out, "--num", "1", *wrong]) == 2
    assert said in capsys.readouterr().err


def test_a_group_that_is_not_there_is_told(tmp_path, capsys):
    assert main(["lab", "prior", "--group", "mian", "--out", str(tmp_path)]) == 2
    assert "did you mean 'main'" in capsys.readouterr().err


def test_the_study_s_help_names_every_report(capsys):
    with pytest.raises(SystemExit):
        main(["lab", "prior", "--help"])
    told = capsys.readouterr().out
    for name in ("predicts", "repair", "bands", "routes", "pixel"):
        assert f"prior_{name}" in told


def test_scenes_of_things_tell_who_drew_what(tmp_path, capsys):
    out = ["--out", str(tmp_path / "things.png"), "--num", "2", "--size", "64"]
    assert main(["lab", "scenes", *out, "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    things = [thing for entry in record["scenes"] for thing in entry["things"]]
    assert {"noto", "twemoji", "fluent-emoji-flat"} & {thing["artist"] for thing in things}


def test_the_atlas_of_things_shows_one_category(tmp_path, capsys):
    out = ["--out", str(tmp_path / "fruit.png"), "--category", "fruit"]
    assert main(["lab", "atlas", *out, "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert {entry["category"] for entry in record["atlas"]} == {"fruit"}
    assert "banana" in {entry["name"] for entry in record["atlas"]}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (["atlas", "--category", "fruits"], "did you mean 'fruit'"),
        (["atlas", "--art", "smal"], "did you mean 'small'"),
        (["art", "--processes", "0"], "--processes is at least 1"),
    ],
)
def test_a_mistake_about_things_says_what_to_do(wrong, said, tmp_path, capsys):
    out = ["--out", str(tmp_path / "sheet.png")] if wrong[0] == "atlas" else []
    assert main(["lab", *wrong, *out]) == 2
    assert said in capsys.readouterr().err
