"""A set of entities by what a user calls it: a folder, a list, or the Scenes."""

from dataclasses import dataclass
from pathlib import Path
from typing import final

from deixis.data.entities.entity_set import LEAST_SIDE, Entities
from deixis.data.entities.read import read_entities
from deixis_lab.parts.entities import scene_entities

SCENES = "scenes"


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class EntitySource:
    """Where entities are: `per_entity` and `seed` are of the Scenes, all else of files."""

    what: str
    images: Path | None = None
    form: str | None = None
    split: str | None = None
    least_side: int = LEAST_SIDE
    per_entity: int = 8
    seed: int = 1

    def entities(self) -> Entities:
        """Read, or drawn."""
        if self.what == SCENES:
            return scene_entities(seed=self.seed, per_entity=self.per_entity)
        return read_entities(
            Path(self.what),
            images=self.images,
            form=self.form,
            split=self.split,
            least_side=self.least_side,
        )


def first_of_each(entities: Entities, count: int) -> Entities:
    """At most so many pictures of each entity, by their content: the same whatever their order."""
    taken: dict[str, int] = {}
    kept = []
    for picture in sorted(entities.pictures, key=lambda p: (p.entity, p.content)):
        taken[picture.entity] = taken.get(picture.entity, 0) + 1
        if taken[picture.entity] <= count:
            kept.append(picture)
    return Entities(pictures=tuple(kept), left_out=entities.left_out)
