import math

import pytest

from deixis.ask.probe.estimate import exact_share, paired_chance, resampled_median


@pytest.mark.parametrize(
    ("right", "num", "low", "high"),
    [(0, 10, 0.0, 0.3085), (10, 10, 0.6915, 1.0), (5, 10, 0.1871, 0.8129), (3, 20, 0.0321, 0.3789)],
)
def test_a_share_has_the_interval_of_clopper_and_pearson(right, num, low, high):
    found = exact_share(right, num)
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


def test_no_answers_are_no_share():
    assert exact_share(0, 0).told() == "not measured"


def test_a_median_is_resampled_by_pictures():
    pictures = [name for name in "abcdef" for _ in range(3)]
    same = resampled_median([1.0] * 18, pictures, seed=0)
    assert (same.low, same.value, same.high) == (1, 1, 1)
    apart = resampled_median([float(ord(name)) for name in pictures], pictures, seed=0)
    assert apart.low < apart.value < apart.high
    assert math.isnan(resampled_median([], [], seed=0).value)


def test_the_sign_test_is_exact():
    assert paired_chance(8, 0) == pytest.approx(1 / 256)
    assert paired_chance(0, 0) == 1
