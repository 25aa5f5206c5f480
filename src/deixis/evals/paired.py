"""Two runs on the same questions are compared question by question."""

import math
from dataclasses import dataclass
from typing import final

import numpy as np
from jaxtyping import Bool, Float

from deixis.evals.intervals import (
    MOST_AT_ONCE,
    RESAMPLES,
    Z95,
    Clusters,
    Interval,
    drawn_times,
    middle,
)
from deixis.evals.measure import Measure

SWAPS = 10_000


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """The second run differs from the first by so much.

    `interval` comes from resamples of the pictures. `chance` is how often swapping the two runs'
    answers picture by picture gives a difference as large.
    """

    first: float
    second: float
    interval: Interval
    chance: float

    @property
    def value(self) -> float:
        """The difference is the second value less the first."""
        return self.second - self.first


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class ChangedAnswers:
    """Some questions only one run has right; `chance` is McNemar's exact probability of so uneven a
    split.

    It takes questions as independent: where pictures have several, go by `Difference.chance`.
    """

    only_first: int
    only_second: int
    chance: float


def difference(measure: Measure, first: Clusters, second: Clusters, *, seed: int = 0) -> Difference:
    """The two runs' rows are the same pictures in the same order."""
    value = float(measure.value(second.total) - measure.value(first.total))
    blocks = [
        measure.value(times.astype(float) @ second.sums)
        - measure.value(times.astype(float) @ first.sums)
        for times in drawn_times(len(first.sums), seed=seed, resamples=RESAMPLES)
    ]
    low, high = middle(blocks)
    # that few pictures do not differ does not say that none would: as if one did, either way
    both = np.concatenate([first.sums, second.sums])
    reach = 1.0 if measure.is_bounded else float(np.nanmax(measure.value(both), initial=1.0))
    least = math.sqrt(2) * Z95 * reach / (len(first.sums) + 2)
    return Difference(
        first=float(measure.value(first.total)),
        second=float(measure.value(second.total)),
        interval=Interval(
            low=min(low, value - least),
            high=max(high, value + least),
            method="paired bootstrap over pictures",
        ),
        chance=_swapped(measure, first, second, value, seed),
    )


def changed(
    first: Bool[np.ndarray, " answer"], second: Bool[np.ndarray, " answer"]
) -> ChangedAnswers:
    """The questions that one run has right and the other has not are counted."""
    only_first = int((first & ~second).sum())
    only_second = int((second & ~first).sum())
    return ChangedAnswers(
        only_first=only_first,
        only_second=only_second,
        chance=_binomial(min(only_first, only_second), only_first + only_second),
    )


def _swapped(measure: Measure, first: Clusters, second: Clusters, value: float, seed: int) -> float:
    """A share of random swaps, the observed one among them, differs as much."""
    apart = second.sums - first.sums
    draws = np.random.default_rng([seed, len(apart), 1])
    block = max(1, min(SWAPS, MOST_AT_ONCE // len(apart)))
    as_large = 0
    for begin in range(0, SWAPS, block):
        size = (min(block, SWAPS - begin), len(apart))
        moved = draws.integers(0, 2, size, dtype=np.int8).astype(float) @ apart
        there: Float[np.ndarray, " swap"] = measure.value(second.total - moved)
        here: Float[np.ndarray, " swap"] = measure.value(first.total + moved)
        as_large += int((np.abs(there - here) >= abs(value) - 1e-12).sum())
    return (as_large + 1) / (SWAPS + 1)


def _binomial(fewer: int, asked: int) -> float:
    """Both tails of fair coin tosses are summed exactly."""
    if asked == 0:
        return 1.0
    logs = [
        math.lgamma(asked + 1) - math.lgamma(k + 1) - math.lgamma(asked - k + 1)
        for k in range(fewer + 1)
    ]
    tail = sum(math.exp(log - asked * math.log(2)) for log in logs)
    return min(1.0, 2 * tail)
