"""Pickled checkpoints made safetensors: the same weights, whole or not at all."""

import json
import os
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from deixis.cli.main import main
from deixis.core.errors import ModelError, UsageError
from deixis.models.convert import convert
from deixis.models.load_by_name import load
from deixis.testing import tiny

ONE, TWO = "pytorch_model-00001-of-00002.bin", "pytorch_model-00002-of-00002.bin"
INDEX = "pytorch_model.bin.index.json"


@pytest.fixture
def weights(tmp_path: Path) -> dict[str, torch.Tensor]:
    """Of the checkpoint in `pickled`, which has none."""
    folder = tmp_path / "pickled"
    tiny.save("llava", folder)
    held = load_file(folder / "model.safetensors")
    (folder / "model.safetensors").unlink()
    return held


@pytest.fixture
def sharded(weights: dict[str, torch.Tensor], tmp_path: Path) -> Path:
    folder, names = tmp_path / "pickled", sorted(weights)
    where = {name: ONE if place % 2 else TWO for place, name in enumerate(names)}
    for shard in (ONE, TWO):
        torch.save({name: weights[name] for name in names if where[name] == shard}, folder / shard)
    (folder / INDEX).write_text(json.dumps({"metadata": {}, "weight_map": where}))
    return folder


def held(folder: Path) -> dict[str, torch.Tensor]:
    files = folder.glob("*.safetensors")
    return {name: tensor for file in files for name, tensor in load_file(file).items()}


def test_shards_become_shards_of_the_same_weights_that_load(sharded, weights, tmp_path):
    told = []
    done = convert(sharded, tmp_path / "out", tell=lambda *one: told.append(one))
    assert done.files == (
        "model-00001-of-00002.safetensors",
        "model-00002-of-00002.safetensors",
    )
    assert [one[1:] for one in told] == [(1, 2), (2, 2)]
    found = held(tmp_path / "out")
    assert found.keys() == weights.keys()
    assert all(torch.equal(found[name], weights[name]) for name in weights)
    assert load(str(tmp_path / "out")).record
    assert not list((tmp_path / "out").glob("*.bin*"))


def test_one_file_becomes_one_file(weights, tmp_path):
    torch.save(weights, tmp_path / "pickled" / "pytorch_model.bin")
    assert convert(tmp_path / "pickled", tmp_path / "out").files == ("model.safetensors",)
    assert load(str(tmp_path / "out")).record


def test_tied_weights_are_both_there(weights, tmp_path):
    one = next(iter(weights.values()))
    torch.save({"a": one, "b": one}, tmp_path / "pickled" / "pytorch_model.bin")
    convert(tmp_path / "pickled", tmp_path / "out")
    found = held(tmp_path / "out")
    assert torch.equal(found["a"], one)
    assert torch.equal(found["b"], one)


def test_the_refusal_of_pickles_names_the_command_that_converts_them(sharded, capsys, tmp_path):
    with pytest.raises(ModelError, match="deixis models convert FOLDER --out NEW"):
        load(str(sharded))
    assert main(["models", "convert", str(sharded), "--out", str(tmp_path / "o"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["num_tensors"] == len(held(tmp_path / "o"))
    assert main(["models", "--json"]) == 0


class Bomb:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.path),)


def test_a_pickle_that_runs_code_does_not_and_leaves_nothing_half_written(sharded, tmp_path):
    torch.save({"x": Bomb(tmp_path / "ran")}, sharded / TWO)
    with pytest.raises(ModelError, match="nothing of it was run"):
        convert(sharded, tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pickled"]


@pytest.mark.parametrize("shard", ["../pytorch_model.bin", "/etc/passwd", "a/b.bin", 3, "x.so"])
def test_an_index_that_leads_out_of_the_folder_is_refused(sharded, tmp_path, shard):
    (sharded / INDEX).write_text(json.dumps({"weight_map": {"a": shard}}))
    with pytest.raises(ModelError, match=r"shards are \.bin files beside it"):
        convert(sharded, tmp_path / "out")


def test_shards_that_are_not_there_or_hold_a_weight_twice_are_refused(sharded, tmp_path):
    (sharded / ONE).write_bytes((sharded / TWO).read_bytes())
    with pytest.raises(ModelError, match="is both in"):
        convert(sharded, tmp_path / "out")
    (sharded / ONE).unlink()
    with pytest.raises(ModelError, match="which is not there"):
        convert(sharded, tmp_path / "out")


def test_what_cannot_be_converted_is_told(sharded, tmp_path):
    with pytest.raises(UsageError, match="is there already"):
        convert(sharded, sharded)
    with pytest.raises(UsageError, match="no pickled weights"):
        convert(tmp_path, tmp_path / "out")
    with pytest.raises(UsageError, match="no folder"):
        convert(tmp_path / "none", tmp_path / "out")
    torch.save({"step": 3}, sharded / ONE)
    with pytest.raises(ModelError, match="holds no tensors"):
        convert(sharded, tmp_path / "out")
    (sharded / INDEX).write_text("{")
    with pytest.raises(ModelError, match="not a valid JSON"):
        convert(sharded, tmp_path / "out")
