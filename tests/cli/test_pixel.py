"""`deixis pixel`: tasks, show, export, transfer and matrix."""

import json
import shlex
from dataclasses import asdict
from pathlib import Path

import pytest
from PIL import Image as PIL

from deixis.cli.main import main
from deixis.pixel.card import Card, PromptSource
from deixis.pixel.saved import load_prompt, save_prompt
from tests.pixel.nursery import learned

CARD = Card(sources=(PromptSource(model="tiny:llava"),), task="scenes_presence", steps=2, seed=0)
ASKED = ["--benchmark", "scenes_presence", "--limit", "3"]


@pytest.fixture
def prompt(tmp_path):
    folder = tmp_path / "frame" / "model"
    save_prompt(learned("frame", side=48, width=6), CARD, folder)
    return folder


def told(capsys, *words):
    assert main(["pixel", *map(str, words), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_tasks_are_listed(capsys):
    assert main(["pixel", "tasks"]) == 0
    assert "clevr_counts" in capsys.readouterr().out
    assert told(capsys, "tasks")["cifar10"]["answers"] == "choice"


def test_a_prompt_is_shown(prompt, tmp_path, capsys):
    assert main(["pixel", "show", str(prompt), "--out", str(tmp_path / "seen.png")]) == 0
    assert "Learned on `tiny:llava`" in capsys.readouterr().out
    with PIL.open(tmp_path / "seen.png") as picture:
        assert picture.size == (480, 480)  # large enough to look at
    record = told(capsys, "show", prompt)
    assert (record["kind"], record["numbers"]) == ("frame", 3 * (48**2 - 36**2))


def test_an_export_writes_pngs_and_the_cost_into_the_card(prompt, tmp_path, capsys):
    assert main(["pixel", "export", str(prompt), "--out", str(tmp_path / "png")]) == 0
    said = capsys.readouterr().out
    assert "frame.png" in said
    assert "rebuilt from `frame.png`" in said
    card = load_prompt(prompt).card
    cost, lost = card.quantised, card.exported
    assert cost is not None
    assert lost is not None
    again = told(capsys, "export", prompt / "pixel.safetensors", "--out", tmp_path / "png")
    assert again["quantised"]["error"] == cost.error
    assert again["exported"] == asdict(lost)


@pytest.mark.long
@pytest.mark.lab
def test_a_transfer_writes_the_matrix_and_keeps_gains(prompt, tmp_path, capsys):
    words = ["transfer", prompt, "--model", "tiny:llava", *ASKED, "--out", tmp_path / "out"]
    assert main(["pixel", *map(str, words)]) == 0
    assert "frame" in capsys.readouterr().out
    found = told(capsys, *words, "--mode", "8bit", "--keep")
    (cell,) = found["cells"]
    assert (cell["prompt"], cell["is_source"]) == ("frame", True)
    (gain,) = load_prompt(prompt).card.gains
    assert (gain.model, gain.mode, gain.num_questions) == ("tiny:llava", "8bit", 3)
    page = (tmp_path / "out" / "README.md").read_text()
    assert "--limit 3 --seed 0 --mode 8bit" in page
    (command,) = [line.strip() for line in page.splitlines() if line.strip().startswith("deixis ")]
    assert main(shlex.split(command)[1:]) == 0  # it repeats what it stands under
    assert (tmp_path / "out" / "matrix.png").is_file()


def test_a_folder_with_a_full_stop_is_a_folder():
    from deixis.cli.pixel import _name

    assert _name(Path("runs/width-0.5")) == "width-0.5"
    assert _name(Path("runs/width-0.5/model/pixel.json")) == "width-0.5"


@pytest.mark.lab
def test_a_matrix_that_is_stopped_ends_as_it_should(tmp_path, monkeypatch):
    from deixis.train.recipe import Stopped

    def stopped(*given, **named):
        raise Stopped

    monkeypatch.setattr("deixis.pixel.transfer_matrix.trained", stopped)
    words = ["matrix", "--task", "scenes_presence", "--model", "tiny:llava", "--out", tmp_path]
    assert main(["pixel", *map(str, words)]) == 130


@pytest.mark.lab
def test_two_prompts_of_one_name_are_refused(prompt, tmp_path, capsys):
    other = tmp_path / "else" / "frame" / "model"
    save_prompt(learned("frame"), CARD, other)
    words = ["transfer", prompt, other, "--model", "tiny:llava", *ASKED, "--out", tmp_path / "out"]
    assert main(["pixel", *map(str, words)]) == 2
    assert "one name" in capsys.readouterr().err


@pytest.mark.long
@pytest.mark.lab
def test_a_matrix_learns_and_transfers_and_goes_on(tmp_path, capsys):
    words = ["matrix", "--task", "scenes_presence", "--model", "tiny:llava", "--model"]
    words += ["tiny:blip_2", "--variant", "EVP", "--variant", "TVP, 2 sources", "--steps", "1"]
    words += ["--limit", "2", "--out", tmp_path, "--set", "batch_size=2"]
    for setting in ("task.num=2", "task.num_held_out=0", "task.layout.side=24"):
        words += ["--set", setting]
    words += ["--set", "task.layout.width=3"]
    found = told(capsys, *words)
    rows = {cell["prompt"]: cell["is_source"] for cell in found["cells"]}
    assert list(rows) == [
        "EVP of tiny:llava",
        "EVP of tiny:blip_2",
        "TVP, 2 sources of tiny:llava, tiny:blip_2",
    ]
    assert main(["pixel", *map(str, words)]) == 0
    assert "EVP of tiny:llava" in capsys.readouterr().out
    assert "--variant 'TVP, 2 sources'" in (tmp_path / "README.md").read_text()
    report = (tmp_path / "pixel_presence" / "README.md").read_text()
    assert "| EVP: others | 4 | 2 | 2 |" in report
    assert "| no prompt, 2: itself | 8 | 2 | 1 |" in report


@pytest.mark.lab
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--task", "cifar11", "--model", "nano"], "did you mean 'cifar10'"),
        (["--task", "scenes_text", "--model", "nano", "--variant", "TVPP"], "did you mean 'TVP'"),
    ],
)
def test_a_matrix_that_cannot_be_is_told(words, said, tmp_path, capsys):
    assert main(["pixel", "matrix", *words, "--out", str(tmp_path)]) == 2
    assert said in capsys.readouterr().err


def test_apart_is_of_two_models(tmp_path, capsys):
    words = ["pixel", "apart", "--task", "cifar10", "--model", "nano", "--out", str(tmp_path)]
    assert main(words) == 2
    assert "two models are tried on each other, got 1" in capsys.readouterr().err
