"""Which bytes an input has: a function of the target, the seed and the input's number alone."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from fuzz.mutate import LONGEST
from fuzz.targets import Target

FOUND = Path(__file__).with_name("found")  # inputs that once did harm: FOUND/TARGET/NAME
MOST = 4000  # inputs of one process, so that what leaks slowly is no finding
MADE = 0.4  # share of inputs that are made by the target's grammar


def found(name: str) -> list[Path]:
    """The target's inputs that once did harm."""
    return sorted(path for path in (FOUND / name).glob("*") if path.is_file())


def end_of(first: int, stop: int | None) -> int:
    """The number after the last input of a process that begins with `first`."""
    return first + MOST if stop is None else min(stop, first + MOST)


def input_of(target: Target, pool: Sequence[bytes], seed: int, number: int) -> bytes:
    """The input of that number; `pool` holds what is changed."""
    generator = np.random.default_rng([seed, number])
    data = target.made(generator) if generator.random() < MADE else None
    times = int(generator.choice([0, 0, 1, 3]))
    if data is None:
        data = pool[int(generator.integers(len(pool)))]
        times = int(generator.choice([1, 2, 4, 8]))
    for _ in range(times):
        data = target.mutant(data, generator)
    return data[:LONGEST]
