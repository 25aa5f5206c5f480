"""Random draws are the same here on every machine and with every version of numpy."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import TypeVar, final

import numpy as np

Item = TypeVar("Item")
BLOCK = 64


@final
class Draws:
    """Whole numbers name a stream of draws.

    Only PCG64's raw stream is used: numpy keeps that for good, its distributions it may change.
    """

    def __init__(self, *key: int) -> None:
        self._source = np.random.PCG64(np.random.SeedSequence(key))
        self._block: list[int] = []

    def below(self, limit: int) -> int:
        """A whole number within 0..limit-1 is drawn."""
        if not self._block:
            self._block = self._source.random_raw(BLOCK).tolist()
        return self._block.pop() * limit >> 64

    def between(self, lowest: int, highest: int) -> int:
        """A whole number within lowest..highest is drawn, both included."""
        return lowest + self.below(highest - lowest + 1)

    def chance(self, percent: int) -> bool:
        """It is True in so many of a hundred draws."""
        return self.below(100) < percent

    def uniform(self, low: float, high: float) -> float:
        """A number of low..high is drawn, in 2^53 steps; the bounds may be in either order."""
        return low + (high - low) * (self.below(2**53) / 2**53)

    def normal(self) -> float:
        """A number is drawn from about the normal distribution of mean 0 and variance 1: twelve
        uniform draws are added, so that no logarithm's last digit decides.
        """
        return sum(self.uniform(0, 1) for _ in range(12)) - 6

    def pick(self, items: Sequence[Item]) -> Item:
        """One of the items is drawn, each as likely."""
        return items[self.below(len(items))]

    def weighted(self, items: Sequence[Item], totals: Sequence[int]) -> Item:
        """One of the items is drawn; `totals` are the running sums of their weights."""
        return items[bisect_right(totals, self.below(totals[-1]))]

    def shuffled(self, items: Sequence[Item]) -> list[Item]:
        """All items come in an order by lot."""
        mixed = list(items)
        for last in range(len(mixed) - 1, 0, -1):
            other = self.below(last + 1)
            mixed[last], mixed[other] = mixed[other], mixed[last]
        return mixed

    def sample(self, items: Sequence[Item], count: int) -> list[Item]:
        """So many of the items are drawn, no place twice."""
        return self.shuffled(items)[:count]
