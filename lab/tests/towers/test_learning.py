"""A tower learns names from restyled drawings, is saved, and is examined."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import EfficientNetModel

from deixis.cli.main import main
from deixis.core.errors import UsageError
from deixis.core.progress import Silent
from deixis.train.recipe import recipes, trained
from deixis_lab.things.art import SMALL, open_art
from deixis_lab.things.names import thing_names
from deixis_lab.towers.drawings_source import SIDES, RestyledDrawings
from deixis_lab.towers.figures import alone, looked_at, main_drawing, rates_by_list
from deixis_lab.towers.task import TOWER, NamingOptions, NamingTask, load_tower

ARTISTS = ("noto", "twemoji")


def source() -> RestyledDrawings:
    art = open_art(SMALL).only(ARTISTS)
    return RestyledDrawings(names=tuple(sorted(art.by_name)), artists=ARTISTS, art=SMALL)


def task(**options: object) -> NamingTask:
    return NamingTask(replace(NamingOptions(art=SMALL), **options))


def batch(
    num: int = 8, first: int = 0, of: RestyledDrawings | None = None
) -> dict[str, np.ndarray]:
    drawn = of or source()
    return drawn.collate(
        [drawn.example(index, np.random.default_rng(index)) for index in range(first, first + num)]
    )


def test_each_name_comes_up_once_in_each_round() -> None:
    drawn = source()
    num = len(drawn.names)
    for begin in (0, num):
        met = [drawn.example(i, np.random.default_rng(i)).name for i in range(begin, begin + num)]
        assert sorted(met) == list(range(num))


def test_examples_show_their_names_by_these_artists_alone() -> None:
    drawn = source()
    for index in range(40):
        one = drawn.example(index, np.random.default_rng(index))
        assert one.drawing.name == drawn.names[one.name]
        assert one.drawing.artist in ARTISTS


def test_a_batch_is_the_same_each_time_and_of_one_known_side() -> None:
    first, again = batch(), batch()
    assert np.array_equal(first["pixels"], again["pixels"])
    assert first["pixels"].shape[2] in SIDES
    assert first["pixels"].dtype == np.uint8


def test_no_name_and_no_house_that_is_held_out_is_learned() -> None:
    made = task()
    held_out = {thing.name for thing in thing_names() if thing.is_held_out}
    assert not held_out & set(made.names)
    assert not {"emojione", "openmoji"} & set(made.artists)


def test_an_unknown_house_is_refused() -> None:
    with pytest.raises(UsageError, match="got 'nobody'"):
        task(houses=("nobody",))


@pytest.mark.long
def test_steps_make_the_loss_smaller() -> None:
    made = task()
    assert isinstance(made.source, RestyledDrawings)
    optimizer = torch.optim.AdamW(made.tower.parameters(), lr=1e-3)
    losses = []
    for _ in range(6):
        loss = made.loss(batch(16, of=made.source), 0).total
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.9 * losses[0]


@pytest.mark.long
def test_a_run_ends_in_a_tower_that_transformers_loads(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = recipes.get("things_tower")
    short = replace(
        recipe,
        config=replace(recipe.config, steps=2, batch_size=8, num_workers=0, evaluate_every=0),
        options=replace(recipe.options, art=SMALL),
    )
    folder = trained(short, tmp_path / "run", Silent())
    tower, names = load_tower(folder)
    plain = EfficientNetModel.from_pretrained(folder / TOWER).eval()
    art = open_art(SMALL)
    drawn = [main_drawing(art, name, "noto") for name in names[:3]]
    pictures = alone(art, [one for one in drawn if one is not None], 64)
    with torch.no_grad():
        seen = plain(pictures).pooler_output.flatten(1)
        torch.testing.assert_close(tower.features(pictures), seen)
    rates = rates_by_list(tower, looked_at(tower, art, names, ["noto"], [48, 64]))
    assert [rate.side for rate in rates] == [48, 64]
    capsys.readouterr()
    assert main(["lab", "tower", str(folder), "--art", SMALL, "--sides", "48", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {rate["side"] for rates in told.values() for rate in rates} == {48}


def test_a_folder_without_a_tower_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no tower of things in"):
        load_tower(tmp_path)


def test_wrong_sides_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lab", "tower", str(tmp_path), "--sides", "5,x"]) == 2
    assert "whole numbers of 16..512" in capsys.readouterr().err
