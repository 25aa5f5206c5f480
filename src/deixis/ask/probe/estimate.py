"""Measured numbers come with intervals: exact ones of shares, resampled ones of medians."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import final

import numpy as np

RESAMPLES = 2000
TAIL = 0.025  # on each side of an interval of 95 %
HALVINGS = 50


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    """A number lies within this interval by 95 %; `num` answers stand behind it."""

    value: float
    low: float
    high: float
    num: int

    def told(self, *, percent: bool = False) -> str:
        """In words: "0.94 (0.71 to 1.00), 16 answers"."""
        if not self.num:
            return "not measured"
        scale, digits = (100, 0) if percent else (1, 2)
        value, low, high = (f"{scale * x:.{digits}f}" for x in (self.value, self.low, self.high))
        return f"{value}{' %' if percent else ''} ({low} to {high})"


def exact_share(right: int, num: int) -> Estimate:
    """A share of independent answers, with the interval of Clopper and Pearson."""
    if num == 0:
        return Estimate(value=math.nan, low=0.0, high=1.0, num=0)
    low = 0.0 if right == 0 else _solved(lambda p: _at_least(right, num, p) - TAIL)
    high = 1.0 if right == num else _solved(lambda p: TAIL - _at_most(right, num, p))
    return Estimate(value=right / num, low=low, high=high, num=num)


def resampled_median(values: Sequence[float], pictures: Sequence[str], *, seed: int) -> Estimate:
    """The median of some numbers, with the middle 95 % of medians over resamples of pictures."""
    if not values:
        return Estimate(value=math.nan, low=math.nan, high=math.nan, num=0)
    groups: dict[str, list[float]] = {}
    for value, picture in zip(values, pictures, strict=True):
        groups.setdefault(picture, []).append(value)
    each = [np.array(group) for group in groups.values()]
    draws = np.random.default_rng([seed, len(values)])
    chosen = draws.integers(len(each), size=(RESAMPLES, len(each)))
    medians = [np.median(np.concatenate([each[i] for i in row])) for row in chosen]
    low, high = np.percentile(medians, [100 * TAIL, 100 * (1 - TAIL)]).tolist()
    return Estimate(value=float(np.median(values)), low=low, high=high, num=len(values))


def paired_chance(better: int, worse: int) -> float:
    """How likely so many more pairs would differ for the better by lot (the exact sign test)."""
    return _at_least(better, better + worse, 0.5)


def _at_least(right: int, num: int, share: float) -> float:
    return 1.0 - _at_most(right - 1, num, share)


def _at_most(right: int, num: int, share: float) -> float:
    terms = (math.comb(num, k) * share**k * (1 - share) ** (num - k) for k in range(right + 1))
    return math.fsum(terms)


def _solved(rising: Callable[[float], float]) -> float:
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if rising(middle) > 0 else (middle, high)
    return (low + high) / 2
