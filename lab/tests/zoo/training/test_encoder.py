"""The encoder's stage: readers, losses, averaged weights."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from deixis_lab.things.art import SMALL
from deixis_lab.zoo import nano
from deixis_lab.zoo.training.averaged import Averaged
from deixis_lab.zoo.training.encoder import (
    PARTS,
    WEIGHTS,
    Answers,
    _chosen,
    dense_losses,
    right,
)
from deixis_lab.zoo.training.encoder_task import EncoderOptions, EncoderTask
from deixis_lab.zoo.training.labels import NUM_CLASSES


def task(name: str) -> EncoderTask:
    return EncoderTask(EncoderOptions(architecture=name, num_held_out=3, art=SMALL))


def batch(made: EncoderTask, count: int = 3) -> dict[str, np.ndarray]:
    source = made.source
    return source.collate([source.example(i, np.random.default_rng(i)) for i in range(count)])


def answers(*, asked: int) -> dict[str, Answers]:
    """Answers that are all right."""
    generator = torch.Generator().manual_seed(0)
    made = {}
    for key in WEIGHTS:
        number = NUM_CLASSES[key]
        shape = (asked, PARTS[key]) if key in PARTS else (asked,)
        labels = torch.randint(0, number, shape, generator=generator)
        made[key] = Answers(scores=nn.functional.one_hot(labels, number) * 50.0, labels=labels)
    return made


def test_right_scores_have_no_loss() -> None:
    assert all(float(loss) < 1e-3 for loss in dense_losses(answers(asked=12)).values())


def test_right_scores_are_all_right() -> None:
    assert all(bool(hits.all()) for hits in right(answers(asked=12)).values())


def test_what_is_not_asked_costs_nothing() -> None:
    assert all(float(loss) == 0.0 for loss in dense_losses(answers(asked=0)).values())


def test_only_labelled_patches_are_answered() -> None:
    made = task("vipllava")
    made.encoder.eval()  # in training some of many are chosen
    pixels, labels = made._placed(batch(made))
    given = made.encoder.read(made.encoder.see(pixels.permute(0, 3, 1, 2).float()), labels)[0]
    assert len(given["stuff"].labels) == int((labels["stuff"] >= 0).sum())
    assert len(given["spelling"].labels) < labels["name"].numel() / 4


@pytest.mark.parametrize("name", nano.names())
def test_every_tower_starts_near_chance_and_gets_a_gradient(name: str) -> None:
    made = task(name)
    losses = made.loss(batch(made), 0)
    losses.total.backward()
    assert float(losses.parts["name"]) == pytest.approx(math.log(NUM_CLASSES["name"]), abs=2.5)
    patches = next(p for p in made.encoder.tower.parameters() if p.ndim == 4)
    assert bool(patches.grad.abs().sum() > 0)


def test_a_few_steps_on_the_same_pictures_lower_the_loss() -> None:
    made = task("vipllava")
    given = batch(made)
    adamw = torch.optim.AdamW(made.module.parameters(), lr=1e-3)
    losses = []
    for step in range(6):
        loss = made.loss(given, step).total
        loss.backward()
        adamw.step()
        adamw.zero_grad()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.9 * losses[0]


def test_the_same_seed_gives_the_same_readers() -> None:
    first, second = (task("vipllava").encoder.state_dict() for _ in range(2))
    assert all(torch.equal(value, second[key]) for key, value in first.items())


def test_it_is_measured_on_validation_scenes() -> None:
    made = task("vipllava")
    with torch.no_grad():
        shares = made.evaluate(0)
    assert set(shares) == {*WEIGHTS, "text"}
    assert all(0 <= share <= 1 for share in shares.values())


def test_averaged_weights_lie_between_old_and_new() -> None:
    inner = nn.Linear(3, 2, bias=False)
    nn.init.zeros_(inner.weight)
    average = Averaged(inner, memory=0.5)
    nn.init.ones_(inner.weight)
    average.follow()
    with average.averaged():
        inside = inner.weight.detach().clone()
    assert bool(((inside > 0) & (inside < 1)).all())


def test_weights_come_back_after_their_average_was_used() -> None:
    inner = nn.Linear(3, 2)
    before = inner.weight.detach().clone()
    average = Averaged(inner, memory=0.9)
    average.follow()
    with average.averaged():
        pass
    assert torch.equal(inner.weight, before)


def test_without_memory_there_is_no_average() -> None:
    average = Averaged(nn.Linear(3, 2), memory=0.0)
    average.follow()
    assert [name for name, _ in average.named_buffers()] == ["num_followed"]


def test_of_many_patches_those_with_marks_are_read_first() -> None:
    labels = {key: torch.zeros(1, 8, dtype=torch.long) for key in ("mark_kind", "ink_kind")}
    labels["mark_kind"][0, 5] = 2
    labels["ink_kind"][0, 7] = 1
    chosen = _chosen(torch.arange(8), labels, most=3).tolist()
    assert len(chosen) == 3
    assert {5, 7} <= set(chosen)
