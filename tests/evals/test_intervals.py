"""Intervals hold what they promise, also where questions share pictures."""

import math

import numpy as np
import pytest

from deixis.evals.intervals import Clusters, bootstrapped, clustered_share, interval, wilson
from deixis.evals.measure import ACCURACY, Measure, ratio
from deixis.evals.paired import changed, difference

MEAN = Measure(name="mean", numbers=("score",))


def clusters(*pictures):
    """A list of right and wrong answers for each picture."""
    return Clusters(sums=np.array([[sum(p), len(p)] for p in pictures], dtype=float))


def drawn(draws, num_pictures, share, sameness):
    """Pictures whose questions are right together the more, the smaller `sameness`."""
    asked = draws.integers(1, 8, num_pictures)
    right = draws.binomial(asked, draws.beta(share * sameness, (1 - share) * sameness, len(asked)))
    return Clusters(sums=np.stack([right, asked], axis=1).astype(float))


@pytest.mark.parametrize(
    ("right", "asked", "low", "high"),
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (50, 100, 0.4038, 0.5962)],
)
def test_a_share_of_independent_answers_has_wilsons_interval(right, asked, low, high):
    found = wilson(right, asked)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-4)


def test_a_measure_that_has_no_value_has_no_interval():
    sometimes = Measure(name="F1", numbers=("right",), value=lambda sums: sums[..., 0] * math.nan)
    found = bootstrapped(sometimes, clusters([1, 0], [1]))
    assert math.isnan(found.low)
    assert math.isnan(found.high)


def test_rows_are_summed_by_their_picture():
    rows = np.array([[1.0, 1], [0, 1], [1, 1]])
    sums = Clusters.of(rows, np.array(["b", "a", "b"])).sums
    assert sums.tolist() == [[0, 1], [2, 2]]


@pytest.mark.parametrize("share", [0.5, 0.9])
@pytest.mark.parametrize("sameness", [1.0, 8.0, 1e6])
def test_clustered_intervals_cover_the_truth_as_often_as_they_say(share, sameness):
    draws = np.random.default_rng(7)
    covers = [
        found.low <= share <= found.high
        for _ in range(600)
        for found in [clustered_share(drawn(draws, 60, share, sameness))]
    ]
    assert 0.92 <= np.mean(covers) <= 0.985


def test_intervals_that_forget_the_pictures_are_too_narrow():
    draws = np.random.default_rng(7)
    covers = []
    for _ in range(300):
        right, asked = drawn(draws, 60, 0.5, 1.0).total
        found = wilson(right, asked)
        covers.append(found.low <= 0.5 <= found.high)
    assert np.mean(covers) < 0.8


def test_one_question_a_picture_is_wilsons():
    one_each = clusters([1], [1], [0], [1])
    assert clustered_share(one_each) == wilson(3, 4)


def test_where_all_are_right_each_picture_counts_once():
    found = clustered_share(clusters([1] * 50, [1] * 50))
    assert found.low == pytest.approx(wilson(2, 2).low)
    assert found.high == 1.0


def test_the_bootstrap_covers_a_mean_and_is_the_same_every_time():
    draws = np.random.default_rng(3)
    covers = []
    for _ in range(200):
        scores = draws.exponential(2.0, 80)
        found = bootstrapped(MEAN, Clusters(sums=np.stack([scores, np.ones(80)], 1)), resamples=400)
        covers.append(found.low <= 2.0 <= found.high)
    assert 0.88 <= np.mean(covers) <= 0.98
    sums = Clusters(sums=np.stack([scores, np.ones(80)], 1))
    assert interval(MEAN, sums, seed=4) == interval(MEAN, sums, seed=4)
    assert interval(MEAN, sums, seed=4) != interval(MEAN, sums, seed=5)


def test_nothing_asked_has_no_interval():
    found = interval(ACCURACY, Clusters(sums=np.zeros((0, 2))))
    assert math.isnan(found.low)


def test_a_measure_of_sums_is_resampled_whole():
    # a ratio of sums is not the mean of ratios
    over = Measure(name="ratio", numbers=("a", "b"), value=lambda s: ratio(s[..., 0], s[..., 1]))
    sums = Clusters(sums=np.array([[1.0, 1, 1], [1, 9, 1]]))
    found = bootstrapped(over, sums, resamples=500)
    assert float(over.value(sums.total)) == pytest.approx(0.2)
    assert (found.low, found.high) == pytest.approx((1 / 9, 1.0))


def test_a_run_does_not_differ_from_itself_as_far_as_so_few_pictures_tell():
    draws = np.random.default_rng(1)
    for num, reach in ((15, 0.163), (400, 0.007)):  # Bonett and Price's, where none changed
        one = drawn(draws, num, 0.6, 5.0)
        found = difference(ACCURACY, one, one)
        assert found.value == 0.0
        assert found.interval.high == -found.interval.low == pytest.approx(reach, abs=1e-3)
        assert found.chance == 1.0


def test_a_measure_without_bounds_reaches_as_far_as_its_values():
    score = Measure(name="score", numbers=("score",), is_bounded=False)
    one = Clusters(sums=np.array([[4.0, 1], [2.0, 1]]))
    found = difference(score, one, one)
    assert found.interval.high == pytest.approx(4 * math.sqrt(2) * 1.959964 / 4)


def test_a_clear_difference_is_found_and_chance_is_small():
    first = clusters(*[[0, 1, 0]] * 30)
    second = clusters(*[[1, 1, 0]] * 30)
    found = difference(ACCURACY, first, second)
    assert found.value == pytest.approx(1 / 3)
    assert found.interval.low > 0
    assert found.chance < 0.001


def test_chance_is_below_a_twentieth_as_often_as_that_where_nothing_differs():
    draws = np.random.default_rng(2)
    below = 0
    for _ in range(100):
        shared = draws.beta(1, 1, 25)
        both = [
            Clusters(sums=np.stack([draws.binomial(4, shared), np.full(25, 4)], 1).astype(float))
            for _ in range(2)
        ]
        below += difference(ACCURACY, *both).chance < 0.05
    assert below <= 12


@pytest.mark.parametrize(
    ("only_first", "only_second", "chance"), [(0, 0, 1.0), (1, 5, 0.21875), (0, 10, 0.001953125)]
)
def test_mcnemars_chance_is_exact(only_first, only_second, chance):
    first = np.array([True] * only_first + [False] * only_second + [True] * 3)
    second = np.array([False] * only_first + [True] * only_second + [True] * 3)
    found = changed(first, second)
    assert (found.only_first, found.only_second) == (only_first, only_second)
    assert found.chance == pytest.approx(chance)


def test_mcnemar_holds_for_many_questions():
    first = np.zeros(40000, dtype=bool)
    second = first.copy()
    first[:1000], second[1000:2100] = True, True
    assert 0 < changed(first, second).chance < 0.05
