"""Findings hold the spread over seeds and drawings, and judge what can be judged."""

import numpy as np
import pytest

from deixis.core.errors import UsageError
from deixis.evals.findings import (
    ClaimVerdict,
    Finding,
    Findings,
    JudgedTrial,
    all_of,
    found_in,
)
from tests.evals.made_effects import answered, effect


def run(shares, *, seeds=(0,), num=60):
    found = []
    for seed in seeds:
        draws = np.random.default_rng(seed)
        own = {name: s[seed] if isinstance(s, tuple) else s for name, s in shares.items()}
        found += [
            JudgedTrial(
                scene=place % 20,
                condition=condition,
                pair=str(place),
                is_right=bool(draws.random() < share),
                seed=seed,
            )
            for condition, share in own.items()
            for place in range(num)
        ]
    return found


def test_seeds_are_paired_each_within_itself_and_their_spread_is_held():
    near = run({"a": 0.5, "b": 0.8}, seeds=(0, 1, 2))
    far = run({"a": 0.5, "b": (0.3, 0.8, 1.0)}, seeds=(0, 1, 2))
    row = found_in(near, ["a", "b"], baseline="a")["b"]
    assert row.asked == 180
    assert (row.num_clusters, row.change.num_questions, row.change.num_seeds) == (20, 180, 3)
    assert row.value == pytest.approx(np.mean(row.by_seed))
    wide = found_in(far, ["a", "b"], baseline="a")["b"]
    assert wide.change.high - wide.change.low > 2 * (row.change.high - row.change.low)
    assert 0 <= wide.low <= wide.value <= wide.high <= 100


def test_three_seeds_that_agree_are_no_surer_than_their_drawings():
    found = found_in(answered({"a": 0.914}, seeds=3, drawings=58), ["a"])["a"]
    alone = found_in(answered({"a": 0.914}, drawings=58), ["a"])["a"]
    assert (found.low, found.high) == pytest.approx((alone.low, alone.high), abs=0.1)
    assert found.high - found.low > 10


def test_what_few_questions_do_not_show_may_still_be():
    found = found_in(answered({"a": 0.6, "b": 0.6}, drawings=15), ["a", "b"], baseline="a")
    change = found["b"].change
    assert change.value == 0.0
    assert change.high == -change.low > 15
    assert found.better("b").held is None


def test_conditions_have_baselines_of_their_own():
    answers = answered({"x: a": 0.2, "x: b": 0.9, "y: a": 0.5, "y: b": 0.5})
    found = found_in(
        answers, ["x: a", "x: b", "y: a", "y: b"], baseline={"x: b": "x: a", "y: b": "y: a"}
    )
    assert found.better("x: b").held is True
    assert "y: a 50.0 %" in found.better("y: b").words
    with pytest.raises(UsageError, match="compared with nothing"):
        found.better("x: a")
    gains = found.gains_apart(("x: b", "x: a"), ("y: b", "y: a"))
    assert gains.held is True
    assert gains.words.startswith("x: b +70.0, y: b +0.0: +70.0 points")
    with pytest.raises(UsageError, match="under all of"):
        found.effect({"x: a": 1, "z": -1})


def losing(*changes):
    rows = [Finding(condition="a", asked=9, value=80.0, low=70.0, high=90.0)]
    rows += [
        Finding(condition=name, asked=9, value=80.0, low=70, high=90, change=one, base="a")
        for name, one in zip("bcdefghij", changes, strict=False)
    ]
    return Findings(rows=tuple(rows))


def test_a_loss_of_more_than_five_is_tested_against_five():
    assert losing(effect(-9.0, -13.0, -4.1)).harmed().held is None
    assert losing(effect(-9.0, -12.0, -5.1)).harmed().held is False
    assert losing(effect(-1.0, -4.9, 3.0)).harmed().held is True
    assert losing(effect(-1.0, -5.1, 3.0)).harmed().held is None
    assert losing().harmed().held is None


def test_a_loss_of_one_among_many_conditions_has_to_be_clearer():
    one, none = effect(-9.0, -12.0, -5.5), effect(0.0, -3.0, 3.0)
    assert losing(one).harmed().held is False
    assert losing(one, *[none] * 8).harmed().held is None


def test_a_difference_that_was_not_found_is_no_proof_of_equality():
    few = answered({"a": 0.5, "b": 0.5}, drawings=12, draws=np.random.default_rng(0))
    many = answered({"a": 0.5, "b": 0.5}, drawings=6000, draws=np.random.default_rng(0))
    assert found_in(few, ["a", "b"]).alike(["a", "b"]).held is None
    assert found_in(many, ["a", "b"]).alike(["a", "b"]).held is True
    apart = answered({"a": 0.5, "b": 0.5, "c": 0.8}, drawings=400)
    found = found_in(apart, ["a", "b", "c"]).alike(["a", "b", "c"])
    assert found.held is False
    assert found.words.startswith("most apart are a and c")


def test_at_the_floor_nothing_can_be_told():
    draws = np.random.default_rng(0)
    low = answered({"a": 0.05, "b": 0.06}, drawings=200, draws=draws)
    found = found_in(low, ["a", "b"], baseline="a", guesses={"a": 8.0, "b": 8.0})
    for verdict in (found.better("b"), found.harmed(), found.against("b", "a")):
        assert verdict.held is None
        assert verdict.told == "Floor: not testable"
    lifted = answered({"a": 0.05, "b": 0.4}, drawings=200, draws=draws)
    found = found_in(lifted, ["a", "b"], baseline="a", guesses={"a": 8.0, "b": 8.0})
    assert found.better("b").held is True


def test_a_baseline_that_has_no_five_points_to_lose_is_at_the_floor():
    answers = answered({"a": 0.12, "b": 0.12}, drawings=2000)
    found = found_in(answers, ["a", "b"], baseline="a", guesses={"a": 9.0, "b": 9.0})
    assert found.harmed().untestable == "floor"
    assert found_in(answers, ["a", "b"], baseline="a").harmed().held is True


def test_where_all_are_nearly_perfect_equality_says_nothing():
    answers = answered({"a": 0.99, "b": 0.98}, drawings=2000)
    found = found_in(answers, ["a", "b"], baseline="a")
    assert found.alike(["a", "b"]).told == "Ceiling: not testable"
    assert found.harmed().untestable == "ceiling"
    assert found.better("b").held is False  # what is seen in spite of it counts


@pytest.mark.parametrize(
    ("held", "together"),
    [((True, True), True), ((True, None), None), ((True, False, None), False), ((), None)],
)
def test_a_claim_of_several_holds_if_all_do(held, together):
    assert all_of(ClaimVerdict(held=one, words="so") for one in held).held is together


def test_that_one_of_many_does_not_hold_has_to_be_clear_among_them():
    many = [ClaimVerdict(held=None, words="", chance=0.5)] * 4
    assert all_of([*many, ClaimVerdict(held=False, words="", chance=0.03)]).held is None
    assert all_of([*many, ClaimVerdict(held=False, words="", chance=0.005)]).held is False


def test_trials_of_one_cluster_count_together_whatever_their_scene():
    def told(cluster):
        answers = [
            JudgedTrial(
                scene=place,
                condition="a",
                pair="",
                is_right=True,
                cluster=cluster and f"{cluster} {place % 3}",
            )
            for place in range(12)
        ]
        return found_in(answers, ["a"])["a"]

    assert told("cat").asked == told("").asked == 12
    for cluster, num in (("", 12), ("cat", 3)):  # Wilson's low end where all are right
        assert told(cluster).low == pytest.approx(100 * num / (num + 1.959964**2))


def test_the_same_question_asked_twice_is_compared_twice():
    one = JudgedTrial(scene=0, condition="a", pair="", is_right=False)
    other = JudgedTrial(scene=0, condition="b", pair="", is_right=True)
    found = found_in([one, one, other, other], ["a", "b"], baseline="a")
    assert found["b"].change.num_questions == 2
