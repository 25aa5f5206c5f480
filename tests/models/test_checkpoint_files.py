"""What a checkpoint's files say is read before anything that they name is opened."""

import json
import pickle
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from deixis.core.errors import ModelError
from deixis.models.build_llava import join
from deixis.models.checkpoint_files import check_folder
from deixis.models.load_by_name import load
from deixis.testing import tiny

INDEX = "model.safetensors.index.json"
SHARD = "model-00001-of-00001.safetensors"


@pytest.fixture
def sharded(tmp_path: Path) -> Path:
    folder = tmp_path / "sharded"
    tiny.save("llava", folder)
    weights = load_file(folder / "model.safetensors")
    save_file(weights, folder / SHARD, metadata={"format": "pt"})
    (folder / "model.safetensors").unlink()
    name_shards(folder, SHARD)
    return folder


def name_shards(folder: Path, shard: object) -> None:
    weights = load_file(folder / SHARD)
    told = {"metadata": {"total_size": 1}, "weight_map": dict.fromkeys(weights, shard)}
    (folder / INDEX).write_text(json.dumps(told))


def configure(folder: Path, **settings: object) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | settings))


def test_a_sharded_checkpoint_loads(sharded):
    assert load(str(sharded)).record


def test_shards_may_be_links_as_in_the_cache_of_the_hub(sharded):
    blob = sharded.parent / "blob"
    (sharded / SHARD).rename(blob)
    (sharded / SHARD).symlink_to(blob)
    assert load(str(sharded)).record


@pytest.mark.parametrize(
    "shard", ["../outside.safetensors", "/etc/passwd", "evil.bin", "a\\b.safetensors", "", 3, None]
)
def test_an_index_that_names_another_file_is_refused(sharded, shard):
    save_file({"x": torch.zeros(1)}, sharded.parent / "outside.safetensors")
    (sharded / "evil.bin").write_bytes(pickle.dumps({}))
    name_shards(sharded, shard)
    with pytest.raises(ModelError, match=r"only the plain name of a \.safetensors file"):
        load(str(sharded))


def test_an_index_that_names_a_shard_that_is_not_there_is_refused(sharded):
    name_shards(sharded, "model-00002-of-00002.safetensors")
    with pytest.raises(ModelError, match="which is not there"):
        load(str(sharded))


@pytest.mark.parametrize("told", ["[]", "{}", '{"weight_map": []}', "[" * 100_000, "\ud800"])
def test_an_index_that_is_none_is_refused(sharded, told):
    (sharded / INDEX).write_bytes(told.encode("utf-8", "surrogatepass"))
    with pytest.raises(ModelError, match=r"index\.json"):
        load(str(sharded))


@pytest.mark.parametrize("named", ["adapter_model.bin", "../a.safetensors", ["x"], 7])
def test_a_configuration_that_names_other_weights_is_refused(sharded, named):
    (sharded / "adapter_model.bin").write_bytes(pickle.dumps({}))
    configure(sharded, transformers_weights=named)
    with pytest.raises(ModelError, match="only the plain name"):
        load(str(sharded))


def test_a_folder_that_leads_to_another_model_is_refused(sharded):
    told = {"base_model_name_or_path": "/elsewhere", "peft_type": "LORA"}
    (sharded / "adapter_config.json").write_text(json.dumps(told))
    with pytest.raises(ModelError, match="another model would be loaded"):
        load(str(sharded))


def test_a_file_whose_header_would_fill_memory_is_refused(sharded):
    (sharded / SHARD).write_bytes((90_000_000).to_bytes(8, "little") + b" " * 100)
    with pytest.raises(ModelError, match="header would have 90000000 bytes"):
        load(str(sharded))


def test_a_settings_file_that_is_none_is_refused(sharded):
    (sharded / "generation_config.json").unlink(missing_ok=True)
    (sharded / "generation_config.json").symlink_to("/dev/zero")
    with pytest.raises(ModelError, match=r"generation_config\.json"):
        check_folder("it", sharded)


def started(folder):
    from deixis_lab.zoo.training.architectures import opened

    return opened("llava", folder)


@pytest.mark.parametrize(
    "opens", [pytest.param(started, marks=pytest.mark.lab), lambda f: join(f, "./nowhere")]
)
def test_towers_and_starts_are_held_to_the_same(sharded, opens):
    name_shards(sharded, "evil.bin")
    with pytest.raises(ModelError, match="only the plain name"):
        opens(str(sharded))
