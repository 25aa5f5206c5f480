"""Broken checkpoints, and those of the wrong kind: one clear line, never another library's."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import transformers as hf
from safetensors.torch import load_file, save_file
from transformers.utils.import_utils import BACKENDS_MAPPING

from deixis.core.errors import ModelError, UsageError
from deixis.sources import SourceOptions, source
from deixis.sources.vision_checkpoint import padded
from tests.sources import tiny_detectors
from tests.sources.drawn_words import noise
from tests.sources.tiny_parts import NAMES, detr_sizes, save

Damage = Callable[[Path], object]
WEIGHTS = "model.safetensors"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(save(tiny_detectors.detr, tmp_path_factory.mktemp("detr")))


def _change(folder: Path, file: str, **values: object) -> None:
    config = json.loads((folder / file).read_text())
    (folder / file).write_text(json.dumps(config | values))


def _without_one(folder: Path) -> None:
    weights = load_file(folder / WEIGHTS)
    del weights["class_labels_classifier.weight"]
    save_file(weights, folder / WEIGHTS, metadata={"format": "pt"})


def _cut(folder: Path) -> None:
    (folder / WEIGHTS).write_bytes((folder / WEIGHTS).read_bytes()[:5000])


DAMAGES: dict[str, tuple[Damage, str]] = {
    "pickled": (
        lambda folder: (folder / WEIGHTS).rename(folder / "pytorch_model.bin"),
        r"has no \.safetensors file; its weights are pickles, .*deixis models convert",
    ),
    "cut": (_cut, "the weights of .* cannot be loaded"),
    "without a tensor": (_without_one, "no values for 1: class_labels_classifier.weight"),
    "other sizes": (
        lambda folder: _change(folder, "config.json", num_queries=11),
        "another shape for 1: model.query_position_embeddings.weight",
    ),
    "no JSON": (
        lambda folder: (folder / "config.json").write_text("{no"),
        "the configuration of .* cannot be read",
    ),
    "no configuration": (
        lambda folder: (folder / "config.json").unlink(),
        "the configuration of .* cannot be read",
    ),
    "unknown model": (
        lambda folder: _change(folder, "config.json", model_type="detr9"),
        "the configuration of .* cannot be read: .*detr9",
    ),
    "a wrong number": (
        lambda folder: _change(folder, "config.json", d_model="wide"),
        "the configuration of .* cannot be read",
    ),
    "unknown processor": (
        lambda folder: _change(
            folder, "preprocessor_config.json", image_processor_type="SeeProcessor"
        ),
        "what prepares pictures for .* cannot be loaded",
    ),
}


@pytest.mark.parametrize("how", DAMAGES)
def test_a_broken_checkpoint_is_said_in_one_line(whole: Path, tmp_path: Path, how: str) -> None:
    folder = tmp_path / "broken"
    shutil.copytree(whole, folder)
    damage, said = DAMAGES[how]
    damage(folder)
    with pytest.raises(ModelError, match=said) as refusal:
        source(f"detector:{folder}")
    assert "\n" not in str(refusal.value)


def test_a_detectors_weights_make_no_segmenter(whole: Path) -> None:
    with pytest.raises(ModelError, match="have no values for"):
        source(f"panoptic:{whole}")


def test_a_segmenters_weights_make_no_sam3(whole: Path) -> None:
    with pytest.raises(ModelError, match="is a detr model, not SAM 3"):
        source(f"sam3:{whole}", SourceOptions(words=("lamp",)))


@pytest.mark.parametrize("name", ["nowhere", "./nowhere/else", "~/nowhere/else"])
@pytest.mark.parametrize("kind", ["detector", "panoptic"])
def test_a_folder_that_is_not_there_is_said(kind: str, name: str) -> None:
    with pytest.raises(UsageError, match=r"there is no folder .*; a model of the hub is named"):
        source(f"{kind}:{name}")


def test_a_backbone_that_needs_timm_says_so(tmp_path: Path) -> None:
    config = hf.DetrConfig(
        backbone_config={"model_type": "timm_backbone", "backbone": "resnet18"},
        **detr_sizes(),
        **NAMES,
    )
    config.save_pretrained(tmp_path)
    save_file({}, tmp_path / WEIGHTS)
    tiny_detectors.detr()[1].save_pretrained(tmp_path)
    with pytest.raises(UsageError, match="it needs the package 'timm': pip install timm"):
        source(f"detector:{tmp_path}")


def test_a_processor_that_needs_scipy_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = save(tiny_detectors.owlv2, tmp_path)
    finder = source(f"detector:{folder}", SourceOptions(words=("lamp",)))
    monkeypatch.setitem(BACKENDS_MAPPING, "scipy", (lambda: False, "{0} needs the scipy library"))
    with pytest.raises(UsageError, match="it needs the package 'scipy': pip install scipy"):
        finder.look(noise(20, 10))


def test_long_pictures_get_a_ground_of_their_colour() -> None:
    image = noise(5, 320)
    ground = padded(image)
    assert ground.size == (20, 320)
    assert ground.crop((0, 0, 5, 320)).tobytes() == image.pixels.tobytes()
    assert len(set(ground.crop((5, 0, 20, 320)).get_flattened_data())) == 1
    assert padded(noise(20, 320)).size == (20, 320)
