"""Chances of a family are corrected as their papers have it."""

import numpy as np
import pytest

from deixis.evals.statistics.families import benjamini_hochberg, corrected, holm


def test_holm_multiplies_the_smallest_by_all_and_never_falls():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


def test_benjamini_and_hochberg_divide_by_the_place():
    found = benjamini_hochberg([0.01, 0.04, 0.03, 0.005])
    assert found == pytest.approx([0.02, 0.04, 0.04, 0.02])
    assert benjamini_hochberg([0.05, 0.05]) == pytest.approx([0.05, 0.05])


def test_of_many_families_without_an_effect_one_in_twenty_claims_any():
    draws = np.random.default_rng(0)
    families = draws.random((2000, 8)).tolist()
    claimed = [min(holm(one)) < 0.05 for one in families]
    assert np.mean(claimed) == pytest.approx(0.05, abs=0.012)
    assert np.mean([min(one) < 0.05 for one in families]) > 0.3
    assert corrected([0.02, 0.9], "benjamini_hochberg") == pytest.approx([0.04, 0.9])
