"""Rank correlations tell whether two numbers of the same things rise together, with intervals."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias, final

import numpy as np
from jaxtyping import Bool, Float, Float64

from deixis.core.errors import UsageError
from deixis.evals.intervals import RESAMPLES, drawn_times

MOST_PAIRS = 4_000_000_000  # that Kendall's interval looks at: with many things, fewer resamples
LEAST_RESAMPLES = 50
Column: TypeAlias = Float64[np.ndarray, " _"]
Times: TypeAlias = Float64[np.ndarray, "_ _"]


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Correlation:
    """A coefficient lies within -1..1 and has a 95 % interval and the number of things behind
    it.
    """

    name: str
    value: float
    low: float
    high: float
    num_things: int

    @property
    def is_clear(self) -> bool:
        """Chance alone would hardly give a coefficient of that sign."""
        return self.low > 0 or self.high < 0

    def __str__(self) -> str:
        return f"{self.value:+.2f} ({self.low:+.2f} to {self.high:+.2f})"


def spearman(first: Column, second: Column, *, seed: int = 0) -> Correlation:
    """Spearman's coefficient is Pearson's on the ranks; ties share their mean rank."""
    _check(first, second)
    ranks = np.stack([mean_ranks(first), mean_ranks(second)])
    return _with_interval("Spearman", ranks.shape[1], lambda w: _pearson(ranks, w), seed)


def kendall(first: Column, second: Column, *, seed: int = 0) -> Correlation:
    """Kendall's tau-b counts pairs in the same order less pairs in the opposite one, with ties
    counted out of both.
    """
    _check(first, second)
    signs = [np.sign(one[:, None] - one[None]).astype(np.float32) for one in (first, second)]

    def tau(times: Times) -> Column:
        """Each resample has its own tau; a thing that is drawn twice is tied with itself."""
        weights = times.astype(np.float32)
        sums = [
            ((weights @ product) * weights).sum(1)
            for product in (signs[0] * signs[1], np.abs(signs[0]), np.abs(signs[1]))
        ]
        return _shares(sums[0], np.sqrt(sums[1]) * np.sqrt(sums[2]))

    return _with_interval("Kendall", len(first), tau, seed, pairs=len(first) ** 2)


def partial_spearman(
    first: Column, second: Column, controlled: Sequence[Column], *, seed: int = 0
) -> Correlation:
    """Spearman's coefficient is taken of what is left of both numbers once the ranks of the
    controlled ones have explained what they can, by a line fitted anew in each resample.
    """
    _check(first, second)
    ranks = np.stack([mean_ranks(first), mean_ranks(second)])
    beside = np.stack([np.ones(len(first)), *map(mean_ranks, controlled)], axis=1)

    def left_over(times: Times) -> Column:
        found = []
        for weights in times:
            scaled = beside * np.sqrt(weights)[:, None]
            told = np.linalg.lstsq(scaled, (ranks * np.sqrt(weights)).T, rcond=None)[0]
            found.append(_pearson(ranks - (beside @ told).T, weights[None])[0])
        return np.array(found)

    return _with_interval("Spearman, controlled", len(first), left_over, seed)


def mean_ranks(values: Column) -> Column:
    """Ranks count from 1; ties share the mean of their places."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return np.asarray((ends - (counts - 1) / 2)[place])


def rising(
    places: Column, values: Column, weights: Column | None = None
) -> Callable[[Column], Column]:
    """The best curve through the values that never falls is found by pooling neighbours; it is
    level beyond its ends and straight in between.
    """
    order = np.argsort(places, kind="stable")
    blocks: list[list[float]] = []  # of each: sum, weight, first and last place
    own = np.ones(len(values)) if weights is None else weights
    for index in order:
        blocks.append([values[index] * own[index], own[index], places[index], places[index]])
        while len(blocks) > 1 and _must_pool(blocks[-2], blocks[-1]):
            last = blocks.pop()
            blocks[-1] = [blocks[-1][0] + last[0], blocks[-1][1] + last[1], blocks[-1][2], last[3]]
    ends = np.array([end for block in blocks for end in (block[2], block[3])])
    levels = np.repeat([block[0] / block[1] for block in blocks], 2)
    return lambda asked: np.interp(asked, ends, levels)


def _must_pool(before: Sequence[float], after: Sequence[float]) -> bool:
    return bool(before[0] / before[1] >= after[0] / after[1] or before[3] == after[2])


def _check(first: Column, second: Column) -> None:
    if len(first) != len(second) or len(first) < 3:
        raise UsageError(
            f"a correlation needs two numbers of at least three things, got {len(first)} and "
            f"{len(second)}"
        )


def _pearson(rows: Float64[np.ndarray, "2 _"], times: Times) -> Column:
    """Two rows are correlated under each resample's weights."""
    total = times.sum(1)
    means = times @ rows.T / total[:, None]
    squares = times @ (rows**2).T / total[:, None] - means**2
    product = times @ (rows[0] * rows[1]) / total - means[:, 0] * means[:, 1]
    return _shares(product, np.sqrt(np.clip(squares, 0, None)).prod(1))


def _shares(above: Float[np.ndarray, " _"], below: Float[np.ndarray, " _"]) -> Column:
    """A share is NaN where one of the two numbers does not vary at all."""
    known: Bool[np.ndarray, " _"] = below > 1e-9 * np.maximum(1.0, np.abs(above))
    shares = np.full(len(above), np.nan)
    shares[known] = np.clip(above[known] / below[known], -1, 1)
    return shares


def _with_interval(
    name: str, count: int, measured: Callable[[Times], Column], seed: int, *, pairs: int = 1
) -> Correlation:
    resamples = min(RESAMPLES, max(LEAST_RESAMPLES, MOST_PAIRS // pairs))
    value = float(measured(np.ones((1, count)))[0])
    drawn = [
        measured(times.astype(float))
        for times in drawn_times(count, seed=seed, resamples=resamples)
    ]
    found = np.concatenate(drawn)
    found = found[~np.isnan(found)]
    if np.isnan(value) or not len(found):
        return Correlation(name=name, value=np.nan, low=-1.0, high=1.0, num_things=count)
    low, high = np.percentile(found, [2.5, 97.5]).tolist()
    return Correlation(name=name, value=value, low=low, high=high, num_things=count)
