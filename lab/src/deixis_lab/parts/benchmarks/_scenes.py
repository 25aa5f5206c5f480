"""What the benchmarks of Things share: held-out scenes, drawn when they are asked for."""

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

from typing_extensions import override

from deixis.core.errors import UsageError
from deixis.evals.benchmark import Benchmark, Options, Query, Sample
from deixis_lab.parts.data import art_of
from deixis_lab.things.world import SIDE, ThingWorld
from deixis_lab.world.questions import SceneQuestion, kinds
from deixis_lab.world.scene import SIGN, Scene, Thing

SEED, SPLIT, NUM_PICTURES = 1, "test", 500
ORIGIN = "deixis_lab.things: seed 1, split test, each name as frequent"
LICENCE = "Apache-2.0; the drawings under the licences of their artists (NOTICE)"
SMALLEST = 80  # pixels that are seen of a thing that is asked about
KEPT = 64  # pictures


@dataclass(frozen=True, kw_only=True)
class SceneBenchmark(Benchmark):
    """The first pictures of a world whose entities are met equally often. What is asked about each
    is `made` of it.
    """

    one_each: ClassVar[bool] = False  # at most one question a picture
    world: ThingWorld
    num_pictures: int

    @classmethod
    @override
    def of(cls, options: Options) -> "SceneBenchmark":
        """Split `test` unless another is named, by the small art unless the data is `whole`."""
        number = NUM_PICTURES if options.num_pictures is None else options.num_pictures
        if number < 1:
            raise UsageError(f"there is at least 1 picture, got {number}")
        world = ThingWorld(
            seed=SEED,
            side=SIDE,
            split=options.split or SPLIT,
            exponent=0.0,
            art=art_of(options.data),
        )
        return cls(world=world, num_pictures=number)

    @override
    def samples(self) -> Iterator[Sample]:
        for index in range(self.num_pictures):
            yield from self.made(index, _scene(self.world, index))

    @property
    @override
    def num_places(self) -> int | None:
        return self.num_pictures if self.one_each else None

    @override
    def at(self, place: int) -> Sample | None:
        return next(iter(self.made(place, _scene(self.world, place))), None)

    @override
    def question(self, sample: Sample) -> Query:
        scene = _scene(self.world, int(sample.picture.rpartition("/")[2]))
        return Query(image=scene.image, text=sample.text, regions=sample.regions)

    @abstractmethod
    def made(self, index: int, scene: Scene) -> list[Sample]:
        """The questions on one picture."""

    def asked(self, kind: str, index: int, scene: Scene) -> SceneQuestion | None:
        """The picture's question of one kind, if it gives a fair one."""
        return kinds()[kind].ask(scene, self.world.asking(index, kind))


def clear_things(scene: Scene) -> list[Thing]:
    """The drawings of which enough is seen to be asked about."""
    return [t for t in scene.things if t.name != SIGN and _num_seen(scene, t) >= SMALLEST]


@lru_cache(maxsize=KEPT)
def _scene(world: ThingWorld, index: int) -> Scene:
    """A scene; the last few are kept, since a picture is often asked about several times."""
    return world.scene(index)


def _num_seen(scene: Scene, thing: Thing) -> int:
    return int((scene.owners == scene.owner(thing)).sum())
