"""How often each entity is met: Zipf's law over an order of the world's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import final

from deixis.core.portable_rng import Draws
from deixis_lab.world.entities import Entity, entities
from deixis_lab.world.splits import split_named

ORDER = (
    18_863  # of all draws, those for the order; of many, one whose seed 0 starts with plain things
)
SCALE = 1 << 24


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Pool:
    """Some entities with the running sums of their weights."""

    entities: tuple[Entity, ...]
    totals: tuple[int, ...]

    def draw(self, draws: Draws) -> Entity:
        """One of them, as often as its weight says."""
        return draws.weighted(self.entities, self.totals)


@final
@dataclass(frozen=True, kw_only=True)
class Frequencies:
    """The weights of all entities of a split, and the pools to draw from."""

    weights: dict[str, int]
    pool: Pool
    groups: dict[str, Pool]

    def share(self, name: str) -> float:
        """How likely one draw from the whole pool gives this entity."""
        return self.weights.get(name, 0) / self.pool.totals[-1]


@lru_cache(maxsize=64)
def frequencies(seed: int, split: str, exponent: float) -> Frequencies:
    """The frequencies of a world. The order is the seed's: the same in all of its splits."""
    return weighted(seed, exponent, entities(), split_named(split).entities)


def weighted(
    seed: int, exponent: float, listed: Sequence[Entity], met: Sequence[Entity]
) -> Frequencies:
    """Zipf's law over all that are listed, in an order of the seed, for those that are met."""
    ranked = Draws(seed, ORDER).shuffled(listed)
    weights = {
        entity.name: round(SCALE / (rank + 1) ** exponent) for rank, entity in enumerate(ranked)
    }
    groups: dict[str, list[Entity]] = {}
    for entity in met:
        groups.setdefault(entity.group, []).append(entity)
    return Frequencies(
        weights={entity.name: weights[entity.name] for entity in met},
        pool=_pool(met, weights),
        groups={group: _pool(members, weights) for group, members in groups.items()},
    )


def _pool(members: Sequence[Entity], weights: dict[str, int]) -> Pool:
    totals = accumulate(weights[entity.name] for entity in members)
    return Pool(entities=tuple(members), totals=tuple(totals))
