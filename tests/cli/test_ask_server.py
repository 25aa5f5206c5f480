"""`deixis ask` of a server's model: its key, its journal, its pictures, and what is drawn."""

import dataclasses
import json
import subprocess
import sys

import numpy as np
import pytest

import deixis as dx
from deixis.cli.main import main
from deixis.marks.labelled import PALETTE
from deixis.testing import serve

SCENE = "docs/scene.png"
BOXED = 'There: {"bbox_2d": [100, 200, 500, 600], "label": "sign"}'


def ask(server, *more):
    model = f"openai:Qwen/Qwen3-VL-8B-Instruct@{server.url}"
    return main(["ask", SCENE, "Where is the sign?", "--model", model, *map(str, more)])


def test_the_key_comes_from_a_file(tmp_path, capsys):
    (tmp_path / "key").write_text("abcdef\n", encoding="utf-8")
    with serve("here") as server:
        assert ask(server, "--api-key-file", tmp_path / "key") == 0
    assert server.requests[0].headers["Authorization"] == "Bearer abcdef"
    with serve() as server:
        assert ask(server, "--api-key-file", tmp_path / "none") == 2
    assert "cannot read" in capsys.readouterr().err


def test_no_answer_in_the_journal_is_asked_again(tmp_path, capsys):
    with serve("here", "there") as server:
        for _ in range(2):
            assert ask(server, "--journal", tmp_path / "answers.jsonl") == 0
    assert len(server.requests) == 1
    assert capsys.readouterr().out == "here\nhere\n"


@pytest.mark.parametrize("form", ["png", "jpeg"])
def test_pictures_are_sent_in_the_format_that_is_chosen(form):
    with serve("here") as server:
        assert ask(server, "--image-format", form) == 0
    assert f"data:image/{form};base64," in json.dumps(server.requests[0].body)


def test_the_json_holds_all_that_was_sent(capsys):
    with serve(BOXED) as server:
        assert ask(server, "--json", "--system", "Be brief.", "--max-new-tokens", 9) == 0
    told = json.loads(capsys.readouterr().out)
    fields = {field.name for field in dataclasses.fields(dx.Sent)} - {"frames"}
    assert {*told["sent"]} == fields | {"pictures", "sizes"}
    assert (told["sent"]["system"], told["sent"]["settings"]["max_new_tokens"]) == ("Be brief.", 9)
    assert told["regions"][0]["label"] == "sign"


def test_an_empty_answer_is_told_and_a_failure(tmp_path, capsys):
    kept = tmp_path / "sent.json"
    with serve("") as server:
        assert ask(server, "--json", "--save", kept) == 1
    told = capsys.readouterr()
    assert "deixis ask: the model said nothing (it ended by 'stop')" in told.err
    assert json.loads(told.out)["text"] == ""
    assert kept.exists()


def test_the_regions_answered_are_drawn(tmp_path, capsys):
    out = tmp_path / "answer.png"
    with serve(BOXED) as server:
        assert ask(server, "--out", out) == 0
        assert ask(server, "--out", tmp_path / "none" / "x.png") == 2  # before it is paid for
        assert ask(server, "--out", tmp_path / "x.gif") == 2
    assert len(server.requests) == 1
    drawn = (dx.open_image(out).pixels == np.array(PALETTE[0], np.uint8)).all(axis=2)
    assert abs(np.nonzero(drawn.any(axis=0))[0].min() - 44) < 4
    assert "no such folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    "command",
    [
        ["models"],
        pytest.param(["lab", "report"], marks=pytest.mark.lab),
        ["ask", SCENE, "Hi", "--model", "openai:m@http://127.0.0.1:9/v1"],
        ["ask", SCENE, "{it}", "it=circle:box:1,2,3,4", "--model", "nano"],
        ["draw", SCENE, "a=box:1,2,30,40", "-o", "/dev/null/x.png"],
    ],
    ids=" ".join,
)
def test_what_needs_no_torch_loads_none(command):  # the audit: 4.5 s of processor time each
    code = (
        f"import sys\nfrom deixis.cli.main import main\nmain({command!r})\n"
        "print(*{'torch', 'transformers'} & {*sys.modules}, file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stderr.splitlines()[-1] == ""


def test_a_piece_that_is_no_place_is_told(capsys):  # the audit: nothing was printed at all
    point = '<point x="10.5" y="20.5">a</point>'
    assert main(["read", point, "--size", "640x480", "--dialect", "qwen3_vl"]) == 0
    assert "unread" in capsys.readouterr().err
