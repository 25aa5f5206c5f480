"""Student's and Fisher's distributions are as tables print them."""

import math

import pytest

from deixis.evals.statistics.distributions import (
    fisher_chance,
    student_chance,
    student_quantile,
    variance_quantile,
)


@pytest.mark.parametrize(
    ("freedom", "share", "printed"),
    [
        (1, 0.975, 12.7062),
        (2, 0.975, 4.3027),
        (3, 0.995, 5.8409),
        (5, 0.95, 2.0150),
        (9, 0.975, 2.2622),
        (30, 0.975, 2.0423),
        (120, 0.975, 1.9799),
        (1e9, 0.975, 1.9600),
    ],
)
def test_students_quantiles_are_those_of_tables(freedom, share, printed):
    assert student_quantile(share, freedom) == pytest.approx(printed, abs=5e-5)
    assert student_quantile(1 - share, freedom) == pytest.approx(-printed, abs=5e-5)
    assert student_chance(printed, freedom) == pytest.approx(2 * (1 - share), rel=1e-3)


def test_with_one_and_two_degrees_of_freedom_chances_have_closed_forms():
    for size in (0.0, 0.3, 2.0, 40.0):
        assert student_chance(size, 1) == pytest.approx(1 - 2 * math.atan(size) / math.pi)
        assert student_chance(size, 2) == pytest.approx(1 - size / math.sqrt(2 + size**2))
    assert student_chance(math.inf, 3) == 0.0


@pytest.mark.parametrize(
    ("size", "above", "below", "printed"),
    [(161.448, 1, 1, 0.05), (19.0, 2, 2, 0.05), (3.3258, 5, 10, 0.05), (3.8415, 1, 1e12, 0.05)],
)
def test_fishers_chances_are_those_of_tables(size, above, below, printed):
    assert fisher_chance(size, above, below) == pytest.approx(printed, rel=1e-3)


@pytest.mark.parametrize(
    ("share", "freedom", "printed"), [(0.95, 10, 18.307), (0.05, 10, 3.940), (0.975, 2, 7.378)]
)
def test_estimated_variances_follow_chi_squared(share, freedom, printed):
    assert variance_quantile(share, freedom) == pytest.approx(printed / freedom, rel=0.01)
