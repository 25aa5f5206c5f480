"""Nothing that others wrote is obeyed by the terminal."""

import io
import json
import logging
import shutil
import sys

import pytest

from deixis.cli import main as cli
from deixis.cli.terminal import (
    TerminalReporter,
    VisibleStream,
    progress_line,
    say_loading,
    visible,
    visible_output,
    weights_shown,
)
from deixis.core.progress import Progress, who_is_told
from deixis.models.load_by_name import load, shipped_folder


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\tb\nc", "a\tb\nc"),
        ("é 👩‍👧 עברית \u200e", "é 👩‍👧 עברית \u200e"),
        ("\x1b]0;x\x07", r"\u001b]0;x\u0007"),
        ("a\x9b31mb\x7f", r"a\u009b31mb\u007f"),
        ("done\rhidden", r"done\u000dhidden"),
        ("a\r\nb", "a\nb"),
        ("a\u202eb\u2066c", r"a\u202eb\u2066c"),
        ("\ud83d", r"\ud83d"),
        ("\x00\x08", r"\u0000\u0008"),
    ],
)
def test_what_a_terminal_would_obey_is_written_out(text, shown):
    assert visible(text) == shown


@pytest.mark.parametrize("text", ["\x1b[31m\\", "\\\x9b", "\u202e", "\ud83d", "a\tb\r\n\x7f"])
def test_json_stays_the_same_json(text):
    assert json.loads(visible(json.dumps({text: text}, ensure_ascii=False))) == {text: text}


def test_letters_that_the_terminal_lacks_are_written_out():
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    assert VisibleStream(stream).write("é ✓") == 3
    stream.flush()
    assert raw.getvalue() == rb"\xe9 \u2713"


def test_results_go_out_visibly(capsys):
    with visible_output():
        sys.stdout.write("\x1b[2Jan answer\n")
    assert capsys.readouterr().out == "\\u001b[2Jan answer\n"


def test_so_does_what_is_logged(capsys):
    with visible_output():
        logging.lastResort.emit(logging.makeLogRecord({"msg": "a %s", "args": ("\x1b[2J",)}))
    assert "a \\u001b[2J" in capsys.readouterr().err


def test_an_error_is_told_visibly(tmp_path, capsys):
    name = f"{tmp_path}/\x1b[2Jnone.jpg"
    line = ["ask", name, "What?", "--model", "tiny:llava"]
    assert cli.main(line) == cli.YOUR_MISTAKE
    told = capsys.readouterr().err
    assert "\x1b" not in told
    assert "none.jpg" in told
    assert cli.main(["eval", "report", f"{tmp_path}/\x1b[2J"]) == cli.YOUR_MISTAKE
    assert "\\u001b[2J" in capsys.readouterr().err


def test_a_label_of_a_regions_file_is_shown_and_not_obeyed(capsys):
    region = '{"kind": "box", "box": [1, 2, 30, 40], "label": "\\u001b[2J\\u009bx"}'
    assert cli.main(["say", "--size", "64x48", f"cup=json:{region}"]) == cli.DONE
    told = capsys.readouterr().out
    assert "\x1b" not in told
    assert "\x9b" not in told


def test_a_run_of_unknown_length_shows_how_far_it_is():
    far = Progress(step=4, steps=0, steps_per_second=2.0, seconds_left=None, numbers={})
    assert progress_line(far) == "4  2 steps/s"


def test_a_run_whose_length_is_not_known_yet_is_not_told_again_and_again(capsys):
    reporter = TerminalReporter()
    for _ in range(5):
        reporter.advance(
            Progress(step=0, steps=0, steps_per_second=0.0, seconds_left=None, numbers={})
        )
    assert capsys.readouterr().err == "0  0 steps/s\n"


def test_a_person_is_told_that_a_model_is_being_loaded(capsys, monkeypatch):
    say_loading("nano")
    assert capsys.readouterr().err == ""  # no terminal
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    say_loading("openai:gpt-4o")
    say_loading("nano")
    assert capsys.readouterr().err == "loading nano …\n"


@pytest.fixture(scope="module")
def sharded(tmp_path_factory):
    """nano in several files."""
    from transformers import AutoModelForImageTextToText

    folder = tmp_path_factory.mktemp("sharded")
    for path in shipped_folder().iterdir():
        if path.suffix != ".safetensors":
            shutil.copy(path, folder / path.name)
    model = AutoModelForImageTextToText.from_pretrained(shipped_folder())
    model.save_pretrained(folder, max_shard_size="1MB")
    assert len(list(folder.glob("*.safetensors"))) > 1
    return folder


@pytest.mark.long
@pytest.mark.parametrize("is_terminal", [True, False])
def test_weights_are_counted_on_a_terminal_while_they_are_loaded(
    sharded, is_terminal, capsys, monkeypatch
):
    monkeypatch.setattr("deixis.cli.terminal.SECONDS_A_REDRAW", 0.0)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: is_terminal, raising=False)
    capsys.readouterr()
    with weights_shown("mine"):
        load(str(sharded))
    told = capsys.readouterr().err
    assert "Loading weights" not in told  # transformers' own bar
    if not is_terminal:
        assert told == ""
        return
    lines = [line.rstrip() for line in told.split("\r") if line.strip()]
    total = len(lines) - 1
    assert lines[3] == f"loading mine: weights 3 of {total}"
    assert lines[-1] == f"loading mine: weights {total} of {total}"
    assert told.endswith(" \r")  # and taken away


def test_what_went_wrong_stands_on_a_line_of_its_own(capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)

    def broken():
        who_is_told()(1, 8)
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"), weights_shown("mine"):
        broken()
    assert capsys.readouterr().err.endswith(" \r")
