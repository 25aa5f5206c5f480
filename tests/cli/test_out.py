"""Where commands write: nothing of anybody else is lost."""

import argparse
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PIL

from deixis.cli import main as cli
from deixis.cli._out import kept
from deixis.core.errors import UsageError
from deixis.core.folder_ownership import MARKER


def parts():
    """The words and the parser of each command, and of each part of one."""
    whole = cli.parser()
    found = [((name,), one) for name, one in commands(whole).items()]
    inner = [((*path, part), two) for path, one in found for part, two in commands(one).items()]
    return {" ".join(path): one for path, one in (*found, *inner)}


def commands(parser):
    groups = (one for one in parser._actions if isinstance(one, argparse._SubParsersAction))
    return {name: one for group in groups for name, one in group.choices.items()}


OWN_CHECK = {"ask", "demo", "train", "knowledge extract", "models convert", "pixel import"}
FILES = {"draw", "find", "look", "point", "data show", "knowledge stats", "knowledge show",
         "lab scenes", "lab atlas", "pixel show"}  # fmt: skip


def test_every_command_that_writes_a_folder_keeps_it():
    for name, parser in parts().items():
        if "--out" in parser._option_string_actions:
            keeps = parser.get_default("keeps") is not None
            assert keeps == (name not in OWN_CHECK | FILES), name


FOLDERS = [
    "eval run pope --model tiny:llava --out {}",
    "eval search-style pope --model tiny:llava --budget 9 --out {}",
    "eval vote none --out {}",
    "eval report {}",
    pytest.param("lab card nano --out {}", marks=pytest.mark.lab),
    pytest.param("lab tower --out {}", marks=pytest.mark.lab),
    pytest.param("lab report many_marks --out {}", marks=pytest.mark.lab),
    pytest.param("lab study coordinates --out {}", marks=pytest.mark.lab),
    "pixel export none --out {}",
    "pixel transfer none --model nano --benchmark cifar10 --out {}",
    "pixel matrix --task cifar10 --model nano --out {}",
    "pixel apart --task cifar10 --model nano --model tiny:llava --out {}",
    "pixel rivals --task cifar10 --out {}",
    "prior rank none --encoder none --out {}",
    "prior report none --ranks none --model nano --out {}",
    "prior probe none --encoder none --out {}",
    "prior questions none --out {}",
    "prior compare none none --out {}",
    "prior repair none --model nano --out {}",
    pytest.param("lab prior --out {}", marks=pytest.mark.lab),
    pytest.param("lab apart --task scenes_counting --out {}", marks=pytest.mark.lab),
    "data export none --format llava --out {}",
]


@pytest.mark.parametrize("line", FOLDERS, ids=lambda line: " ".join(line.split()[:2]))
def test_a_folder_of_somebody_else_is_refused_untouched(line, tmp_path, capsys):
    (tmp_path / "README.md").write_text("# My project\n")
    (tmp_path / "model").mkdir()
    assert cli.main(line.format(tmp_path).split()) == cli.YOUR_MISTAKE
    assert "is not ours: it holds 'README.md', 'model'" in capsys.readouterr().err
    assert (tmp_path / "README.md").read_text() == "# My project\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["README.md", "model"]


@pytest.mark.lab
def test_a_name_that_stands_for_the_folder_is_looked_at_too(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("many_marks").mkdir()
    Path("many_marks/README.md").write_text("mine")
    assert cli.main(["lab", "report", "many_marks"]) == cli.YOUR_MISTAKE
    assert "many_marks is not ours" in capsys.readouterr().err


def test_a_command_that_fails_leaves_no_folder(tmp_path):
    line = f"eval run no_such_benchmark --model nano --out {tmp_path / 'new'}"
    assert cli.main(line.split()) == cli.YOUR_MISTAKE
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_was_written_is_used_again(tmp_path):
    given = argparse.Namespace(out=tmp_path / "a", keeps="lab")
    for _ in range(2):
        with kept(given):
            (given.out / "report.json").write_text("{}")
    assert (given.out / MARKER).read_text() == "deixis lab\n"


def test_a_picture_is_not_drawn_over_itself(tmp_path, capsys):
    path = tmp_path / "a.png"
    PIL.fromarray(np.full((40, 60, 3), 200, np.uint8)).save(path)
    before = path.read_bytes()
    (tmp_path / "same.png").symlink_to(path)
    for out in (path, tmp_path / "same.png"):
        line = ["draw", str(path), "cup=box:5,5,20,20", "-o", str(out)]
        assert cli.main(line) == cli.YOUR_MISTAKE
        assert "is what is read, and would be lost" in capsys.readouterr().err
    assert path.read_bytes() == before


def test_an_older_picture_of_that_name_is_replaced(tmp_path):
    path, out = tmp_path / "a.png", tmp_path / "b.png"
    PIL.fromarray(np.full((40, 60, 3), 200, np.uint8)).save(path)
    out.write_text("old")
    assert cli.main(["draw", str(path), "cup=box:5,5,20,20", "-o", str(out)]) == cli.DONE
    assert out.read_bytes().startswith(b"\x89PNG")


def test_a_folder_is_no_picture_to_write(tmp_path, capsys):
    path = tmp_path / "a.png"
    PIL.fromarray(np.full((40, 60, 3), 200, np.uint8)).save(path)
    (tmp_path / "b.png").mkdir()
    line = ["draw", str(path), "cup=box:5,5,20,20", "-o", str(tmp_path / "b.png")]
    assert cli.main(line) == cli.YOUR_MISTAKE
    assert "cannot write" in capsys.readouterr().err
    assert (tmp_path / "b.png").is_dir()


def test_what_was_sent_is_not_saved_over_the_picture(tmp_path):
    path = tmp_path / "a.png"
    path.write_text("x")
    with (
        pytest.raises(UsageError, match="would be lost"),
        kept(
            argparse.Namespace(image=str(path), regions=["a=\0", "b" * 9999], save=path, out=None)
        ),
    ):
        pass


def test_the_tour_replaces_no_other_page(tmp_path, capsys):
    (tmp_path / "index.html").write_text("<title>My page</title>")
    assert cli.main(["demo", "--out", str(tmp_path)]) == cli.YOUR_MISTAKE
    assert "is another page" in capsys.readouterr().err
    assert (tmp_path / "index.html").read_text() == "<title>My page</title>"


@pytest.mark.lab
def test_a_page_of_reports_replaces_no_other_page(tmp_path, capsys):
    (tmp_path / "README.md").write_text("# My project\n")
    (tmp_path / "shapes").mkdir()
    (tmp_path / "shapes" / "report.json").write_text(
        '{"name": "shapes", "claim": "c", "held": true, "verdict": "v"}'
    )
    assert cli.main(["lab", "shelf", str(tmp_path)]) == cli.YOUR_MISTAKE
    assert "is not a page of reports" in capsys.readouterr().err
    (tmp_path / "README.md").unlink()
    for _ in range(2):
        assert cli.main(["lab", "shelf", str(tmp_path)]) == cli.DONE
