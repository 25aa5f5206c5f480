"""What the tasks of Things share: scenes drawn when they are asked for."""

from abc import abstractmethod
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from typing_extensions import override

from deixis.core.errors import SampleError
from deixis.core.image import Image
from deixis.data.tasks.corruption import Corruption
from deixis.data.tasks.task import PictureTask, TaskOptions, TaskSample
from deixis_lab.parts.data import art_of
from deixis_lab.things.plan import ThingPlan
from deixis_lab.things.world import SIDE, SOURCE, ThingWorld
from deixis_lab.world.questions import SceneQuestion, kinds
from deixis_lab.world.scene import Scene

TRIES = 16  # scenes of its own that a sample looks for a question in
MORE, BEYOND = 400, 1 << 40  # scenes that it tries after them, and where they begin
ORIGIN = "deixis_lab.things"
LICENCE = "Apache-2.0; the drawings under the licences of their artists (NOTICE)"
TRAIN: Literal["train"] = "train"


@dataclass(frozen=True, kw_only=True)
class SceneTask(PictureTask):
    """One question a picture. Part `train` is of world 0 with Zipf's exponent 0.2, as nano was
    trained on; any other of world 1, each name as frequent. The art is the small one unless the
    data is `whole`.
    """

    world: ThingWorld
    num: int | None = None
    corruption: Corruption | None = None

    @classmethod
    @override
    def open(cls, options: TaskOptions) -> "SceneTask":
        split = options.split or TRAIN
        is_train = split == TRAIN
        world = ThingWorld(
            seed=0 if is_train else 1,
            side=SIDE,
            split=split,
            exponent=0.2 if is_train else 0.0,
            art=art_of(options.data),
        )
        worse = None if options.corruption is None else Corruption.of(options.corruption)
        return cls(world=world, num=options.num, corruption=worse)

    @property
    @override
    def num_samples(self) -> int | None:
        return self.num

    @override
    def sample(self, index: int) -> TaskSample:
        return self._found(index)[1]

    @override
    def clean(self, index: int) -> Image:
        return self._found(index)[0].image

    def allows(self, plan: ThingPlan) -> bool:
        """Whether a picture can have the question, before it is drawn."""
        return True

    def question(self, kind: str, scene: Scene, number: int) -> SceneQuestion | None:
        """The world's own question of a kind about a scene."""
        return kinds()[kind].ask(scene, self.world.asking(number, kind))

    @abstractmethod
    def ask(self, scene: Scene, number: int) -> TaskSample | None:
        """The question about a scene, if there is a fair one."""

    def _found(self, index: int) -> tuple[Scene, TaskSample]:
        return _searched(self, index)


@lru_cache(maxsize=64)  # a question and its picture are asked for one after the other
def _searched(task: SceneTask, index: int) -> tuple[Scene, TaskSample]:
    """The first of its scenes that has a question, and the question. No two samples share one."""
    for number in (*_block(TRIES, index), *_block(MORE, index, BEYOND)):
        if not task.allows(task.world.plan(number)):
            continue
        scene = task.world.scene(number)
        sample = task.ask(scene, number)
        if sample is not None:
            return scene, sample
    raise SampleError(dataset=SOURCE, row=index, reason=f"no question in {TRIES + MORE} scenes")


def _block(size: int, index: int, begin: int = 0) -> range:
    return range(begin + size * index, begin + size * (index + 1))
