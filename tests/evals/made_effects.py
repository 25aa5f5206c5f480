"""Effects and answers that are made up, for tests of what is said of them."""

import numpy as np

from deixis.evals.findings import JudgedTrial
from deixis.evals.statistics.effects import Effect, StandardError


def effect(value, low, high, **counts):
    """An effect with this interval, as of many seeds and drawings."""
    error = StandardError(size=(high - low) / 2 / 1.959964, freedom=1e9)
    counts = {"num_questions": 900, "num_clusters": 300, "num_seeds": 1} | counts
    return Effect(value=value, low=low, high=high, errors=(error,), **counts)


def answered(shares, *, seeds=1, drawings=40, questions=1, draws=None, spread=0.0):
    """Answers under each condition: right are as many of each seed's as its share says, or, with
    `draws`, as come by lot, each seed's share shifted by as much as `spread`.
    """
    found = []
    for seed in range(seeds):
        for condition, share in shares.items():
            own = share[seed] if isinstance(share, list | tuple) else share
            num = drawings * questions
            right = np.arange(num) < round(own * num)
            if draws is not None:
                right = draws.random(num) < own + draws.normal(0, spread)
            found += [
                JudgedTrial(
                    scene=place,
                    condition=condition,
                    pair="",
                    is_right=bool(right[place]),
                    cluster=f"drawing {place // questions}",
                    seed=seed,
                )
                for place in range(num)
            ]
    return found
