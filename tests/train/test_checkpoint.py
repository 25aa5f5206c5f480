import json

import pytest
import torch

from deixis.core.errors import TrainingError
from deixis.train.checkpoint import Checkpoint, CheckpointFolder


def checkpoint(step):
    tensors = {"weights": {"a": torch.full((2, 3), float(step))}, "buffers": {}}
    return Checkpoint(step=step, tensors=tensors, state={"seconds": 0.1})


@pytest.fixture
def folder(tmp_path):
    folder = CheckpointFolder(tmp_path / "checkpoints", keep=3)
    for step in (5, 10, 15):
        folder.write(checkpoint(step))
    return folder


def newest_step(folder):
    warnings = []
    found = folder.newest(warnings.append)
    return (found.step if found else None), warnings


def test_the_newest_is_read_back(folder):
    found = folder.newest(pytest.fail)
    assert found.step == 15
    assert torch.equal(found.tensors["weights"]["a"], torch.full((2, 3), 15.0))
    assert found.state == {"seconds": 0.1}


def test_the_oldest_go(folder):
    folder.write(checkpoint(20))
    assert sorted(p.name for p in folder.folder.iterdir()) == [
        "step-00000010",
        "step-00000015",
        "step-00000020",
    ]


@pytest.mark.parametrize("name", ["weights.safetensors", "state.json", "manifest.json"])
def test_a_torn_one_is_passed_over_with_a_warning(folder, name):
    path = folder.folder / "step-00000015" / name
    path.write_bytes(path.read_bytes()[:-9])
    step, warnings = newest_step(folder)
    assert step == 10
    assert "step-00000015" in warnings[0]


@pytest.mark.parametrize("name", ["weights.safetensors", "manifest.json"])
def test_one_with_a_missing_file_is_passed_over(folder, name):
    (folder.folder / "step-00000015" / name).unlink()
    assert newest_step(folder)[0] == 10


def test_one_of_another_version_is_passed_over(folder):
    path = folder.folder / "step-00000015" / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"deixis": "checkpoint/9"}))
    assert newest_step(folder)[0] == 10


def test_a_manifest_reaches_no_file_outside(folder):
    path = folder.folder / "step-00000015" / "manifest.json"
    path.write_text(json.dumps({"deixis": "checkpoint/1", "files": {"../../x": "00"}}))
    assert newest_step(folder)[0] == 10


def test_an_empty_folder_has_none(tmp_path):
    assert newest_step(CheckpointFolder(tmp_path / "none")) == (None, [])


def test_the_same_step_may_be_written_again(folder):
    folder.write(checkpoint(15))
    assert newest_step(folder)[0] == 15


def test_drafts_are_no_checkpoints_and_are_cleared(folder):
    (folder.folder / ".step-00000099.abcd.draft").mkdir()
    assert newest_step(folder)[0] == 15
    folder.clear_drafts()
    assert len(list(folder.folder.iterdir())) == 3


def test_a_full_disk_leaves_those_before_as_they_were(folder, monkeypatch):
    def no_space(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("deixis.train.checkpoint.sync_file", no_space)
    with pytest.raises(TrainingError, match="No space left"):
        folder.write(checkpoint(20))
    assert newest_step(folder)[0] == 15
    assert len(list(folder.folder.iterdir())) == 3
