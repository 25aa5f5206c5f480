"""Pictures of the entities that are taught, and of those that are to be kept. Without torch."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
from typing_extensions import override

from deixis.core.errors import UsageError
from deixis.core.image import Image
from deixis.core.portable_rng import Draws
from deixis.data.entities.entity_set import Entities, EntityPicture
from deixis.data.entities.named import first_of_each
from deixis.train.source import Source

EVERY_HELD_OUT = 4  # of an entity's pictures one is held out, where it has as many
RANDOM = 31  # what draws are for


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Shown:
    """A picture as it is learnt from. `place` is where it stands among those to keep; None: it is
    taught.
    """

    picture: EntityPicture
    image: Image
    place: int | None = None


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Lesson:
    """Who is taught, whose pictures are to stay as they are, and the pictures that are held out."""

    taught: Entities
    kept: Entities
    held_taught: Entities
    held_kept: Entities


@final
@dataclass(frozen=True, kw_only=True)
class EntityPictures(Source):
    """Endless: pictures to teach and, `share_kept` of the time, pictures to keep."""

    taught: tuple[EntityPicture, ...]
    kept: tuple[EntityPicture, ...]
    share_kept: float

    @property
    @override
    def num_examples(self) -> int | None:
        return None

    @override
    def example(self, index: int, generator: np.random.Generator) -> Shown:
        if self.kept and generator.random() < self.share_kept:
            place = int(generator.integers(len(self.kept)))
            return _shown(self.kept[place], place)
        return _shown(self.taught[int(generator.integers(len(self.taught)))], None)


def lesson_of(
    entities: Entities,
    names: Sequence[str],
    *,
    per_entity: int | None,
    at_random: bool,
    seed: int,
) -> Lesson:
    """Teach the entities of these names (all, if none), and keep the others.

    `at_random`, the control, teaches as many others instead, and shows those of `names` nowhere.
    A quarter of each entity's pictures is held out before `per_entity` limits what is learnt from.
    """
    unknown = sorted(set(names) - set(entities.names))
    if unknown:
        raise UsageError(f"there is no picture of {', '.join(unknown[:5])}; see what was left out")
    chosen = list(names or entities.names)
    if at_random:
        others = [name for name in entities.names if name not in set(names)]
        if not names or len(others) < len(chosen):
            raise UsageError("teaching others at random needs names, and as many others")
        chosen = list(Draws(seed, RANDOM).shuffled(others)[: len(chosen)])
    not_kept = [*chosen, *(names if at_random else ())]
    learnt, held = _parted(entities)
    taught = learnt.of(chosen)
    lost = sorted(set(chosen) - set(taught.names))
    if lost:
        raise UsageError(
            f"every picture of {', '.join(lost[:5])} is held out, as another entity stands in it "
            "too; give more pictures"
        )
    return Lesson(
        taught=taught if per_entity is None else first_of_each(taught, per_entity),
        kept=learnt.without(not_kept),
        held_taught=held.of(chosen),
        held_kept=held.without(not_kept),
    )


def _parted(entities: Entities) -> tuple[Entities, Entities]:
    """What is learnt from, and what is held out. A picture of several entities is wholly on one
    side: that of the first of them.
    """
    learnt: list[EntityPicture] = []
    held: list[EntityPicture] = []
    seen: dict[str, int] = {}
    is_held: dict[str, bool] = {}
    for picture in sorted(entities.pictures, key=lambda p: (p.entity, p.content)):
        seen[picture.entity] = seen.get(picture.entity, 0) + 1
        is_turn = seen[picture.entity] % EVERY_HELD_OUT == 0
        (held if is_held.setdefault(picture.content, is_turn) else learnt).append(picture)
    return Entities(pictures=tuple(learnt)), Entities(pictures=tuple(held))


def _shown(picture: EntityPicture, place: int | None) -> Shown:
    return Shown(picture=picture, image=picture.image(), place=place)
