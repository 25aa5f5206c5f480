import json

import pytest
import torch
from transformers import AutoModelForImageTextToText

from deixis.cli.main import main
from deixis.core.errors import UsageError
from deixis.models.meta_tensors import hollow_models
from deixis.testing import tiny
from deixis.train.memory import estimate
from deixis.train.memory.estimate import check_fits, room_on
from tests.train.memory.test_estimate import CASES, config_of
from tests.train.rows import row, write_rows


@pytest.fixture
def data(tmp_path, monkeypatch):
    write_rows(tmp_path, [row(i) for i in range(3)])
    tiny.save("llava", tmp_path / "model")
    monkeypatch.chdir(tmp_path)
    return ["data.json", "--images", "pictures", "--model", "./model", "--set", "precision=fp32"]


def test_the_command_tells_the_memory_and_leaves_nothing(data, tmp_path, capsys):
    assert main(["train", *data, "--memory", "--json", "--devices", "2"]) == 0
    told = json.loads(capsys.readouterr().out)
    parts = ("weights", "gradients", "optimizer", "activations")
    assert told["total"] == sum(told[part] for part in parts)
    assert (told["devices"], told["fits"], told["examples"]) == (2, True, 8)
    assert main(["train", *data, "--memory"]) == 0
    printed = capsys.readouterr().out
    assert "activations" in printed
    assert "16 examples at once on 1 device" in printed
    assert {path.name for path in tmp_path.iterdir()} == {"data.json", "pictures", "model"}


@pytest.mark.long
def test_a_run_without_room_is_refused_before_the_checkpoint_is_loaded(data, monkeypatch, capsys):
    def never(*given, **named):
        raise AssertionError("weights were loaded")

    monkeypatch.setattr(AutoModelForImageTextToText, "from_pretrained", never)
    monkeypatch.setattr(estimate, "room_on", lambda device: 3 << 20)
    assert main(["train", *data, "--out", "run"]) == 2
    told = capsys.readouterr().err
    assert "training needs" in told
    assert "GiB free. Fewer examples at once (micro_batch)" in told


@pytest.mark.long
def test_a_run_with_room_goes_on(monkeypatch):
    case = CASES["projector"]
    for size, fits in ((1 << 20, False), (1 << 40, True)):
        monkeypatch.setattr(estimate, "room_on", lambda device, size=size: size)
        with hollow_models():
            task = case.build()
            if fits:
                check_fits(task, config_of(case))
                continue
            with pytest.raises(UsageError, match=r"has 0\.0 GiB free"):
                check_fits(task, config_of(case))


def test_the_room_of_this_machine_is_known():
    found = room_on(torch.device("cpu"))
    assert found is None or found > 0


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--memory", "--devices", "0"], "--devices is at least 1"),
        (["--devices", "2", "--out", "run"], "goes with --memory"),
        ([], "where is the run to be kept? --out DIR"),
    ],
)
def test_mistakes_are_told(data, arguments, reason, capsys):
    assert main(["train", *data, *arguments]) == 2
    assert reason in capsys.readouterr().err
