"""The gate of VisPRE's test: look-alikes by a frozen tower, and by one that learns."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from deixis.core.errors import UnknownNameError, UsageError
from deixis.core.progress import Silent
from deixis.train.recipe import recipes, trained
from deixis_lab.things.art import SMALL, open_art
from deixis_lab.things.names import groups, thing_named
from deixis_lab.towers.card import examined
from deixis_lab.towers.look_alikes import LookAlikeOptions, LookAlikes, LookAlikeTask
from deixis_lab.towers.task import NamingOptions, NamingTask, load_tower
from deixis_lab.towers.words import described

CLOCKS = LookAlikeOptions(groups=("clocks",), art=SMALL)


def batch(task: LookAlikeTask | NamingTask, num: int = 6):
    drawn = [task.source.example(i, np.random.default_rng(i)) for i in range(num)]
    return task.source.collate(drawn)


def test_members_that_enough_artists_drew_come_up_in_turn() -> None:
    source = LookAlikes(groups=("clocks",), art=SMALL)
    assert len(source.drawings) == 2
    for index in range(8):
        drawing, place, _ = source.example(index, np.random.default_rng(index))
        assert place == index % 2
        assert drawing.code == list(source.drawings)[place]
        assert thing_named(drawing.name).look_alikes == "clocks"


@pytest.mark.parametrize("frozen", [True, False])
def test_a_frozen_tower_stays_as_it_is_and_a_free_one_learns(frozen: bool) -> None:
    task = LookAlikeTask(replace(CLOCKS, frozen=frozen))
    task.module.train()
    before = {key: value.clone() for key, value in task.tower.state_dict().items()}
    with torch.no_grad():
        task.reader.weight.normal_()
    task.loss(batch(task), 0).total.backward()
    grads = [weight.grad is not None for weight in task.tower.tower.parameters()]
    assert all(grads) != frozen
    assert any(grads) != frozen
    if frozen:
        after = task.tower.state_dict()
        assert all(torch.equal(value, after[key]) for key, value in before.items())
    optim = recipes.get("things_look_alikes").config.optim
    learning = [weight for group in task.parameter_groups(optim) for weight in group.parameters]
    assert (len(learning) == 2) == frozen


@pytest.mark.long
def test_shares_are_told_by_artists_that_were_met_and_were_not(tmp_path: Path) -> None:
    recipe = recipes.get("things_look_alikes")
    config = replace(recipe.config, steps=12, batch_size=4, evaluate_every=12, num_workers=0)
    made = replace(recipe, config=config, options=CLOCKS)
    folder = trained(made, tmp_path / "run", Silent())
    assert (folder / "look_alikes.safetensors").is_file()
    assert set(LookAlikeTask(CLOCKS).evaluate(0)) == {"seen", "unseen"}


def test_one_mistyped_group_among_others_is_refused() -> None:
    with pytest.raises(UsageError, match="no look-alikes of moonz are known"):
        LookAlikeTask(replace(CLOCKS, groups=("clocks", "moonz")))


def test_a_coarse_tower_is_refused_by_the_card_of_names() -> None:
    task = NamingTask(NamingOptions(art=SMALL, teaches="groups", start="blank"))
    with pytest.raises(UsageError, match="lists groups"):
        examined(task.tower, task.classes, open_art(SMALL), [64])


def test_groups_without_look_alikes_are_refused() -> None:
    with pytest.raises(UsageError, match="no look-alikes of insects"):
        LookAlikeTask(replace(CLOCKS, groups=("insects",)))


def test_a_thing_that_is_called_as_its_group_is_described_as_a_thing() -> None:
    assert described("banknotes").startswith("banknotes: ")
    assert described("animals") == "animals"
    with pytest.raises(UnknownNameError):
        described("animalz")


def test_a_coarse_tower_is_told_groups_alone(tmp_path: Path) -> None:
    task = NamingTask(NamingOptions(art=SMALL, teaches="groups", start="blank"))
    assert set(task.classes) <= set(groups())
    assert len(task.classes) < len(task.names)
    told = [task.classes[int(place)] for place in task.class_of]
    assert told == [thing_named(name).group for name in task.names]
    assert torch.isfinite(task.loss(batch(task), 0).total)
    task.save(tmp_path)
    assert load_tower(tmp_path)[1] == task.classes
