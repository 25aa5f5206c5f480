"""The Scenes' entities with pictures of each, how often each is met, and which are held out."""

from collections.abc import Iterator, Sequence
from typing import final

from typing_extensions import override

from deixis.core.mask import Mask
from deixis.data.entities.entity_set import CandidatePicture, Entities, checked
from deixis.data.entities.named import DrawnEntities
from deixis_lab.world.entities import entities
from deixis_lab.world.scene import Scene, Thing
from deixis_lab.world.splits import novel_entities
from deixis_lab.world.world import SceneWorld

LEAST_SIDE = 12  # pixels of a thing's box, of 96
LEAST_AREA = 30  # pixels that are seen of it
MOST_SCENES = 20_000  # that are looked through
SCENES = "scenes"  # what they are called
TRAINED_EXPONENT = 0.4  # of Zipf's law in most of nano's training (docs/log.md)
SPLITS = ("test", "novel_entities")


def scene_entities(
    *,
    seed: int = 1,
    per_entity: int = 8,
    first: int = 0,
    side: int = 96,
    splits: Sequence[str] = SPLITS,
) -> Entities:
    """Pictures of every entity of these splits, `per_entity` each, the first that show it well,
    every entity as frequent. The region is what is seen of the thing.
    """
    found = [
        one
        for split in splits
        for one in _of_world(
            SceneWorld(seed=seed, side=side, split=split, exponent=0.0), per_entity, first
        )
    ]
    return checked(found, least_side=LEAST_SIDE)


def held_out_names() -> tuple[str, ...]:
    """Entities that no training picture has."""
    return tuple(entity.name for entity in novel_entities())


def _of_world(world: SceneWorld, per_entity: int, first: int) -> Iterator[CandidatePicture]:
    missing = {entity.name: per_entity for entity in world.parts.entities}
    for index in range(first, first + MOST_SCENES):
        if not any(missing.values()):
            return
        if not any(missing.get(thing.name) for thing in world.plan(index).things):
            continue  # drawing is most of the work
        scene = world.scene(index)
        for thing in scene.things:
            if missing.get(thing.name) and _is_alone(scene, thing) and _is_seen(thing):
                missing[thing.name] -= 1
                yield CandidatePicture(entity=thing.name, source=scene.image, region=thing.region)


def _is_alone(scene: Scene, thing: Thing) -> bool:
    return thing.text is None and scene.count(thing.name) == 1


def _is_seen(thing: Thing) -> bool:
    box, shape = thing.region.box(), thing.region.shape
    is_large = min(box.width, box.height) >= LEAST_SIDE
    return is_large and (not isinstance(shape, Mask) or shape.area >= LEAST_AREA)


@final
class SceneEntities(DrawnEntities):
    """The Scenes' entities, "scenes" on the command line."""

    @override
    def entities(self, *, seed: int, per_entity: int) -> Entities:
        return scene_entities(seed=seed, per_entity=per_entity)

    @override
    def unseen(self) -> tuple[str, ...]:
        return held_out_names()

    @override
    def frequencies(self) -> dict[str, float]:
        known = SceneWorld(exponent=TRAINED_EXPONENT).frequencies
        return {entity.name: known.share(entity.name) for entity in entities()}
