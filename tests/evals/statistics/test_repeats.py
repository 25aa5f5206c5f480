"""A repeat differs by Cochran's Q or does not, and both results are pooled."""

import math
from dataclasses import replace

import numpy as np
import pytest

from deixis.core.errors import UsageError
from deixis.evals.statistics.effects import StandardError
from deixis.evals.statistics.repeats import repeated
from tests.evals.made_effects import effect


def test_two_precise_results_are_compared_as_a_z_test_does():
    found = repeated([effect(10.0, 8.04, 11.96), effect(14.0, 12.04, 15.96)])
    assert found.q == pytest.approx(8.0, rel=1e-4)  # (4 / sqrt 2)²
    assert found.chance == pytest.approx(math.erfc(2.0), rel=1e-3)
    assert found.pooled.value == pytest.approx(12.0)
    assert found.pooled.half() == pytest.approx(1.96 / math.sqrt(2), rel=1e-3)
    assert "Cochran's Q 8.00 (p = 0.005); pooled +12.0 points" in found.words


def test_the_surer_result_weighs_more():
    found = repeated([effect(0.0, -1.0, 1.0), effect(10.0, 0.0, 20.0)])
    assert found.pooled.value == pytest.approx(10 / 101, rel=1e-3)


def test_results_of_few_seeds_are_not_told_apart_as_if_their_errors_were_known():
    few = [
        replace(effect(value, 0, 20), errors=(StandardError(size=1.0, freedom=2),))
        for value in (10.0, 14.0)
    ]
    assert repeated(few).chance > 0.04 > 0.005
    draws = np.random.default_rng(0)
    wrong = 0
    for _ in range(400):
        both = []
        for _ in range(2):
            seeds = draws.normal(5.0, 2.0, 3)
            error = StandardError(size=float(seeds.std(ddof=1)) / math.sqrt(3), freedom=2)
            both.append(replace(effect(float(seeds.mean()), 0, 1), errors=(error,)))
        wrong += repeated(both).chance < 0.05
    assert wrong <= 30


def test_three_results_are_compared_too_and_one_is_not():
    same = repeated([effect(5.0, 3.0, 7.0)] * 3)
    assert (same.q, same.chance) == (pytest.approx(0.0), pytest.approx(1.0))
    with pytest.raises(UsageError, match="two are needed"):
        repeated([effect(5.0, 3.0, 7.0)])
    with pytest.raises(UsageError, match="without an error"):
        repeated([effect(5.0, 5.0, 5.0)] * 2)
