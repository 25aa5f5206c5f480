import io
import json
import re
import subprocess
import sys

import numpy as np
import pytest

import deixis as dx
from deixis.cli import main as cli

CUP = "cup=box:8,12,40,30"
PICTURE = ("ask", "docs/still-life.png")


@pytest.fixture
def picture(tmp_path):
    image = dx.Image(pixels=np.random.default_rng(5).integers(0, 256, (48, 64, 3), dtype=np.uint8))
    path = tmp_path / "picture.png"
    path.write_bytes(image.png())
    return str(path)


def run(capsys, *arguments):
    code = cli.main(arguments)
    printed = capsys.readouterr()
    return code, printed.out, printed.err


@pytest.mark.parametrize("name", cli.commands.names())
def test_every_command_teaches(name, capsys):
    with pytest.raises(SystemExit) as left:
        cli.main([name, "--help"])
    assert left.value.code == 0
    assert "--json" in capsys.readouterr().out


@pytest.mark.parametrize("name", cli.commands.names())
@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_every_command_teaches_a_terminal_of_few_letters(name, encoding, monkeypatch):
    page = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(page, encoding=encoding))
    with pytest.raises(SystemExit) as left:
        cli.main([name, "--help"])
    sys.stdout.flush()
    assert left.value.code == 0
    assert b"--json" in page.getvalue()


@pytest.mark.parametrize("way", ["", "--stream"])
def test_an_answer_of_no_words_is_a_failure(way, picture, capsys, monkeypatch):
    from deixis.models.interface import Completion
    from deixis.models.transformers_model import TransformersModel

    def silent(self, questions, settings=None):
        return [Completion(text=" ") for _ in questions]

    monkeypatch.setattr(TransformersModel, "generate", silent)
    code, out, err = run(
        capsys, "ask", picture, "Is it?", "--model", "tiny:llava", *filter(None, [way])
    )
    assert (code, out.strip()) == (1, "")
    assert "deixis ask: the model said nothing" in err


def test_say_has_a_line_for_every_dialect(capsys):
    code, out, _ = run(capsys, "say", "--size", "64x48", CUP)
    assert code == 0
    lines = out.splitlines()
    assert [line.split()[0] for line in lines[1:]] == dx.dialects.names()


def test_say_takes_the_size_of_a_picture(picture, capsys):
    assert run(capsys, "say", picture, CUP)[1] == run(capsys, "say", "--size", "64x48", CUP)[1]


def test_say_prints_one_dialect_as_it_is(capsys):
    code, out, _ = run(capsys, "say", "--size", "64x48", CUP, "--dialect", "pixels")
    assert (code, out) == (0, "[8, 12, 40, 30]\n")


def test_say_gives_json(capsys):
    _, out, _ = run(capsys, "say", "--size", "64x48", CUP, "--json")
    assert set(json.loads(out)["said"]) == set(dx.dialects.names())


@pytest.mark.parametrize(
    ("spec", "kind"),
    [
        ("a=point:3,4", "point"),
        ("a=ellipse:20,20,5,6", "ellipse"),
        ("a=ellipse:20,20,5,6,30", "ellipse"),
        ("a=polygon:1,1;9,2;5,8", "polygon"),
        ("a=stroke:1,1;9,2", "stroke"),
        ('a=json:{"kind": "box", "box": [1, 2, 3, 4]}', "box"),
    ],
)
def test_every_shape_can_be_written(spec, kind, capsys):
    from deixis.cli._regions import given_regions

    (given,) = given_regions([spec])
    assert given.region(dx.Size(width=64, height=48)).kind == kind
    assert run(capsys, "say", "--size", "64x48", spec)[0] == 0


def test_a_region_is_read_from_a_file(tmp_path, capsys):
    path = tmp_path / "cat.json"
    path.write_text('{"kind": "box", "box": [8, 12, 40, 30]}')
    spec = f"cat=json:{path}"
    _, out, _ = run(capsys, "say", "--size", "64x48", spec, "--dialect", "pixels")
    assert out == "[8, 12, 40, 30]\n"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["say", "--size", "64x48"], "no region is given"),
        (["say", CUP], "NAME=SHAPE"),
        (["say", "--size", "64by48", CUP], "WIDTHxHEIGHT"),
        (["say", "--size", "64x48", "box:1,2,3,4"], "NAME=SHAPE"),
        (["say", "--size", "64x48", "a=blob:1,2"], "no shape of a region named 'blob'"),
        (["say", "--size", "64x48", "a=box:1,2,3"], "4 numbers, got 3"),
        (["say", "--size", "64x48", "a=box:1,2,3,x"], "expected a number"),
        (["say", "--size", "64x48", "a=box:9,2,3,4"], "x0 ≤ x1"),
        (["say", "--size", "64x48", "a=box:90,2,93,4"], "outside"),
        (["say", "--size", "64x48", "a=polygon:1 2"], "x,y;x,y"),
        (["say", "--size", "64x48", "a=json:none.json"], "cannot read"),
        (["say", "none.png", CUP], "none.png"),
        (["say", "--size", "64x48", CUP, "--dialect", "gemni"], "did you mean 'gemini'"),
        (["read", "x", "--size", "64x48", "--dialect", "nope"], "dialect"),
        (["ask", "--model", "tiny:llava"], "picture and a question"),
        (["ask", "docs/still-life.png", "Hi", "--model", "tiny:lava"], "did you mean"),
        ([*PICTURE, "Hi", "--model", "tiny:llava", "--device", "warp"], "there are: cpu"),
        ([*PICTURE, "Hi", "--model", "tiny:llava", "--dtype", "float7"], "dtype"),
        ([*PICTURE, "Hi", "--model", "tiny:llava", "--temperature", "nan"], "temperature"),
        ([*PICTURE, "Hi", "--model", "tiny:llava", "--seed", "9" * 30], "seed"),
        ([*PICTURE, "Hi", "--model", "tiny:llava", "--save", "/none/x.json"], "cannot write"),
        (["demo", "--out", "/proc/x"], "cannot"),
        (["ask", "a.png", "Hi", CUP, CUP, "--model", "tiny:llava"], "given twice"),
        (["ask", "a.png", "Hi", "--model", "tiny:llava", "--stream", "--json"], "--stream prints"),
        (["ask", "https://example.org/a.png", "Hi", "--model", "tiny:llava"], "--allow-url"),
    ],
)
def test_a_mistake_is_told_and_ends_with_two(arguments, reason, capsys):
    code, out, err = run(capsys, *arguments)
    assert code == 2
    assert not out
    assert reason in err
    assert "Traceback" not in err


def test_read_prints_a_region_a_line_and_what_it_could_not(capsys):
    words = '{"bbox_2d": [250, 500, 500, 1000]} {"bbox_2d": [1, 2'
    code, out, err = run(capsys, "read", words, "--size", "64x48", "--dialect", "qwen3_vl")
    assert code == 0
    assert json.loads(out)["box"] == [16, 24, 32, 48]
    assert err.startswith("unread:")


def test_read_leaves_drafts_out_and_replaces_halves_of_characters(capsys):
    words = '<think>[1, 2, 3, 4]</think>{"bbox_2d": [64, 63, 81, 86], "label": "a\\ud83d\udc80"}'
    code, out, err = run(capsys, "read", words, "--size", "64x48", "--dialect", "qwen3_vl")
    assert code == 0
    assert json.loads(out)["label"] == "a\ufffd\ufffd"
    assert err == ""


def test_read_takes_bytes_that_are_no_text():
    command = [sys.executable, "-m", "deixis", "read", "-", "--size", "64x48"]
    piped = b'{"bbox": [1, 1, 9, 9], "label": "\xff"}'
    done = subprocess.run(
        [*command, "--dialect", "pixels"], input=piped, capture_output=True, check=True
    )
    assert json.loads(done.stdout)["label"] == "\ufffd"


def test_read_gives_json(capsys):
    words = '{"bbox_2d": [250, 500, 500, 1000]}'
    arguments = ("--size", "64x48", "--dialect", "qwen3_vl", "--json")
    record = json.loads(run(capsys, "read", words, *arguments)[1])
    assert len(record["regions"]) == 1
    assert record["unread"] == []


def test_models_lists_every_family(capsys):
    from deixis.models.families import families

    _, out, _ = run(capsys, "models", "--json")
    assert sorted(json.loads(out)) == families.names()
    _, out, _ = run(capsys, "models")
    assert all(name in out for name in families.names())


ASK = ("What is {cup}?", CUP, "--model", "tiny:qwen2_vl", "--max-new-tokens", "5")


def test_ask_prints_the_answer(picture, capsys):
    code, out, err = run(capsys, "ask", picture, *ASK)
    assert (code, err) == (0, "")
    assert out.strip()


def test_ask_gives_json_with_what_was_sent(picture, capsys):
    record = json.loads(run(capsys, "ask", picture, *ASK, "--json")[1])
    assert record["sent"]["dialect"] == "qwen2_vl"
    assert "<|box_start|>" in record["sent"]["text"]


def test_a_region_can_be_cropped_or_dimmed(picture, capsys):
    asked = [word if word != CUP else "cup=cropped:box:8,12,40,30" for word in ASK]
    record = json.loads(run(capsys, "ask", picture, *asked, "--json")[1])
    assert record["sent"]["text"] == "What is the object in the picture?"


@pytest.mark.parametrize("name", ["system", "settings", "image", "self"])
def test_a_region_may_have_any_name(name, picture, capsys):
    asked = [f"What is {{{name}}}?", f"{name}=point:9,9", *ASK[2:]]
    assert run(capsys, "ask", picture, *asked)[0] == 0


def test_ask_streams(picture, capsys):
    assert run(capsys, "ask", picture, *ASK, "--stream")[1].strip()


def test_a_saved_call_is_replayed_to_the_same_answer(picture, tmp_path, capsys):
    saved = str(tmp_path / "sent.json")
    _, first, _ = run(capsys, "ask", picture, *ASK, "--save", saved)
    _, second, _ = run(capsys, "ask", "--replay", saved, "--model", "tiny:qwen2_vl")
    assert first == second


def test_a_command_that_is_not_there_ends_with_two_and_the_nearest_name(capsys):
    code, _, err = run(capsys, "sya", "--size", "6x4")
    assert code == 2
    assert "no command named 'sya'; did you mean 'say'?" in err


def test_no_command_shows_what_there_is(capsys):
    code, _, err = run(capsys)
    assert code == 2
    assert all(name in err for name in cli.commands.names())


def test_the_reader_of_our_output_may_leave():
    command = f"{sys.executable} -m deixis say --size 64x48 {CUP} | head -1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True)
    assert done.returncode == 0
    assert not done.stderr


def test_help_lists_every_command_once_below_what_it_is_for(capsys):
    with pytest.raises(SystemExit):
        cli.main(["--help"])
    out = capsys.readouterr().out
    titles = [line[:-1] for line in out.splitlines() if line.endswith(":") and line[0] != " "]
    assert titles == ["options", *cli.GROUPS, "more"]
    listed = re.findall(r"^  (\w+) ", out.split("\npoint:")[1], re.MULTILINE)
    assert sorted(listed) == cli.commands.names()
    assert out.split("more:")[1].split()[0] == "lab"


def test_no_group_of_commands_names_one_that_is_not_there():
    grouped = [name for group in cli.GROUPS.values() for name in group]
    assert len(grouped) == len(set(grouped))
    assert set(grouped) <= set(cli.commands.names())
