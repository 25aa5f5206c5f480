"""Both stages in order, and the study of them, on two steps."""

from typing import final

import pytest

from deixis.core.errors import UsageError
from deixis.data.entities.named import DrawnEntities, EntitySource, drawn_entities
from deixis.models.load_by_name import load
from deixis.priors.repair_plan import (
    CONTROLS,
    RepairPlan,
    answers_recipe,
    asked_about,
    chosen_names,
    encoder_recipe,
    repair,
)
from tests.data.entities.entity_folder import good_folder

STEPS = ("steps=1", "batch_size=2", "num_workers=0", "precision=fp32")


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    folder = good_folder(tmp_path_factory.mktemp("entities"), per_entity=4)
    return EntitySource(what=str(folder))


def plan(source, **more):
    given = {"model": "tiny:llava", "source": source, "names": ("zebra",)}
    return RepairPlan(**{**given, "encoder": STEPS, "answers": STEPS, **more})


@pytest.mark.parametrize("how", CONTROLS)
def test_every_way_ends_in_a_model_and_goes_on_where_it_was(source, tmp_path, how):
    model = repair(plan(source, how=how), tmp_path)
    assert load(str(model)).abilities.loss
    assert (tmp_path / "encoder").exists() == (how in ("repair", "random"))
    written = (model / "config.json").stat().st_mtime_ns
    assert repair(plan(source, how=how), tmp_path) == model
    assert (model / "config.json").stat().st_mtime_ns == written


def test_stages_are_told_what_differs_between_the_ways(source, tmp_path):
    random = encoder_recipe(plan(source, how="random"), tmp_path)
    assert random.options.at_random
    assert random.options.names.read_text() == "zebra\n"
    together = answers_recipe(plan(source, how="together"), "tiny:llava", tmp_path)
    assert together.options.parts == ("vision", "projector", "language")
    other = answers_recipe(plan(source), "x", tmp_path)
    assert other.options.model == "x"


def test_questions_are_on_a_few_pictures_the_same_for_every_way(source):
    every = [asked_about(plan(source, how=how, asked=3, rehearsed=1)) for how in CONTROLS]
    assert all(one == every[0] for one in every)
    counts = {name: len(every[0].of([name]).pictures) for name in every[0].names}
    assert counts.pop("zebra") == 3
    assert set(counts.values()) == {1}
    assert set(asked_about(plan(source)).pictures) == set(source.entities().pictures)
    alike = asked_about(plan(source, asked=2))
    assert len(alike.pictures) == 2 * len(alike.names)


def test_a_folder_keeps_one_repair(source, tmp_path):
    repair(plan(source), tmp_path)
    with pytest.raises(UsageError, match=r"holds a repair with another asked: None, not 2"):
        repair(plan(source, asked=2), tmp_path)
    with pytest.raises(UsageError, match="another answers"):
        repair(plan(source, answers=(*STEPS, "seed=3")), tmp_path)


def test_of_drawn_entities_those_that_training_never_met_are_repaired(source, monkeypatch):
    @final
    class Painted(DrawnEntities):
        def entities(self, *, seed, per_entity):
            raise AssertionError

        def unseen(self):
            return ("griffin",)

        def frequencies(self):
            return {}

    monkeypatch.setitem(drawn_entities._known, "painted", Painted)
    assert chosen_names((), EntitySource(what="painted")) == ("griffin",)
    assert chosen_names(("a",), EntitySource(what="painted")) == ("a",)
    assert chosen_names((), source) == ()


def test_recipes_that_are_not_there_are_told(source):
    with pytest.raises(UsageError, match="no recipe named 'vispree_encoder'; did you mean"):
        plan(source, recipes="vispree")


def test_ways_that_are_not_there_are_told(source):
    with pytest.raises(UsageError, match="a repair is one of repair, questions, random, together"):
        plan(source, how="x")
    with pytest.raises(UsageError, match="asked is at least 1, got 0"):
        plan(source, asked=0)
    with pytest.raises(UsageError, match="from a folder, a list or drawn pictures, not a format"):
        plan(EntitySource(what="x", form="labelme"))
