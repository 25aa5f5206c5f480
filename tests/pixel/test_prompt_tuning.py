"""Learning words: what trains, where it begins, and going on after a stop."""

import dataclasses

import numpy as np
import pytest
import torch

from deixis.core.errors import UnsupportedError, UsageError
from deixis.models.interface import Example
from deixis.models.learned_words import load_words
from deixis.models.load_by_name import load
from deixis.pixel.prompt_tuning import WordsLearning, WordsOptions
from deixis.pixel.training.questions import image_of, question_of
from deixis.train.config import OptimConfig, RunConfig
from deixis.train.run import run
from tests.models.tiny_folder import tiny_folder
from tests.pixel.training.test_learning import Stopping

pytestmark = pytest.mark.lab  # it asks about scenes of Things

OPTIONS = WordsOptions(
    model="tiny:llava", task="scenes_presence", num=6, num_words=5, num_held_out=3
)
CONFIG = RunConfig(
    steps=3,
    batch_size=3,
    seed=5,
    optim=OptimConfig(lr=0.5, weight_decay=0.0, warmup_share=0.0, schedule="constant"),
    precision="fp32",
    save_every=1,
    log_every=1,
)


def with_(**changes):
    return dataclasses.replace(OPTIONS, **changes)


def batch_of(task):
    return [task.source.example(index, np.random.default_rng(0)) for index in range(3)]


def test_step_0_is_the_plain_model_asked_with_these_words():
    task = WordsLearning(OPTIONS)
    batch = batch_of(task)
    losses = task.loss(batch, 0)
    asked = [question_of(image_of(one), one.sample) for one in batch]
    said = [dataclasses.replace(one, text=task.module.before(one.text)) for one in asked]
    examples = [
        Example(question=question, answer=one.sample.answer)
        for question, one in zip(said, batch, strict=True)
    ]
    plain = load("tiny:llava")
    assert torch.equal(losses.total, plain.loss(examples))
    assert losses.weight == plain.num_answer_tokens(examples)
    assert task.module.text.startswith("This is a photo")


def test_only_the_vectors_move_and_no_weight_has_a_gradient(tmp_path):
    task = WordsLearning(OPTIONS)
    model = task.model.family.model
    before = {name: weight.clone() for name, weight in model.state_dict().items()}
    begun = task.module.vectors.detach().clone()
    run(task, CONFIG, tmp_path)
    assert all(torch.equal(model.state_dict()[name], weight) for name, weight in before.items())
    assert not any(w.requires_grad or w.grad is not None for w in model.parameters())
    assert [name for name, _ in task.module.named_parameters()] == ["vectors"]
    assert (task.module.vectors != begun).any(1).all()


def test_a_rate_is_in_the_size_of_the_embeddings(tmp_path):
    task = WordsLearning(OPTIONS)
    begun = task.module.vectors.detach().clone()
    size = float(begun.square().mean().sqrt())
    run(task, dataclasses.replace(CONFIG, steps=1), tmp_path)
    # Adam's first step is the rate
    assert float((task.module.vectors.detach() - begun).abs().max()) == pytest.approx(
        0.5 * size, rel=1e-2
    )


def test_a_stopped_run_goes_on_to_the_same_bits(tmp_path):
    run(WordsLearning(OPTIONS), CONFIG, tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        run(WordsLearning(OPTIONS), CONFIG, tmp_path / "parts", reporter=Stopping(1))
    assert run(WordsLearning(OPTIONS), CONFIG, tmp_path / "parts").finished
    model = load("tiny:llava")
    whole, parts = (load_words(tmp_path / name / "model", model) for name in ("whole", "parts"))
    assert whole.digest == parts.digest
    assert "right" in (tmp_path / "parts" / "metrics.jsonl").read_text()


def test_a_run_does_not_go_on_with_another_model_of_the_same_name(tmp_path):
    model = tmp_path / "llava"
    tiny_folder(model)
    options = with_(model=str(model), num_held_out=0)
    with pytest.raises(KeyboardInterrupt):
        run(WordsLearning(options), CONFIG, tmp_path / "run", reporter=Stopping(1))
    tiny_folder(model, seed=1)
    with pytest.raises(UsageError, match="other settings: rests_on"):
        run(WordsLearning(options), CONFIG, tmp_path / "run")


def test_layers_computed_anew_give_the_same_gradient():
    gradients = []
    for recomputes in ("none", "all"):
        task = WordsLearning(with_(recomputes=recomputes))
        total = task.loss(batch_of(task), 0).total
        gradients.append(torch.autograd.grad(total, task.module.vectors)[0])
    torch.testing.assert_close(gradients[0], gradients[1], atol=1e-6, rtol=1e-4)


def test_what_cannot_be_learned_is_told():
    with pytest.raises(UsageError, match="which it is learned from"):
        with_(held_out="train")
    with pytest.raises(UnsupportedError, match="no words can be learned for openai:x"):
        WordsLearning(with_(model="openai:x@http://127.0.0.1:1/v1"))
    assert WordsLearning(with_(num_held_out=0)).evaluate(0) == {}
