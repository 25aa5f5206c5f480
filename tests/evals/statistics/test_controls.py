"""Controls find what was built in, and nothing where labels were shuffled."""

import numpy as np
import pytest

from deixis.core.errors import UsageError
from deixis.evals.findings import found_in
from deixis.evals.statistics.controls import built_in, controls, shuffled
from tests.evals.made_effects import answered

ARMS = ("plain", "marked")


def share(answers, condition):
    return np.mean([one.is_right for one in answers if one.condition == condition])


def judge(answers):
    return found_in(answers, ARMS, baseline=ARMS[0]).better(ARMS[1])


def some(shares=(0.5, 0.8), **sizes):
    draws = np.random.default_rng(0)
    sizes = {"seeds": 3, "drawings": 200, "questions": 2} | sizes
    return answered(dict(zip(ARMS, shares, strict=True)), draws=draws, **sizes)


def test_shuffled_labels_leave_no_effect_and_lose_no_answer():
    answers = some()
    mixed = shuffled(answers, ARMS, np.random.default_rng(1))
    assert share(mixed, "marked") - share(mixed, "plain") == pytest.approx(0.0, abs=0.05)
    assert sum(one.is_right for one in mixed) == sum(one.is_right for one in answers)
    moved = {
        one.cluster
        for one, other in zip(answers, mixed, strict=True)
        if one.condition != other.condition
    }
    whole = [one for one in zip(answers, mixed, strict=True) if one[0].cluster in moved]
    assert all(one.condition != other.condition for one, other in whole)


def test_an_effect_is_built_in_as_large_as_it_is_said():
    draws = np.random.default_rng(2)
    gains = []
    for _ in range(20):
        made = built_in(some(), ARMS, 10.0, draws)
        gains.append(100 * (share(made, "marked") - share(made, "plain")))
    assert np.mean(gains) == pytest.approx(10.0, abs=1.0)


def test_where_there_is_no_room_an_effect_cannot_be_built_in():
    with pytest.raises(UsageError, match="20 points cannot be built in"):
        built_in(some((0.95, 0.95)), ARMS, 20.0, np.random.default_rng(0))


def test_a_report_that_is_large_enough_finds_ten_points_and_none_of_none():
    found = controls(some(), ARMS, judge, np.random.default_rng(3), num_tries=20)
    fired = {one.points: one.num_found for one in found}
    assert list(fired) == [0.0, 5.0, 10.0, 20.0]
    assert fired[0.0] <= 3
    assert fired[5.0] <= fired[10.0] <= fired[20.0] == 20
    assert fired[10.0] >= 16
    assert found[0].words.startswith("shuffled labels: an effect was found in ")
    assert found[3].words == "20 points built in: an effect was found in 20 of 20 tries"
