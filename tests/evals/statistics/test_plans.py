"""A plan is stated beforehand, and a gate refuses to judge where its precondition fails."""

import dataclasses

import pytest

from deixis.core.errors import UsageError
from deixis.evals.findings import ClaimVerdict, Finding, JudgedTrial
from deixis.evals.statistics.plans import ClaimPlan, Gate, check_apart, gated
from tests.evals.made_effects import effect

GATE = Gate(name="own model", needs="the frame helps the model it was learned on", least=0.0)
PLAN = ClaimPlan(
    question="Does a frame help others?",
    arms=("no frame", "frame"),
    num_drawings=400,
    num_seeds=3,
    core_hours=6.5,
    control="wrong answers made right by lot, for 5, 10 and 20 points",
    gates=(GATE,),
    family=4,
)


def test_a_plan_tells_all_that_was_stated():
    told = " ".join(PLAN.sentences)
    for words in (
        "Does a frame help others?",
        "no frame, frame",
        "5 points",
        "400 drawings",
        "3 seeds",
        "4 claims",
        "own model: the frame helps",
        "made right by lot",
        "6.5 core-hours",
    ):
        assert words in told


def test_a_plan_is_not_changed_once_it_is_stated():
    with pytest.raises(dataclasses.FrozenInstanceError):
        PLAN.margin = 2.0


@pytest.mark.parametrize(
    "wrong", [{"arms": ("a",)}, {"margin": 2.0}, {"margin": 0.0}, {"num_seeds": 0}]
)
def test_a_plan_without_arms_sizes_or_a_reasoned_margin_is_refused(wrong):
    with pytest.raises(UsageError):
        dataclasses.replace(PLAN, **wrong)
    assert "since the paper" in str(
        dataclasses.replace(PLAN, margin=2.0, why="the paper claims 2").sentences
    )


def test_what_fell_short_of_the_plan_is_told():
    assert PLAN.missed(effect(1.0, -3.0, 5.0, num_clusters=400, num_seeds=3)) == ()
    missed = PLAN.missed(effect(1.0, -7.0, 9.0, num_clusters=380, num_seeds=2))
    assert missed == (
        "380 drawings where 400 were planned",
        "2 seeds where 3 were planned",
        "the interval reaches 8.0 points to either side, farther than the margin of 5",
    )


def test_a_gate_is_passed_by_a_whole_interval():
    assert GATE.tried(effect(6.0, 1.0, 11.0)).is_passed
    assert not GATE.tried(effect(6.0, -1.0, 13.0)).is_passed
    usable = Gate(name="told list", needs="the list is used", least=80.0, most=95.0)
    row = Finding(condition="told", asked=9, value=88.0, low=82.0, high=96.0)
    assert not usable.tried(row).is_passed
    assert usable.tried(row).words == (
        "told list (the list is used): at least 80 and at most 95, found 88.0 (82.0 to 96.0): "
        "not passed"
    )
    with pytest.raises(UsageError, match="needs a least or a most"):
        Gate(name="x", needs="y")


def test_where_a_gate_fails_nothing_is_judged_whatever_the_numbers():
    held = ClaimVerdict(held=True, words="+20 points", chance=1e-6)
    passed, failed = (GATE.tried(effect(2.0, low, 5.0)) for low in (1.0, -1.0))
    assert gated(held, [passed]) is held
    refused = gated(held, [passed, failed])
    assert (refused.held, refused.chance) == (None, None)
    assert refused.told == "Not judged: a gate was not passed"
    assert "own model" in refused.words


def test_a_gate_is_measured_on_pictures_of_its_own():
    first, second = (
        [JudgedTrial(scene=scene, condition="", pair="", is_right=True) for scene in scenes]
        for scenes in (range(10), range(8, 20))
    )
    check_apart(first[:8], second)
    with pytest.raises(UsageError, match="2 pictures are in both, 8 among them"):
        check_apart(first, second)
