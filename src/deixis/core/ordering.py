"""Sequences in another order, or some at a time.

The shuffle is keyed and works place by place, so that no list of any length lies in memory: a
Feistel network permutes the next even power of two, and what falls outside is permuted on until it
falls inside ("cycle walking"). It is the same on every machine.
"""

from collections.abc import Iterator, Sequence
from typing import TypeVar

import numpy as np

Thing = TypeVar("Thing")
ROUNDS = 12
GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def shuffled(places: Sequence[int], count: int, *, seed: int, epoch: int) -> list[int]:
    """In the order of a seed and an epoch, these members of range(count) stand at these places."""
    keys = np.random.SeedSequence([seed, epoch]).generate_state(ROUNDS, np.uint64)
    half_bits = np.uint64(max(1, ((count - 1).bit_length() + 1) // 2))
    values = np.array(places, dtype=np.uint64)
    outside = np.ones(len(values), dtype=bool)
    while outside.any():
        values[outside] = _permuted(values[outside], keys, half_bits)
        outside = values >= count
    return [int(value) for value in values]


def _permuted(values: np.ndarray, keys: np.ndarray, half_bits: np.uint64) -> np.ndarray:
    """A permutation of range(4**half_bits)."""
    low = (np.uint64(1) << half_bits) - np.uint64(1)
    left, right = values >> half_bits, values & low
    for key in keys:
        left, right = right, left ^ (_mixed(right + key) & low)
    return (left << half_bits) | right


def _mixed(values: np.ndarray) -> np.ndarray:
    """SplitMix64's finaliser: every bit of the input moves every bit of the output."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9) + GOLDEN
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: np.ndarray = values ^ (values >> np.uint64(31))
    return mixed


def batches(things: Sequence[Thing], size: int) -> Iterator[Sequence[Thing]]:
    """The things come in their order; the last batch may be smaller."""
    for begin in range(0, len(things), size):
        yield things[begin : begin + size]
