"""Loading: by name, by folder, with adapters; and what is broken or hostile says so."""

import json
import os
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import peft
import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import LlamaConfig

import deixis as dx
from deixis.core.errors import (
    MissingExtraError,
    ModelError,
    RegionError,
    UnknownNameError,
    UsageError,
)
from deixis.core.image import Image
from deixis.models.checkpoint_model import wrap
from deixis.models.interface import Generation, Question, VisionLanguageModel
from deixis.models.load_by_name import load
from deixis.models.transformers_model import TransformersModel
from deixis.testing import tiny

# peft 0.21 reads a name that transformers 5.23 calls old
pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning")

HEAD = "language_model.lm_head.weight"
Damage = Callable[[Path], object]
SHORT = Generation(max_new_tokens=6)


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("checkpoints") / "llava"
    tiny.save("llava", folder)
    return folder


@pytest.fixture
def damaged(saved: Path, tmp_path: Path) -> Callable[[Damage], str]:
    def damage(how: Damage) -> str:
        folder = tmp_path / "damaged"
        shutil.copytree(saved, folder)
        how(folder)
        return str(folder)

    return damage


def questions() -> list[Question]:
    rng = np.random.default_rng(0)
    images = [
        Image(pixels=rng.integers(0, 256, shape, dtype=np.uint8))
        for shape in ((37, 50, 3), (64, 21, 3))
    ]
    return [Question(pictures=(image,), text="What is this?") for image in images]


def words(model: VisionLanguageModel) -> list[tuple[int, ...]]:
    return [completion.tokens for completion in model.generate(questions(), SHORT)]


def change_weights(folder: Path, change: Callable[[dict[str, torch.Tensor]], object]) -> None:
    weights = load_file(folder / "model.safetensors")
    change(weights)
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})


def test_a_saved_model_loads_and_answers_as_the_built_one(saved: Path) -> None:
    assert words(load(str(saved))) == words(load("tiny:llava"))


def test_a_tiny_models_seed_changes_its_words() -> None:
    assert words(load("tiny:llava", seed=1)) != words(load("tiny:llava"))


def test_the_family_of_pixtral_is_found_behind_llavas_model_type() -> None:
    model = load("tiny:pixtral")
    assert isinstance(model, TransformersModel)
    assert type(model.family).__name__ == "PixtralFamily"


def test_a_processor_with_a_video_part_loads_from_a_folder(tmp_path: Path) -> None:
    tiny.save("qwen2_vl", tmp_path)
    assert words(load(str(tmp_path))) == words(load("tiny:qwen2_vl"))


def test_bfloat16_weights_load_and_answer(saved: Path) -> None:
    model = load(str(saved), dtype="bfloat16")
    assert isinstance(model, TransformersModel)
    assert model.family.model.dtype is torch.bfloat16
    assert len(words(model)) == 2


def test_a_misspelled_tiny_name_names_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'llava'"):
        load("tiny:lava")


def test_a_name_without_an_owner_is_unknown() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'tiny:llava'"):
        load("llava")


def test_an_unknown_option_names_the_nearest(saved: Path) -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'dtype'"):
        load(str(saved), dtyp="bfloat16")


def test_an_unknown_dtype_names_the_nearest(saved: Path) -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'bfloat16'"):
        load(str(saved), dtype="bfloat")


def test_device_and_device_map_together_are_refused(saved: Path) -> None:
    with pytest.raises(UsageError, match="drop device"):
        load(str(saved), device="cpu", device_map="auto")


def test_an_unknown_quantization_is_refused(saved: Path) -> None:
    with pytest.raises(UnknownNameError, match="did you mean '4bit'"):
        load(str(saved), quantize="4bits")


@pytest.mark.parametrize(
    ("package", "options"),
    [
        ("bitsandbytes", {"quantize": "4bit"}),
        ("accelerate", {"device_map": "auto"}),
        ("peft", {"adapter": "somewhere"}),
    ],
)
def test_a_missing_package_names_its_extra(
    saved: Path, monkeypatch: pytest.MonkeyPatch, package: str, options: dict[str, str]
) -> None:
    found = "importlib.util.find_spec"
    monkeypatch.setattr(found, lambda name: None if name == package else object())
    with pytest.raises(MissingExtraError, match=rf"'{package}': pip install"):
        load(str(saved), **options)


@pytest.mark.parametrize("name", ["./nowhere", "/nowhere", "runs/vip_llava/align/model"])
def test_a_folder_that_is_not_there_is_said(name: str) -> None:
    with pytest.raises(UsageError, match=f"no folder '{name}'"):
        load(name)


def test_a_hub_model_that_cannot_be_reached_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ModelError, match="'nobody/nothing' cannot be read"):
        load("nobody/nothing")


def test_a_broken_config_is_said(damaged: Callable[[Damage], str]) -> None:
    name = damaged(lambda folder: (folder / "config.json").write_text('{"model_type": '))
    with pytest.raises(ModelError, match=r"configuration .* not a valid JSON"):
        load(name)


def test_a_config_of_wrong_types_is_said(damaged: Callable[[Damage], str]) -> None:
    def change(folder: Path) -> None:
        config = json.loads((folder / "config.json").read_text())
        config["text_config"]["hidden_size"] = "wide"
        (folder / "config.json").write_text(json.dumps(config))

    with pytest.raises(ModelError, match="hidden_size"):
        load(damaged(change))


def test_an_unknown_architecture_is_said(damaged: Callable[[Damage], str]) -> None:
    name = damaged(lambda folder: (folder / "config.json").write_text('{"model_type": "nosuch"}'))
    with pytest.raises(ModelError, match="nosuch"):
        load(name)


def test_a_text_only_model_is_said(damaged: Callable[[Damage], str]) -> None:
    name = damaged(lambda folder: LlamaConfig().save_pretrained(folder))
    with pytest.raises(ModelError, match="is a llama model, which does not answer"):
        load(name)


def test_truncated_weights_are_said(damaged: Callable[[Damage], str]) -> None:
    def truncate(folder: Path) -> None:
        weights = folder / "model.safetensors"
        weights.write_bytes(weights.read_bytes()[:5000])

    with pytest.raises(ModelError, match=r"weights of .* cannot be loaded"):
        load(damaged(truncate))


def test_weights_of_another_shape_are_said(damaged: Callable[[Damage], str]) -> None:
    def reshape(weights: dict[str, torch.Tensor]) -> None:
        weights[HEAD] = torch.zeros(3, 5)

    name = damaged(lambda folder: change_weights(folder, reshape))
    with pytest.raises(ModelError, match="another shape for 1: lm_head"):
        load(name)


def test_missing_weights_are_said(damaged: Callable[[Damage], str]) -> None:
    name = damaged(lambda folder: change_weights(folder, lambda w: w.pop(HEAD)))
    with pytest.raises(ModelError, match="no values for 1: lm_head"):
        load(name)


def test_a_missing_processor_is_said(damaged: Callable[[Damage], str]) -> None:
    name = damaged(lambda folder: (folder / "processor_config.json").unlink())
    with pytest.raises(ModelError, match=r"processor of .* cannot be loaded"):
        load(name)


def test_a_broken_tokenizer_is_said(damaged: Callable[[Damage], str]) -> None:
    name = damaged(lambda folder: (folder / "tokenizer.json").write_text("{"))
    with pytest.raises(ModelError, match="not valid JSON"):
        load(name)


def test_a_folder_without_weights_is_said(damaged: Callable[[Damage], str]) -> None:
    name = damaged(lambda folder: (folder / "model.safetensors").unlink())
    with pytest.raises(ModelError, match=r"no \.safetensors file$"):
        load(name)


class Bomb:
    """Unpickling it makes a folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.path),)


def test_a_pickle_is_never_opened(damaged: Callable[[Damage], str], tmp_path: Path) -> None:
    def plant(folder: Path) -> None:
        (folder / "model.safetensors").unlink()
        (folder / "pytorch_model.bin").write_bytes(pickle.dumps(Bomb(tmp_path / "exploded")))

    with pytest.raises(ModelError, match="pickles, which can run code"):
        load(damaged(plant))
    assert not (tmp_path / "exploded").exists()


def test_a_pickle_beside_safetensors_is_never_opened(
    damaged: Callable[[Damage], str], tmp_path: Path
) -> None:
    bomb = pickle.dumps(Bomb(tmp_path / "exploded"))
    load(damaged(lambda folder: (folder / "pytorch_model.bin").write_bytes(bomb)))
    assert not (tmp_path / "exploded").exists()


@pytest.fixture(scope="module")
def adapter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("adapters") / "lora"
    with torch.random.fork_rng():
        torch.manual_seed(0)
        config = peft.LoraConfig(target_modules=["q_proj", "v_proj"], init_lora_weights=False, r=4)
        peft.get_peft_model(tiny.build("llava").model, config).save_pretrained(folder)
    return folder


def test_an_adapter_loads_as_peft_loads_it(saved: Path, adapter: Path) -> None:
    built = tiny.build("llava")
    wrapped = peft.PeftModel.from_pretrained(built.model, adapter).eval()
    own = wrap(wrapped, built.processor, name="own")
    assert words(load(str(saved), adapter=adapter)) == words(own) != words(load(str(saved)))


def test_a_folder_that_is_no_adapter_is_said(saved: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no adapter_config\.json"):
        load(str(saved), adapter=tmp_path)


def test_an_adapter_without_safetensors_is_said(saved: Path, adapter: Path, tmp_path: Path) -> None:
    shutil.copy(adapter / "adapter_config.json", tmp_path)
    (tmp_path / "adapter_model.bin").write_bytes(pickle.dumps(Bomb(tmp_path / "exploded")))
    with pytest.raises(ModelError, match=r"no adapter_model\.safetensors"):
        load(str(saved), adapter=tmp_path)
    assert not (tmp_path / "exploded").exists()


def test_an_adapter_of_another_model_is_said(adapter: Path, tmp_path: Path) -> None:
    tiny.save("paligemma", tmp_path)
    with pytest.raises(ModelError, match="adapter"):
        load(str(tmp_path), adapter=adapter)


@pytest.mark.parametrize("name", ["llava", "vipllava"])
def test_said_numbers_are_shares_of_what_the_tower_sees(name):
    model = dx.load(f"tiny:{name}")
    size = dx.Size(width=640, height=420)
    cup = dx.box(210, 195, 345, 330)
    (view,) = model.vlm.family.views(size)
    seen = view.transform.box(cup.box())
    shares = [value / view.size.width for value in seen.xyxy]
    said = model.dialect.say([cup], size)
    # the processor rounds its crop to whole pixels of a view that is very small here
    assert json.loads(said) == pytest.approx(shares, abs=0.0005 + 0.5 / view.size.width)
    (read,) = model.dialect.read(said, size).regions
    assert read.box().xyxy == pytest.approx(cup.box().xyxy, abs=0.5)


def test_a_region_that_the_tower_does_not_see_is_refused():
    model = dx.load("tiny:llava")
    with pytest.raises(RegionError, match="outside"):
        model.dialect.say([dx.box(0, 100, 90, 200)], dx.Size(width=640, height=420))
