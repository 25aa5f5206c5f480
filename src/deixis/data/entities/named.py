"""A set of entities by what a user calls it: a folder, a list, or a world that draws them."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import final

from deixis.core.catalog import Catalog
from deixis.data.entities.entity_set import LEAST_SIDE, Entities
from deixis.data.entities.read import read_entities


class DrawnEntities(ABC):
    """Entities whose pictures are drawn by code, as many as are wanted."""

    @abstractmethod
    def entities(self, *, seed: int, per_entity: int) -> Entities:
        """So many pictures of each; another seed draws others."""

    @abstractmethod
    def unseen(self) -> tuple[str, ...]:
        """The names that the models trained on this world never met: what there is to repair."""

    @abstractmethod
    def frequencies(self) -> Mapping[str, float]:
        """How often those models met each name; 0 for what they never did."""


drawn_entities: Catalog[DrawnEntities] = Catalog(
    kind="set of drawn entities",
    group="deixis.entities",
    interface=DrawnEntities,
    elsewhere={"scenes": "deixis-lab"},
)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class EntitySource:
    """Where entities are: `per_entity` and `seed` are of drawn ones, all else of files."""

    what: str
    images: Path | None = None
    form: str | None = None
    split: str | None = None
    least_side: int = LEAST_SIDE
    per_entity: int = 8
    seed: int = 1

    @property
    def drawn(self) -> DrawnEntities | None:
        """Who draws them; None: they are in files."""
        is_drawn = self.what in drawn_entities
        if not is_drawn and (Path(self.what).exists() or self.what not in drawn_entities.elsewhere):
            return None
        return drawn_entities.get(self.what)()

    def entities(self) -> Entities:
        """The set is read, or drawn."""
        drawn = self.drawn
        if drawn is not None:
            return drawn.entities(seed=self.seed, per_entity=self.per_entity)
        return read_entities(
            Path(self.what),
            images=self.images,
            form=self.form,
            split=self.split,
            least_side=self.least_side,
        )


def first_of_each(entities: Entities, count: int) -> Entities:
    """At most so many pictures of each entity are kept, by their content: the same whatever their
    order.
    """
    taken: dict[str, int] = {}
    kept = []
    for picture in sorted(entities.pictures, key=lambda p: (p.entity, p.content)):
        taken[picture.entity] = taken.get(picture.entity, 0) + 1
        if taken[picture.entity] <= count:
            kept.append(picture)
    return Entities(pictures=tuple(kept), left_out=entities.left_out)
