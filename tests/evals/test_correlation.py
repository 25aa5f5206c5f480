"""Rank correlations equal scipy's where it is there; their intervals hold what they should."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deixis.core.errors import UsageError
from deixis.evals.correlation import kendall, mean_ranks, partial_spearman, rising, spearman


def pair(seed, *, count=40, largest=6):
    draws = np.random.default_rng(seed)
    first = draws.integers(0, largest, count).astype(float)
    return first, first + draws.integers(0, largest, count)


@pytest.mark.parametrize("seed", range(5))
def test_coefficients_equal_scipys_with_ties(seed):
    stats = pytest.importorskip("scipy.stats")
    first, second = pair(seed)
    assert spearman(first, second).value == pytest.approx(stats.spearmanr(first, second).statistic)
    found = kendall(first, second).value
    assert found == pytest.approx(stats.kendalltau(first, second).statistic, abs=1e-6)
    assert (mean_ranks(first) == stats.rankdata(first)).all()


@pytest.mark.parametrize("measure", [spearman, kendall])
def test_numbers_that_rise_together_are_told_from_those_that_do_not(measure):
    first, second = pair(0)
    found = measure(first, second)
    assert found.is_clear
    assert found.low < found.value < found.high
    assert measure(first, -second).value == pytest.approx(-found.value)
    assert found == measure(first, second)
    noise = np.random.default_rng(1).random((2, 40))
    assert not measure(noise[0], noise[1]).is_clear
    assert str(found).startswith("+0.")


def test_what_a_third_number_tells_of_both_is_taken_out():
    draws = np.random.default_rng(3)
    third = draws.random(200)
    first, second = (third + 0.2 * draws.random(200) for _ in range(2))
    assert spearman(first, second).value > 0.8
    assert not partial_spearman(first, second, [third]).is_clear
    own = first + 0.05 * second  # of its own, beside the third
    assert partial_spearman(first, own, [third]).is_clear
    assert partial_spearman(first, second, []).value == pytest.approx(spearman(first, second).value)


def test_a_number_that_never_differs_has_no_coefficient():
    found = spearman(np.ones(9), np.arange(9.0))
    assert np.isnan(found.value)
    assert (found.low, found.high) == (-1.0, 1.0)
    assert not found.is_clear


def test_two_things_are_too_few():
    with pytest.raises(UsageError, match="at least three things, got 2 and 2"):
        spearman(np.ones(2), np.ones(2))


@given(seed=st.integers(0, 2**32))
def test_a_rising_curve_never_falls_and_keeps_the_mean(seed):
    draws = np.random.default_rng(seed)
    places, values = draws.integers(0, 9, 20).astype(float), draws.random(20)
    curve = rising(places, values)
    levels = curve(np.sort(places))
    assert (np.diff(levels) >= -1e-12).all()
    assert curve(places).mean() == pytest.approx(values.mean())


def test_a_curve_of_values_that_rise_goes_through_them():
    curve = rising(np.array([3.0, 1.0, 2.0]), np.array([0.9, 0.1, 0.4]))
    assert curve(np.array([0.0, 1.0, 1.5, 3.0, 9.0])) == pytest.approx([0.1, 0.1, 0.25, 0.9, 0.9])
