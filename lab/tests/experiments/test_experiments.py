"""Experiments ask the same of every condition, and their reports say how sure they are."""

import json
from pathlib import Path

import pytest
from tests.evals.made_effects import effect
from tests.long import long

import deixis as dx
from deixis.cli.main import main
from deixis.core.errors import UsageError
from deixis.evals.claim_report import write_report
from deixis.evals.findings import ClaimVerdict, Finding, Findings, JudgedTrial, found_in
from deixis_lab.examine.trying import _together, try_on_each, try_out
from deixis_lab.experiments import Experiment, experiments
from deixis_lab.things.world import HELD_OUT

NAMES = experiments.names()
QUICKLY = [long(name) if name == "knowledge_quality" else name for name in NAMES]
SCENES = range(6)


def finding(condition: str, change: tuple[float, float, float] | None) -> Finding:
    return Finding(
        condition=condition,
        asked=9,
        value=50.0,
        low=40.0,
        high=60.0,
        change=None if change is None else effect(*change),
        base="" if change is None else "a",
    )


@pytest.mark.parametrize("name", QUICKLY)
def test_a_scene_gives_the_same_trials_each_time(name: str) -> None:
    experiment: Experiment = experiments.get(name)()
    first, again = (experiment.trials(experiment.world.scene(2), 2) for _ in range(2))
    assert [t.image.sha256 for t in first] == [t.image.sha256 for t in again]
    assert [(t.condition, t.text, t.answer) for t in first] == [
        (t.condition, t.text, t.answer) for t in again
    ]


@pytest.mark.parametrize("name", QUICKLY)
def test_every_condition_is_known_and_the_baseline_is_asked(name: str) -> None:
    experiment: Experiment = experiments.get(name)()
    assert experiment.baseline in experiment.conditions
    for index in SCENES:
        trials = experiment.trials(experiment.world.scene(index), index)
        assert {trial.condition for trial in trials} <= set(experiment.conditions)
        assert not trials or experiment.baseline in {trial.condition for trial in trials}


@pytest.mark.parametrize("name", QUICKLY)
def test_conditions_of_a_picture_ask_for_the_same_thing(name: str) -> None:
    experiment: Experiment = experiments.get(name)()
    for index in SCENES:
        trials = experiment.trials(experiment.world.scene(index), index)
        for pair in {trial.pair for trial in trials}:
            assert len({trial.answer for trial in trials if trial.pair == pair}) == 1


def test_more_marks_leave_the_first_where_it_is() -> None:
    trials = experiments.get("many_marks")().trials(HELD_OUT.scene(4), 4)
    assert len({trial.text for trial in trials}) == 1
    assert len({trial.image.sha256 for trial in trials}) == len(trials) > 1


def test_hiding_takes_away_ink_and_nothing_else() -> None:
    scene = HELD_OUT.scene(4)
    trials = {t.condition: t.image.pixels for t in experiments.get("occlusion")().trials(scene, 4)}
    changed = {c: (p != scene.image.pixels).any(2).sum() for c, p in trials.items()}
    assert changed["0"] > changed["25"] > changed["50"] > changed["75"] > changed["90"] >= 0


def test_a_difference_is_taken_on_shared_questions_alone() -> None:
    experiment = experiments.get("overlay")()
    without, with_mark = experiment.conditions
    answers = [
        JudgedTrial(scene=scene, condition=condition, pair="", is_right=condition == with_mark)
        for scene in range(8)
        for condition in experiment.conditions
    ]
    answers.append(JudgedTrial(scene=99, condition=with_mark, pair="", is_right=False))
    found = found_in(answers, experiment.conditions, baseline=experiment.baseline)
    assert found[without].value == 0.0
    assert found[with_mark].change.value == 100.0
    assert found[with_mark].change.num_questions == 8
    assert found[with_mark].value == pytest.approx(100 * 8 / 9)


def test_no_loss_is_only_sure_when_the_interval_says_so() -> None:
    base = finding("a", None)
    sure = Findings(rows=(base, finding("b", (0.0, -3.0, 3.0))))
    wide = Findings(rows=(base, finding("b", (0.0, -30.0, 30.0))))
    lost = Findings(rows=(base, finding("b", (-20.0, -30.0, -10.0))))
    assert [found.harmed().held for found in (sure, wide, lost)] == [True, None, False]
    assert lost.harmed().words == "lost more than 5 points: b"


def test_a_condition_that_nothing_was_asked_under_is_named() -> None:
    with pytest.raises(UsageError, match="'b'"):
        Findings(rows=(finding("a", None),))["b"]


def test_a_report_is_a_page_a_plot_and_numbers(tmp_path: Path) -> None:
    experiment = experiments.get("overlay")()
    reported = try_out("overlay", dx.load("nano").vlm, num_scenes=2, folder=tmp_path)
    write_report(reported, tmp_path)
    assert experiment.claim in (tmp_path / "README.md").read_text("utf-8")
    assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")
    record = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert [row["condition"] for row in record["findings"]] == list(experiment.conditions)


def test_several_models_are_asked_the_same_each_for_itself(tmp_path: Path) -> None:
    names = ("tiny:llava", "tiny:vipllava")
    reported = try_on_each(
        "overlay", (dx.load(name).vlm for name in names), num_scenes=2, folder=tmp_path
    )
    conditions = [row.condition for row in reported.findings.rows]
    own = experiments.get("overlay").conditions
    assert conditions == [f"{name}: {condition}" for name in names for condition in own]
    assert [row.change is None for row in reported.findings.rows] == [True, False] * 2
    assert all(f"--model {name}" in reported.command for name in names)
    assert reported.name == "overlay_by_model"
    write_report(reported, tmp_path)
    assert "tiny:vipllava: mark drawn" in (tmp_path / "README.md").read_text()


@pytest.mark.parametrize(
    ("held", "together"),
    [((True, True), True), ((True, None), None), ((True, False, None), False)],
)
def test_a_claim_holds_if_it_holds_for_all(
    held: tuple[bool | None, ...], together: bool | None
) -> None:
    verdicts = {str(i): ClaimVerdict(held=one, words="so") for i, one in enumerate(held)}
    assert _together(verdicts).held is together


def test_the_same_again_asks_nothing_and_more_scenes_only_what_is_new(tmp_path: Path) -> None:
    model = dx.load("nano").vlm
    path = tmp_path / "answers.jsonl"
    try_out("overlay", model, num_scenes=2, folder=tmp_path)
    first = path.read_bytes()
    try_out("overlay", model, num_scenes=2, folder=tmp_path)
    assert path.read_bytes() == first
    try_out("overlay", model, num_scenes=3, folder=tmp_path)
    assert path.read_bytes().startswith(first)
    assert len(path.read_bytes()) > len(first)


def test_the_command_lists_claims_and_refuses_what_it_does_not_know(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["lab", "report", "--json"]) == 0
    assert set(json.loads(capsys.readouterr().out)) == set(NAMES)
    assert main(["lab", "report", "manymarks"]) == 2
    assert "many_marks" in capsys.readouterr().err
    assert main(["lab", "report", "shapes", "--num", "0"]) == 2


def test_a_shelf_lists_the_reports_of_a_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reported = try_out("overlay", dx.load("nano").vlm, num_scenes=2, folder=tmp_path / "overlay")
    write_report(reported, tmp_path / "overlay")
    assert main(["lab", "shelf", str(tmp_path)]) == 0
    page = (tmp_path / "README.md").read_text("utf-8")
    assert f"| [overlay](overlay/README.md) | {reported.claim} |" in page
    assert main(["lab", "shelf", str(tmp_path / "overlay")]) == 2
    (tmp_path / "overlay" / "report.json").write_text("{}")
    assert main(["lab", "shelf", str(tmp_path)]) == 2
    assert "is no report" in capsys.readouterr().err


def test_worse_knowledge_is_asked_the_same_and_known_worse() -> None:
    experiment = experiments.get("knowledge_quality")()
    trials = experiment.trials(experiment.world.scene(4), 4)
    asked = {
        condition: [(t.text, t.answer) for t in trials if t.condition == condition]
        for condition in experiment.conditions
    }
    assert all(some == asked["the truth"] for some in asked.values())
    notes = {t.condition: t.notes for t in trials}
    assert notes["nothing known"] == ()
    assert len({notes[c] for c in experiment.conditions}) > len(experiment.conditions) / 2


def test_what_the_source_missed_is_what_is_asked_for() -> None:
    experiment = experiments.get("knowledge_missed")()
    scenes = [experiment.world.scene(index) for index in SCENES]
    trials = [t for index in SCENES for t in experiment.trials(scenes[index], index)]
    missed = [t for t in trials if t.condition == "name it: all known but what is asked for"]
    assert missed
    assert all(t.answer not in {note.label for note in t.notes} for t in missed)
    known = [t for t in trials if t.condition == "name it: all known"]
    assert all(t.answer in {note.label for note in t.notes} for t in known)
    assert all(t.answer == "yes" for t in trials if t.condition.startswith("is it there"))


def test_a_report_asks_with_knowledge_as_it_is_told(tmp_path: Path) -> None:
    arguments = ["--model", "nano", "--num", "2", "--out", str(tmp_path)]
    assert main(["lab", "report", "knowledge_missed", *arguments, "--knowledge", "told"]) == 0
    record = json.loads((tmp_path / "report.json").read_text())
    assert "with `told`" in record["about"]
    assert "--knowledge told" in record["command"]
    sent = (tmp_path / "answers.jsonl").read_text()
    assert len(sent.splitlines()) > 2
