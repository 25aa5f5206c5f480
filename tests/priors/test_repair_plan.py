"""Both stages in order, and the study of them, on two steps."""

from dataclasses import replace

import pytest

from deixis.core.errors import UsageError
from deixis.data.entities.named import EntitySource
from deixis.evals.findings import Finding, Findings
from deixis.models.load import load
from deixis.priors.repair_plan import (
    CONTROLS,
    RepairPlan,
    answers_recipe,
    asked_about,
    chosen_names,
    encoder_recipe,
    repair,
)
from deixis_lab.parts.entities import held_out_names
from deixis_lab.prior_study import claims, runs, ways
from deixis_lab.prior_study import study as studying
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


def test_of_scenes_those_that_nano_never_saw_are_repaired(source):
    assert chosen_names((), EntitySource(what="scenes")) == held_out_names()
    assert chosen_names((), source) == ()
    assert chosen_names(("a",), EntitySource(what="scenes")) == ("a",)


def test_ways_that_are_not_there_are_told(source):
    with pytest.raises(UsageError, match="a repair is one of repair, questions, random, together"):
        plan(source, how="x")
    with pytest.raises(UsageError, match="asked is at least 1, got 0"):
        plan(source, asked=0)
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
        for group, change in ((claims.NEW, gain), (claims.OLD, cost))
    ]
    assert claims.verdict_of(Findings(rows=tuple(rows))).held is held


SMALL = ways.StudyOptions(
    groups=("main",),
    seeds=2,
    learnt=1,
    told=1,
    asked=2,
    seen=3,
    encoder=("steps=1", "batch_size=2", "task.most_kept=2"),
    answers=("steps=1", "batch_size=2"),
    knowledge=("steps=1", "batch_size=2", "task.num_held_out=1"),
    pixel=("steps=1", "batch_size=2", "task.num=2"),
    classified=2,
)


@pytest.mark.long
def test_the_study_is_carried_out_and_goes_on_where_it_was(tmp_path):
    reports = studying.study(SMALL, tmp_path)
    names = ["prior_predicts", "prior_repair", "prior_bands", "prior_routes", "prior_pixel"]
    assert [one.name for one in reports] == names
    conditions = [row.condition for row in reports[1].findings.rows]
    assert "repair: never seen" in conditions
    assert "as it was: seen before" in conditions
    assert all(len(row.by_seed) == 2 for row in reports[1].findings.rows)
    routed = [row.condition for row in reports[3].findings.rows]
    assert {"repair: blurred, never seen", "as it was: knowledge, seen before"} <= set(routed)
    assert "with a note on the thing" in reports[3].about
    framed = {row.condition: row.asked for row in reports[4].findings.rows}
    assert framed["as it was: frame learned before"] == 2 * SMALL.classified
    assert framed["repair: frame learned anew"] == 2 * SMALL.classified
    assert "as it was: frame learned anew" not in framed
    banded = reports[2].findings.rows
    assert sum(row.asked for row in banded) == sum(r.asked for r in reports[1].findings.rows)
    assert "--seeds 2 --per-entity 1 --told 1 --asked 2 --seen 3" in reports[1].command
    assert (tmp_path / "prior_repair" / "report.json").is_file()
    assert (tmp_path / "entities" / "missed.txt").is_file()
    homes = sorted(one.name.rsplit("-", 1)[0] for one in (tmp_path / "runs").iterdir())
    of_ways = [f"{way.how}-{seed}" for way in ways.MAIN for seed in range(2)]
    assert [one.replace("questions_alone", "questions") for one in homes] == sorted(
        ["frame_as_it_was", *2 * ["frame_questions", "frame_repair"], "knowledge", *of_ways]
    )
    lines = (tmp_path / "asked" / "answers.jsonl").read_text().count("\n")
    again = studying.study(replace(SMALL, jobs=2), tmp_path)
    assert again == reports
    assert (tmp_path / "asked" / "answers.jsonl").read_text().count("\n") == lines


def test_another_nano_another_seed_and_other_settings_are_other_runs(tmp_path, monkeypatch):
    way = ways.MAIN[0]
    homes = [
        runs.place_of(options, way, seed, tmp_path)
        for options in (SMALL, replace(SMALL, answers=("steps=2",)))
        for seed in (0, 1)
    ]
    monkeypatch.setattr(runs, "begun_with", lambda model: {"weights": "others"})
    homes.append(runs.place_of(SMALL, way, 0, tmp_path))
    assert len(set(homes)) == 5


def test_a_study_of_nothing_is_told():
    with pytest.raises(UsageError, match="seeds is at least 1, got 0"):
        ways.StudyOptions(seeds=0)
    with pytest.raises(UsageError, match="classified is at least 1, got 0"):
        ways.StudyOptions(classified=0)
    with pytest.raises(UsageError, match="asked is at least 2, got 1"):
        ways.StudyOptions(asked=1)


@pytest.mark.parametrize("training", ways.TRAININGS)
def test_a_wrong_setting_is_told_before_anything_is_trained(training, tmp_path):
    with pytest.raises(UsageError, match="steps is a whole number, got 'x'"):
        studying.study(replace(SMALL, **{training: ("steps=x",)}), tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_study_is_told_as_it_is_repeated():
    options = ways.StudyOptions(model="nano:llava", classified=9, pixel=("steps=2",))
    told = "--model nano:llava --classified 9 --set-pixel steps=2"
    assert ways.command_of(options) == f"deixis prior study {told} --out study"


def test_the_tower_that_is_distilled_is_the_model_s_own(tmp_path):
    plans = {
        way.name: runs.plan_of(ways.StudyOptions(model="nano:llava"), way, 0)
        for way in (*ways.PICTURES, *ways.OBJECTIVES)
    }
    distilled = encoder_recipe(plans["repair, own tower distilled"], tmp_path)
    assert distilled.options.teacher == "tower:nano:llava"
    assert "repair, 1 picture each" in plans
    assert "repair, 2 pictures each" in plans
