"""Both stages in order, and the study of them, on two steps."""

import pytest

from deixis.core.errors import UsageError
from deixis.data.entities.named import EntitySource
from deixis.data.entities.scenes import held_out_names
from deixis.lab.findings import Finding, Findings
from deixis.lab.priors import study as studying
from deixis.lab.priors.repairing import (
    CONTROLS,
    RepairPlan,
    answers_recipe,
    chosen_names,
    encoder_recipe,
    repair,
)
from deixis.models.load import load
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
    nano = answers_recipe(plan(source, model="nano"), "x", tmp_path)
    assert nano.options.model == "x"
    assert nano.summary.startswith("nano")


def test_of_scenes_those_that_nano_never_saw_are_repaired(source):
    assert chosen_names((), EntitySource(what="scenes")) == held_out_names()
    assert chosen_names((), source) == ()
    assert chosen_names(("a",), EntitySource(what="scenes")) == ("a",)


def test_ways_that_are_not_there_are_told(source):
    with pytest.raises(UsageError, match="a repair is one of repair, questions, random, together"):
        plan(source, how="x")
    with pytest.raises(UsageError, match="from a folder, a list or scenes, not a format"):
        plan(EntitySource(what="x", form="labelme"))


@pytest.mark.parametrize(
    ("gain", "cost", "held"),
    [
        ((20.0, 10.0, 30.0), (0.0, -1.0, 1.0), True),
        ((20.0, 10.0, 30.0), (-9.0, -12.0, -6.0), False),
        ((-5.0, -9.0, -1.0), (0.0, -1.0, 1.0), False),
        ((5.0, -1.0, 11.0), (0.0, -1.0, 1.0), None),
        ((20.0, 10.0, 30.0), (-1.0, -4.0, 2.0), None),
    ],
)
def test_a_repair_holds_where_it_gains_and_costs_little(gain, cost, held):
    rows = [
        Finding(condition=f"repair: {group}", asked=9, value=50, low=40, high=60, change=change)
        for group, change in ((studying.NEW, gain), (studying.OLD, cost))
    ]
    assert studying._verdict(Findings(rows=tuple(rows))).held is held


@pytest.mark.slow
def test_the_study_is_carried_out_and_goes_on_where_it_was(tmp_path):
    options = studying.StudyOptions(
        groups=("main",),
        learnt=1,
        asked=2,
        seen=3,
        encoder=("steps=1", "batch_size=2", "task.most_kept=2"),
        answers=("steps=1", "batch_size=2"),
    )
    reports = studying.study(options, tmp_path)
    assert [one.name for one in reports] == ["prior_predicts", "prior_repair"]
    conditions = [row.condition for row in reports[1].findings.rows]
    assert "repair: never seen" in conditions
    assert "as it was: seen before" in conditions
    assert (tmp_path / "prior_repair" / "report.json").is_file()
    assert (tmp_path / "entities" / "missed.txt").is_file()
    lines = (tmp_path / "asked" / "answers.jsonl").read_text().count("\n")
    again = studying.study(options, tmp_path)
    assert again == reports
    assert (tmp_path / "asked" / "answers.jsonl").read_text().count("\n") == lines
