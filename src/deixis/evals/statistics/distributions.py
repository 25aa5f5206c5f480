"""Student's and Fisher's distributions are worked out, as tables have them, without scipy."""

import math
from functools import lru_cache
from statistics import NormalDist

STEPS = 300  # of the continued fraction; a few dozen are usual
SURE = 1e7  # degrees of freedom above which Student's is the normal distribution


def student_chance(size: float, freedom: float) -> float:
    """Both tails of Student's distribution beyond a size, with so many degrees of freedom."""
    if math.isinf(size):
        return 0.0
    freedom = min(freedom, SURE)
    return _beta_share(freedom / (freedom + size * size), freedom / 2, 0.5)


def fisher_chance(size: float, above: float, below: float) -> float:
    """The upper tail of Fisher's F beyond a size, with so many degrees of freedom above and below
    the line.
    """
    below = min(below, SURE)
    return _beta_share(below / (below + above * max(size, 0.0)), below / 2, above / 2)


@lru_cache(maxsize=4096)
def student_quantile(share: float, freedom: float) -> float:
    """Student's distribution has this share below the value; found by halving."""
    if share < 0.5:
        return -student_quantile(1 - share, freedom)
    tails = 2 * (1 - share)
    low, high = 0.0, 2.0
    while student_chance(high, freedom) > tails:
        low, high = high, 2 * high
    while high - low > 1e-7 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if student_chance(middle, freedom) > tails else (low, middle)
    return (low + high) / 2


def variance_quantile(share: float, freedom: float) -> float:
    """An estimated variance over the true one is below the value with this share (chi-squared over
    its degrees of freedom, by Wilson and Hilferty).
    """
    z = NormalDist().inv_cdf(share)
    return max(0.0, 1 - 2 / (9 * freedom) + z * math.sqrt(2 / (9 * freedom))) ** 3


def _beta_share(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function, by its continued fraction (Lentz)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - _beta_share(1 - x, b, a)
    logs = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    front = math.exp(logs + a * math.log(x) + b * math.log1p(-x)) / a
    over, under, value = 1.0, 0.0, 1.0
    for step in range(STEPS):
        half = step // 2
        if step == 0:
            term = 1.0
        elif step % 2 == 0:
            term = half * (b - half) * x / ((a + 2 * half - 1) * (a + 2 * half))
        else:
            term = -(a + half) * (a + b + half) * x / ((a + 2 * half) * (a + 2 * half + 1))
        under = 1 / _away(1 + term * under)
        over = _away(1 + term / over)
        value *= over * under
        if abs(over * under - 1) < 1e-14:
            break
    return min(1.0, front * (value - 1))


def _away(number: float) -> float:
    return number if abs(number) > 1e-300 else 1e-300
