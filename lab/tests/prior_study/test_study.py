"""What VisPRE claims, tried on nano: repairs from several seeds, asked about and reported."""

from dataclasses import replace

import pytest
from tests.evals.made_effects import effect

from deixis.core.errors import UsageError
from deixis.data.entities.named import EntitySource
from deixis.evals.findings import Finding, Findings
from deixis.priors.repair_plan import chosen_names, encoder_recipe
from deixis_lab.parts.entities import held_out_names
from deixis_lab.prior_study import claims, runs, ways
from deixis_lab.prior_study import study as studying


def test_of_scenes_those_that_nano_never_saw_are_repaired():
    assert chosen_names((), EntitySource(what="scenes")) == held_out_names()
    assert chosen_names(("a",), EntitySource(what="scenes")) == ("a",)


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
        Finding(
            condition=f"repair: {group}", asked=9, value=50, low=40, high=60, change=effect(*change)
        )
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
    assert ways.command_of(options) == f"deixis lab prior {told} --out study"


def test_the_tower_that_is_distilled_is_the_model_s_own(tmp_path):
    plans = {
        way.name: runs.plan_of(ways.StudyOptions(model="nano:llava"), way, 0)
        for way in (*ways.PICTURES, *ways.OBJECTIVES)
    }
    distilled = encoder_recipe(plans["repair, own tower distilled"], tmp_path)
    assert distilled.options.teacher == "tower:nano:llava"
    assert "repair, 1 picture each" in plans
    assert "repair, 2 pictures each" in plans
