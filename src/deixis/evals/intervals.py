"""Intervals tell how sure a measure is where several questions share a picture.

Questions on one picture are right or wrong together more often than by chance, so an interval that
counts questions alone is too narrow.
"""

import math
from dataclasses import dataclass
from typing import final

import numpy as np
from jaxtyping import Float, Int, Shaped

from deixis.evals.measure import Measure

RESAMPLES = 2000
MOST_AT_ONCE = 2_000_000  # draws that lie in memory
Z95 = 1.959964  # the normal distribution's 97.5th per cent
FEW = 20  # pictures; intervals of fewer are too narrow more often than they say


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Interval:
    """The interval covers 95 %, and says how it was computed."""

    low: float
    high: float
    method: str


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Clusters:
    """Each picture's answers are summed: one row a picture, one column a number."""

    sums: Float[np.ndarray, "picture number"]

    @classmethod
    def of(
        cls, rows: Float[np.ndarray, "answer number"], pictures: Shaped[np.ndarray, " answer"]
    ) -> "Clusters":
        """Answers are clustered by the picture that each is about."""
        names, place = np.unique(pictures, return_inverse=True)
        sums = np.zeros((len(names), rows.shape[1]))
        np.add.at(sums, place, rows)
        return cls(sums=sums)

    @property
    def total(self) -> Float[np.ndarray, " number"]:
        """The sums run over all pictures."""
        return self.sums.sum(0)


def interval(measure: Measure, clusters: Clusters, *, seed: int = 0) -> Interval:
    """A share gets Wilson's interval, with the number of answers that are independent in effect;
    any other measure gets one by resampling pictures.
    """
    if len(clusters.sums) == 0:
        return Interval(low=math.nan, high=math.nan, method="none")
    if measure.is_share:
        return clustered_share(clusters)
    found = bootstrapped(measure, clusters, seed=seed)
    if found.low == found.high and measure.is_bounded and found.low in (0.0, 1.0):
        num_pictures = len(clusters.sums)  # no resample differs: what nobody saw is not known
        end = wilson(found.low * num_pictures, num_pictures)
        return Interval(low=end.low, high=end.high, method="wilson, each picture once")
    return found


def wilson(right: float, asked: float, quantile: float = Z95) -> Interval:
    """Wilson's interval is for a share of independent answers."""
    if asked <= 0:
        return Interval(low=0.0, high=1.0, method="wilson")
    share = right / asked
    below = 1 + quantile**2 / asked
    middle = (share + quantile**2 / (2 * asked)) / below
    half = quantile / below * math.sqrt(share * (1 - share) / asked + quantile**2 / (4 * asked**2))
    return Interval(low=max(0.0, middle - half), high=min(1.0, middle + half), method="wilson")


def clustered_share(clusters: Clusters) -> Interval:
    """Wilson's interval is taken with the number of answers divided by the design effect.

    The effect is the variance of the share between pictures over that of independent answers. Where
    all answers are right, or all are wrong, it cannot be estimated, and each picture counts once.
    """
    right, asked = (float(number) for number in clusters.total)
    num_pictures, share = len(clusters.sums), right / asked
    alone = share * (1 - share) / asked
    if num_pictures == asked:
        return wilson(right, asked)
    if alone == 0 or num_pictures == 1:
        effective = float(num_pictures)
    else:
        off = clusters.sums[:, 0] - share * clusters.sums[:, 1]
        between = float((off**2).sum()) * num_pictures / (num_pictures - 1) / asked**2
        effective = asked / max(between / alone, asked / (asked + 1))
    found = wilson(share * effective, effective)
    return Interval(low=found.low, high=found.high, method="wilson, clustered by picture")


def bootstrapped(
    measure: Measure, clusters: Clusters, *, seed: int = 0, resamples: int = RESAMPLES
) -> Interval:
    """The interval is the middle 95 % of the measure over resamples of the pictures."""
    blocks = [
        measure.value(times.astype(float) @ clusters.sums)
        for times in drawn_times(len(clusters.sums), seed=seed, resamples=resamples)
    ]
    low, high = middle(blocks)
    return Interval(low=low, high=high, method="bootstrap over pictures")


def middle(blocks: list[Float[np.ndarray, " resample"]]) -> tuple[float, float]:
    """These are the ends of the middle 95 % of the values; NaN where no resample has one."""
    values = np.concatenate(blocks)
    if np.isnan(values).all():
        return math.nan, math.nan
    low, high = np.nanpercentile(values, [2.5, 97.5]).tolist()
    return low, high


def drawn_times(
    count: int, *, seed: int, resamples: int = RESAMPLES
) -> list[Int[np.ndarray, "resample thing"]]:
    """Each resample draws each thing so many times, in blocks; the same seed draws the same."""
    draws = np.random.default_rng([seed, count])
    even = np.full(count, 1 / count)
    block = max(1, min(resamples, MOST_AT_ONCE // count))
    sizes = [min(block, resamples - begin) for begin in range(0, resamples, block)]
    return [draws.multinomial(count, even, size=size) for size in sizes]
