"""Findings from several seeds."""

import numpy as np
import pytest

from deixis.evals.findings import JudgedTrial, found_in, found_in_runs


def run(shares, *, seed, num=60):
    draws = np.random.default_rng(seed)
    return [
        JudgedTrial(
            scene=place % 20,
            condition=condition,
            pair=str(place),
            is_right=bool(draws.random() < share),
        )
        for condition, share in shares.items()
        for place in range(num)
    ]


def test_one_run_is_as_it_is_alone():
    answers = run({"a": 0.5, "b": 0.8}, seed=0)
    found = found_in_runs([answers], ["a", "b"], baseline="a")
    alone = found_in(answers, ["a", "b"], baseline="a")
    for one, other in zip(found.rows, alone.rows, strict=True):
        assert (one.value, one.low, one.high, one.change) == (
            other.value,
            other.low,
            other.high,
            other.change,
        )
        assert one.by_seed == (one.value,)


def test_several_runs_are_paired_each_within_itself_and_hold_the_spread_over_seeds():
    near = [run({"a": 0.5, "b": 0.8}, seed=seed) for seed in (0, 1, 2)]
    far = [run({"a": 0.5, "b": share}, seed=seed) for seed, share in enumerate((0.3, 0.8, 1.0))]
    row = found_in_runs(near, ["a", "b"], baseline="a")["b"]
    assert row.asked == 180
    assert row.value == pytest.approx(np.mean(row.by_seed))
    apart = [100 * np.mean([a.is_right for a in one if a.condition == "b"]) for one in near]
    assert row.by_seed == pytest.approx(apart)
    wide = found_in_runs(far, ["a", "b"], baseline="a")["b"]
    assert wide.change[2] - wide.change[1] > 2 * (row.change[2] - row.change[1])
    assert 0 <= wide.low <= wide.value <= wide.high <= 100


def test_the_same_run_twice_is_no_surer_than_once():
    answers = run({"a": 0.5, "b": 0.8}, seed=0)
    once = found_in_runs([answers], ["a", "b"], baseline="a")["b"]
    twice = found_in_runs([answers, answers], ["a", "b"], baseline="a")["b"]
    assert twice.change == pytest.approx(once.change)


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
