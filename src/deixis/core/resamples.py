"""Drawing again and again from what was seen: what bootstrap intervals rest on."""

import numpy as np
from jaxtyping import Int

RESAMPLES = 2000
MOST_AT_ONCE = 2_000_000  # draws that lie in memory


def drawn_times(
    count: int, *, seed: int, resamples: int = RESAMPLES
) -> list[Int[np.ndarray, "resample thing"]]:
    """How often each of so many things is drawn in each resample, in blocks; the same for the same
    seed.
    """
    draws = np.random.default_rng([seed, count])
    even = np.full(count, 1 / count)
    block = max(1, min(resamples, MOST_AT_ONCE // count))
    sizes = [min(block, resamples - begin) for begin in range(0, resamples, block)]
    return [draws.multinomial(count, even, size=size) for size in sizes]
