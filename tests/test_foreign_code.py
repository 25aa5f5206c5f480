"""Checkpoints that bring code: it is not run, and nobody is asked whether it may be."""

import io
import json

import pytest

from deixis.core.errors import ModelError
from deixis.knowledge.encoders import text_encoder
from deixis.models.checkpoints import load_image_processor
from deixis.pixel.image_text_encoders import image_text_encoder
from deixis.priors.encoders import prior_encoder
from deixis.sources import SourceOptions, source

OWN_CODE = """
from pathlib import Path
from transformers import PretrainedConfig
Path({mark!r}).touch()
class Own(PretrainedConfig):
    model_type = "own"
"""
WORDS = SourceOptions(words=("lamp",))
LOADERS = {
    "detector": lambda folder: source(f"detector:{folder}"),
    "panoptic": lambda folder: source(f"panoptic:{folder}"),
    "sam3": lambda folder: source(f"sam3:{folder}", WORDS),
    "clip": lambda folder: text_encoder(f"clip:{folder}"),
    "sentence": lambda folder: text_encoder(f"sentence:{folder}"),
    "prior, dual": lambda folder: prior_encoder(f"dual:{folder}"),
    "prior, vision": lambda folder: prior_encoder(f"vision:{folder}"),
    "pixel, dual": lambda folder: image_text_encoder(f"dual:{folder}"),
    "processor of a prior": lambda folder: load_image_processor(str(folder)),
}


@pytest.mark.parametrize("kind", LOADERS)
def test_code_of_a_checkpoint_is_not_run_and_the_terminal_is_not_asked(kind, tmp_path, monkeypatch):
    folder, ran = tmp_path / "hostile", tmp_path / "ran"
    folder.mkdir()
    code = {"AutoConfig": "own.Own", "AutoModel": "own.Own", "AutoTokenizer": ["own.Own", None]}
    for file in ("config.json", "tokenizer_config.json", "preprocessor_config.json"):
        (folder / file).write_text(json.dumps({"model_type": "own", "auto_map": code}))
    (folder / "own.py").write_text(OWN_CODE.format(mark=str(ran)))
    typed = io.StringIO("y\n" * 9)
    monkeypatch.setattr("sys.stdin", typed)
    with pytest.raises(ModelError):
        LOADERS[kind](folder)
    assert typed.tell() == 0
    assert not ran.exists()


@pytest.mark.parametrize("kind", LOADERS)
def test_an_index_is_read_before_what_it_names_is_opened(kind, tmp_path):
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "model-00001-of-00001.safetensors").write_bytes(b"")
    told = {"metadata": {}, "weight_map": {"weight": "evil.bin"}}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps(told))
    with pytest.raises(ModelError, match=r"names 'evil\.bin' as weights"):
        LOADERS[kind](tmp_path)
