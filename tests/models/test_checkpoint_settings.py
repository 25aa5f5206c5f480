"""Settings that do harm are refused before transformers reads them; others are not."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import peft
import pytest
import torch

from deixis.core.errors import ModelError
from deixis.models.checkpoint_files import check_folder
from deixis.models.checkpoint_settings import check_adapter, check_settings
from deixis.models.load_by_name import load
from deixis.testing import tiny

# peft 0.21 reads a name that transformers 5.23 calls old
pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning")
Change = Callable[[dict[str, Any]], object]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    tiny.save("llava", tmp_path / "llava")
    return tmp_path / "llava"


def change(folder: Path, file: str, how: Change) -> str:
    told = json.loads((folder / file).read_text("utf-8"))
    how(told)
    (folder / file).write_text(json.dumps(told))
    return str(folder)


def padded(**settings: object) -> Change:
    usual = {"direction": "Right", "pad_id": 0, "pad_type_id": 0, "pad_token": "<pad>"}
    return lambda told: told.update(
        padding={"strategy": "BatchLongest", "pad_to_multiple_of": None, **usual, **settings}
    )


def replacing(*contents: str) -> Change:
    steps = [{"type": "Replace", "pattern": {"String": "a"}, "content": one} for one in contents]
    return lambda told: told.update(normalizer={"type": "Sequence", "normalizers": steps})


def within(part: str, **settings: object) -> Change:
    return lambda told: told[part].update(settings)


def top(**settings: object) -> Change:
    return lambda told: told.update(settings)


HARMFUL: list[tuple[str, Change, str]] = [
    # these end the process within native code, or fill memory
    ("tokenizer.json", padded(strategy={"Fixed": 10**12}), "'Fixed' in tokenizer"),
    ("tokenizer.json", padded(pad_to_multiple_of=2**62), "'pad_to_multiple_of'"),
    ("tokenizer.json", replacing(*["aaaaaaaaaa"] * 9), "makes 1000000000 characters of one"),
    ("processor_config.json", top(num_additional_image_tokens=2**33), "image_tokens"),
    # these take hours
    ("config.json", within("text_config", num_hidden_layers=10**6), "num_hidden_layers"),
    ("config.json", top(num_labels=10**9), "num_labels"),
    ("generation_config.json", top(num_beams=10**9), "num_beams"),
    # a far larger model than the weights are
    ("config.json", within("text_config", vocab_size=2**34), "tells of [0-9,]+ numbers"),
    ("config.json", within("text_config", intermediate_size=2**30), "tells of"),
    ("config.json", within("vision_config", image_size=2**30), "tells of"),
    # code of the hub
    ("config.json", top(attn_implementation="owner/kernel"), "attn_implementation"),
    ("config.json", within("text_config", _attn_implementation="a/b:c"), "_attn_implementation"),
    # other kinds than they are
    ("generation_config.json", top(repetition_penalty=float("nan")), "not a number: NaN"),
    ("generation_config.json", top(eos_token_id="</s>"), "eos_token_id"),
    ("generation_config.json", top(pad_token_id=2**63), "pad_token_id"),
    ("processor_config.json", within("image_processor", resample="../x"), "resample"),
    ("processor_config.json", within("image_processor", image_std=[0, 1, 1]), "image_std"),
    ("processor_config.json", within("image_processor", size={"shortest_edge": 2**40}), "edge"),
    ("config.json", top(image_token_index=[[None, "x"]]), "image_token_index"),
    # what does not fit together, and what tokenizers says of it
    ("processor_config.json", within("image_processor", crop_size=1), "do not fit together"),
    ("config.json", top(image_token_index=-1), "do not fit together"),
    ("config.json", top(vision_feature_layer=10**6), "do not fit together"),
    ("processor_config.json", top(patch_size="x"), "patch_size"),
    ("tokenizer.json", within("model", type="nosuch"), "processor of .* cannot be loaded"),
    ("tokenizer.json", top(version=[]), "processor of .* cannot be loaded"),
    ("config.json", within("text_config", pad_token_id=2**20), "weights of .* cannot be loaded"),
]


@pytest.mark.parametrize(("file", "how", "reason"), HARMFUL)
def test_settings_that_do_harm_are_refused(folder, file, how, reason):
    with pytest.raises(ModelError, match=reason):
        load(change(folder, file, how))


@pytest.mark.parametrize(
    "template",
    ["{{ 1/0 }}", "{{ 'a' * 10**14 }}", "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}"],
)
def test_a_template_that_fails_is_told_when_it_is_asked(folder, template):
    (folder / "chat_template.jinja").write_text(template)
    import numpy as np

    from deixis.core.errors import UsageError
    from deixis.core.image import Image
    from deixis.models.interface import Question

    picture = Image(pixels=np.zeros((40, 50, 3), dtype=np.uint8))
    with pytest.raises(UsageError, match="chat template or processor of this model refuses"):
        load(str(folder)).generate([Question(pictures=(picture,), text="?")])


def test_a_settings_file_is_not_nested_without_end(folder):
    nested: object = 1
    for _ in range(99):
        nested = [nested]
    change(folder, "config.json", top(more=nested))
    with pytest.raises(ModelError, match="one within another"):
        check_folder("it", folder)


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ("config.json", {"rope_theta": 5_000_000_000.0, "max_position_embeddings": 10_485_760}),
        ("config.json", {"pad_token_id": -1, "eos_token_id": [128001, 128009]}),
        ("config.json", {"time_step_limit": [0.0, float("inf")], "depths": [2, 2, 18, 2]}),
        ("config.json", {"attn_implementation": "flash_attention_2", "vocab_size": 262_208}),
        ("preprocessor_config.json", {"size": {"longest_edge": 16_777_216}, "resample": None}),
        ("video_preprocessor_config.json", {"size": {"longest_edge": 25_165_824}}),
        ("preprocessor_config.json", {"crop_size": {"height": 384, "width": 384}, "size": 384}),
        ("processor_config.json", {"image_seq_len": 169, "num_image_tokens": 576}),
        ("tokenizer.json", {"model": {"vocab": {"stride": 10**9}}, "truncation": None}),
    ],
)
def test_settings_that_checkpoints_have_pass(file, told):
    check_settings("it", file, told)


def test_every_tiny_family_passes(tmp_path):
    for family in tiny.names():
        if family == "molmo2":  # needs torchvision
            continue
        tiny.save(family, tmp_path / family)
        check_folder(family, tmp_path / family)


@pytest.fixture
def adapter(tmp_path: Path) -> Path:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        config = peft.LoraConfig(target_modules=["q_proj"], init_lora_weights=False, r=4)
        peft.get_peft_model(tiny.build("llava").model, config).save_pretrained(tmp_path / "lora")
    return tmp_path / "lora"


@pytest.mark.parametrize(
    "settings",
    [
        {"layers_pattern": "(a+)+$"},
        {"layers_pattern": ["(.*)*x"]},
        {"target_modules": "(\\w+\\s?)+$"},
        {"target_modules": "(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)"},
        {"target_modules": "(" * 500},
        {"target_modules": [3]},
        {"target_modules": 3},
        {"exclude_modules": ["(.+)+y"]},
        {"rank_pattern": {"(.*)*x": 4}},
        {"rank_pattern": {"q_proj": 10**9}},
        {"alpha_pattern": {"([a-z]*)*": 4}},
        {"modules_to_save": ["(x+)+"]},
        {"r": 10**9},
        {"r": -1},
    ],
)
def test_an_adapter_names_modules_by_names_or_by_what_ends_soon(folder, adapter, settings):
    change(adapter, "adapter_config.json", top(**settings))
    with pytest.raises(ModelError, match="of the adapter"):
        load(str(folder), adapter=adapter)


@pytest.mark.parametrize(
    "target",
    [
        ["q_proj", "v_proj"],
        "all-linear",
        r".*language_model.*\.(q_proj|v_proj)",
        r"^(?!.*visual)(?:.*\.)?(q_proj|k_proj|v_proj|o_proj)$",
        r"model\.layers\.\d+\.self_attn\.(q|k)_proj",
        "(?:.*?(?:language|text).*?(?:self_attn|mlp).*?(?:q_proj|down_proj).*?)",
    ],
)
def test_targets_that_adapters_have_pass(target):
    told = {"target_modules": target, "r": 8, "rank_pattern": {"layers.0.q_proj": 4}}
    check_adapter("it", told)


def test_an_adapter_still_loads(folder, adapter):
    assert load(str(folder), adapter=adapter).record["adapter"] == str(adapter)
