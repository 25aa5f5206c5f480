"""A keyed shuffle of any length, place by place: never a list in memory.

A Feistel network permutes the next even power of two, and what falls outside is permuted on until
it falls inside ("cycle walking"). The same on every machine.
"""

from collections.abc import Sequence

import numpy as np

ROUNDS = 12
GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def shuffled(places: Sequence[int], count: int, *, seed: int, epoch: int) -> list[int]:
    """What stands at these places of range(count) in the order of that seed and epoch."""
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
