"""A report of a claim prints its plan, refuses behind a failed gate, and corrects its claims."""

import json

import pytest

from deixis.evals.claim_report import ClaimReport, as_family, page, sure_of, together, write_report
from deixis.evals.findings import ClaimVerdict, Judgement, found_in
from deixis.evals.statistics.controls import Control
from deixis.evals.statistics.plans import ClaimPlan, Gate
from tests.evals.made_effects import answered, effect

PLAN = ClaimPlan(
    question="Does b help?",
    arms=("a", "b"),
    num_drawings=900,
    num_seeds=3,
    core_hours=2.0,
    control="made right by lot",
)
GATE = Gate(name="usable", needs="the list is read", least=80.0)


def judgement(held, chance):
    verdict = ClaimVerdict(held=held, words="so", chance=chance)
    return Judgement(claim=f"claim {chance}", verdict=verdict)


def report(**more):
    answers = answered({"a": 0.4, "b": 0.8}, seeds=3, drawings=60, questions=2)
    findings = found_in(answers, ["a", "b"], baseline="a")
    told = {
        "name": "made",
        "claim": "b helps.",
        "source": "a test",
        "summary": "Made up.",
        "about": "Nobody was asked.",
        "findings": findings,
        "verdict": findings.better("b"),
        "baseline": "a",
        "sure": sure_of(findings),
        "command": "true",
    }
    return ClaimReport(**(told | more))


def test_how_many_are_behind_a_figure_is_shown():
    lines = page(report()).splitlines()
    assert (
        "| condition | questions | drawings | seeds | right, % (95 %) | less a, points (95 %) |"
        in (lines)
    )
    row = next(line for line in lines if line.startswith("| b |"))
    assert row.startswith("| b | 360 | 60 | 3 | 80.0 (")
    assert row.endswith("n = 360 |")
    assert "Student's over 3 seeds, and over drawings with the seeds' part added" in page(report())


def test_of_one_model_nothing_is_said_about_other_seeds():
    found = found_in(answered({"a": 0.5}), ["a"])
    assert "they tell of no other seed" in sure_of(found, "pictures")


def test_a_plan_is_printed_with_what_fell_short_of_it():
    told = page(report(plan=PLAN))
    assert "- Question: Does b help?" in told
    assert "- Not as planned: 60 drawings where 900 were planned." in told
    assert "Budget: 2 core-hours." in told


def test_controls_and_gates_are_printed():
    told = page(
        report(
            gates=(GATE.tried(effect(90.0, 85.0, 95.0)),),
            controls=(Control(points=10.0, num_found=19, num_tried=20),),
        )
    )
    assert "- Gate: usable (the list is read): at least 80, found +90.0 points" in told
    assert "- Control: 10 points built in: an effect was found in 19 of 20 tries." in told


def test_behind_a_gate_that_was_not_passed_no_claim_is_judged(tmp_path):
    failed = GATE.tried(effect(70.0, 60.0, 80.0))
    found = as_family(report(gates=(failed,), claims=(judgement(True, 0.001),)))
    assert found.verdict.told == found.claims[0].verdict.told
    assert found.verdict.told == "Not judged: a gate was not passed"
    write_report(found, tmp_path)
    record = json.loads((tmp_path / "report.json").read_text())
    assert (record["held"], record["untestable"]) == (None, "gate")
    assert record["findings"][1]["change"]["num_seeds"] == 3


def test_further_claims_are_corrected_together_and_the_report_says_so():
    claims = tuple(judgement(True, chance) for chance in (0.001, 0.02, 0.04))
    found = as_family(report(claims=claims))
    assert [one.verdict.held for one in found.claims] == [True, True, True]
    found = as_family(report(claims=(*claims, judgement(None, 0.9))))
    assert [one.verdict.held for one in found.claims] == [True, None, None, None]
    assert "clear by itself, not among all claims here (p = 0.06)" in found.claims[1].verdict.words
    assert "4 further claims were judged together, after Holm's correction" in page(found)
    assert found.verdict.held is True
    kept = as_family(report(claims=claims), "benjamini_hochberg")
    assert "Benjamini and Hochberg" in kept.family


def test_verdicts_without_a_chance_are_left_as_they_are():
    old = ClaimVerdict(held=True, words="so")
    assert together([old, ClaimVerdict(held=True, words="so", chance=0.9)])[0] is old


@pytest.mark.parametrize("held", [True, False, None])
def test_a_verdict_is_told_in_a_few_words(held):
    told = {True: "Held here", False: "Did not hold here", None: "Cannot be told"}
    assert ClaimVerdict(held=held, words="").told == told[held]
