"""How often each name is met: Zipf's law over an order of the world's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import final

from deixis.core.portable_rng import Draws
from deixis_lab.things.names import ThingName, thing_names

ORDER = (
    18_863  # of all draws, those for the order; of many, one whose seed 0 starts with plain things
)
SCALE = 1 << 24


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Pool:
    """Some names with the running sums of their weights."""

    names: tuple[ThingName, ...]
    totals: tuple[int, ...]

    def draw(self, draws: Draws) -> ThingName:
        """One of them, as often as its weight says."""
        return draws.weighted(self.names, self.totals)


@final
@dataclass(frozen=True, kw_only=True)
class Frequencies:
    """The weights of all names that are met, and the pools to draw from."""

    weights: dict[str, int]
    pool: Pool
    categories: dict[str, Pool]

    def share(self, name: str) -> float:
        """How likely one draw from the whole pool gives this one."""
        return self.weights.get(name, 0) / self.pool.totals[-1]


def frequencies(seed: int, exponent: float, met: Sequence[ThingName]) -> Frequencies:
    """Zipf's law over all names, in an order of the seed, for those that are met."""
    ranked = Draws(seed, ORDER).shuffled(thing_names())
    weights = {
        named.name: round(SCALE / (rank + 1) ** exponent) for rank, named in enumerate(ranked)
    }
    apart: dict[str, list[ThingName]] = {}
    for named in met:
        apart.setdefault(named.category, []).append(named)
    return Frequencies(
        weights={named.name: weights[named.name] for named in met},
        pool=_pool(met, weights),
        categories={key: _pool(members, weights) for key, members in apart.items()},
    )


def _pool(members: Sequence[ThingName], weights: dict[str, int]) -> Pool:
    totals = accumulate(weights[named.name] for named in members)
    return Pool(names=tuple(members), totals=tuple(totals))
