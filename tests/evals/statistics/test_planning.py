"""Sizes are planned by what answers varied by."""

import math

import numpy as np
import pytest

from deixis.core.errors import UsageError
from deixis.evals.statistics.effects import VarianceParts
from deixis.evals.statistics.planning import Variances, planned, sized

QUIET = Variances(seeds=0.0, drawings=0.02, answers=0.2)


def test_one_seed_of_independent_answers_needs_as_many_as_a_table_says():
    # (1.96 + 1.036)² x 0.2 / 0.05² = 718 pairs of answers, for 85 % power at 5 points
    alone = Variances(seeds=0.0, drawings=0.0, answers=0.2)
    found = planned(alone, margin=5.0, num_seeds=1)
    assert found.num_drawings == pytest.approx(718, abs=6)
    assert found.half == pytest.approx(3.27, abs=0.05)
    assert found.power == pytest.approx(0.85, abs=0.005)


def test_seeds_that_vary_ask_for_more_and_too_few_of_them_for_more_seeds():
    few = planned(QUIET, margin=5.0, num_seeds=3)
    varied = Variances(seeds=0.01**2, drawings=0.02, answers=0.2)
    more = planned(varied, margin=5.0, num_seeds=3)
    assert few.half <= 5.0
    assert more.num_drawings > few.num_drawings
    wild = Variances(seeds=0.04**2, drawings=0.02, answers=0.2)
    with pytest.raises(UsageError, match=r"seeds vary by 4\.0; plan at least") as told:
        planned(wild, margin=5.0, num_seeds=3)
    enough = int(str(told.value).rsplit(" ", 1)[1])
    assert planned(wild, margin=5.0, num_seeds=enough).power >= 0.8
    with pytest.raises(UsageError, match="larger margin"):
        planned(Variances(seeds=0.5, drawings=0.0, answers=0.2), margin=1.0, num_seeds=3)


def test_a_family_and_a_smaller_margin_ask_for_more_and_more_questions_for_fewer_drawings():
    one = planned(QUIET, margin=5.0, num_seeds=1)
    assert planned(QUIET, margin=5.0, num_seeds=1, family=8).num_drawings > one.num_drawings
    assert planned(QUIET, margin=2.5, num_seeds=1).num_drawings > 3 * one.num_drawings
    assert planned(QUIET, margin=5.0, num_seeds=1, questions=4).num_drawings < one.num_drawings / 2


def test_no_fewer_drawings_would_do():
    found = planned(QUIET, margin=5.0, num_seeds=5)
    fewer = sized(QUIET, found.num_drawings - 1, 5.0, 5)
    assert found.power >= 0.85 > fewer.power


def test_a_pilot_tells_the_variances():
    pilot = VarianceParts(
        seeds=0.0008, drawings=0.001, noise=0.0004, num_seeds=3, num_drawings=50, num_answers=600
    )
    found = Variances.of(pilot)
    assert found.seeds == pytest.approx(3 * 0.0004)
    assert found.drawings == pytest.approx(50 * 0.0006)
    assert found.answers == pytest.approx(600 * 0.0004)
    assert not math.isnan(planned(found, margin=20.0, num_seeds=5).half)
    assert np.isfinite(found.answers)
