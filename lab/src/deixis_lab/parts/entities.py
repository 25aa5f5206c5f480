"""The names of Things with pictures of each, how often each is met, and which are held out."""

from collections.abc import Iterator, Sequence
from typing import final

from typing_extensions import override

from deixis.core.mask import Mask
from deixis.data.entities.entity_set import CandidatePicture, Entities, checked
from deixis.data.entities.named import DrawnEntities
from deixis_lab.things.art import SMALL
from deixis_lab.things.world import SIDE, ThingWorld
from deixis_lab.world.scene import Scene, Thing

LEAST_SIDE = 24  # pixels of a thing's box, of SIDE
LEAST_AREA = 120  # pixels that are seen of it
MOST_SCENES = 20_000  # that are looked through
SCENES = "scenes"  # what they are called
TRAINED_EXPONENT = 0.2  # of Zipf's law in nano's training (docs/log.md)
SPLITS = ("test", "novel_names")


def scene_entities(
    *,
    seed: int = 1,
    per_entity: int = 8,
    first: int = 0,
    splits: Sequence[str] = SPLITS,
    art: str = SMALL,
) -> Entities:
    """Pictures of every name of these splits, `per_entity` each, the first that show it well, every
    name as frequent. The region is what is seen of the thing.
    """
    found = [
        one
        for split in splits
        for one in _of_world(
            ThingWorld(seed=seed, side=SIDE, split=split, exponent=0.0, art=art), per_entity, first
        )
    ]
    return checked(found, least_side=LEAST_SIDE)


def held_out_names(art: str = SMALL) -> tuple[str, ...]:
    """Names that no training picture has."""
    return tuple(named.name for named in ThingWorld(split="novel_names", art=art).names)


def _of_world(world: ThingWorld, per_entity: int, first: int) -> Iterator[CandidatePicture]:
    missing = {named.name: per_entity for named in world.names}
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
    """The names of the small art, "scenes" on the command line."""

    @override
    def entities(self, *, seed: int, per_entity: int) -> Entities:
        return scene_entities(seed=seed, per_entity=per_entity)

    @override
    def unseen(self) -> tuple[str, ...]:
        return held_out_names()

    @override
    def frequencies(self) -> dict[str, float]:
        known = ThingWorld(exponent=TRAINED_EXPONENT, art=SMALL)
        return {named.name: known.frequencies.share(named.name) for named in known.names}
