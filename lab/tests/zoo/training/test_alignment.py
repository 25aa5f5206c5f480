"""The second stage: what a token should read as."""

import numpy as np
import pytest
import torch

from deixis_lab.things.art import SMALL
from deixis_lab.things.world import ThingWorld
from deixis_lab.zoo import nano
from deixis_lab.zoo.training.alignment import WordTargets, place_loss, pooled_targets, set_loss
from deixis_lab.zoo.training.alignment_task import AlignmentOptions, AlignmentTask
from deixis_lab.zoo.training.labels import NAMES
from deixis_lab.zoo.training.marked_scenes import MarkedScenes
from deixis_lab.zoo.training.vocabulary import thing_words


@pytest.fixture(scope="module")
def tokenizer():
    return nano.tokenizer(thing_words())


@pytest.fixture(scope="module")
def given() -> dict[str, torch.Tensor]:
    source = MarkedScenes(world=ThingWorld(seed=5, side=192, art=SMALL))
    made = source.collate([source.example(i, np.random.default_rng(i)) for i in range(4)])
    return {key: torch.from_numpy(value) for key, value in made.items()}


def test_every_patch_has_words_that_sum_to_one(tokenizer, given) -> None:
    targets = WordTargets(tokenizer)(given)
    assert torch.allclose(targets.sum(-1), torch.ones(4, 144))


def test_a_things_words_are_its_name_and_colour(tokenizer, given) -> None:
    targets = WordTargets(tokenizer)(given)
    is_plain = (given["name"] >= 0) & (given["mark_kind"] == 0) & (given["colour"] >= 0)
    picture, patch = is_plain.nonzero()[0].tolist()
    name = NAMES[int(given["name"][picture, patch])]
    ids = tokenizer(name, add_special_tokens=False).input_ids
    assert float(targets[picture, patch, ids].sum()) == pytest.approx(0.5)


def test_scores_of_the_right_words_cost_least(tokenizer, given) -> None:
    targets = WordTargets(tokenizer)(given)
    good, bad = place_loss(targets * 40, targets), place_loss(-targets * 40, targets)
    assert float(good) < float(bad)


def test_queries_may_say_the_words_in_any_order() -> None:
    targets = torch.eye(5)[:3][None]
    scores = torch.eye(5)[:3][None] * 30
    assert set_loss(scores, targets) == pytest.approx(float(set_loss(scores.flip(1), targets)))


def test_a_block_of_patches_has_the_words_of_all_of_them() -> None:
    targets = torch.eye(16)[None]
    pooled = pooled_targets(targets, 2)
    assert pooled.shape == (1, 4, 16)
    assert pooled[0, 0].nonzero().flatten().tolist() == [0, 1, 4, 5]


@pytest.mark.parametrize("name", ["idefics3", "instructblip", "vipllava"])
def test_only_the_projector_and_the_words_train(name: str) -> None:
    made = AlignmentTask(AlignmentOptions(architecture=name, start="", num_held_out=2, art=SMALL))
    batch = made.source.collate([made.source.example(0, np.random.default_rng(0))])
    made.loss(batch, 0).total.backward()
    trained = {n for n, weight in made.module.named_parameters() if weight.grad is not None}
    assert trained
    assert not any("vision" in n or ".layers." in n for n in trained if "qformer" not in n)
