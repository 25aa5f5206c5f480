"""What is the largest thing? Out of four names: the form of CIFAR-10, on scenes of Things."""

from dataclasses import dataclass
from typing import ClassVar, final

from typing_extensions import override

from deixis.data.tasks.task import PHOTO, TaskAbout, TaskSample
from deixis_lab.parts.tasks._scenes import LICENCE, ORIGIN, SceneTask
from deixis_lab.world.questions import LETTERS
from deixis_lab.world.scene import Scene


@final
@dataclass(frozen=True, kw_only=True)
class ScenesClassification(SceneTask):
    """The names are scored as answers to TVP's own words."""

    about: ClassVar = TaskAbout(
        title="Things: classification",
        asks="which of four names the largest thing has; twin of CIFAR-10",
        origin=ORIGIN,
        licence=LICENCE,
        answers="choice",
        guess=0.25,
    )

    @override
    def ask(self, scene: Scene, number: int) -> TaskSample | None:
        found = self.question("classification", scene, number)
        if found is None:
            return None
        (turn,) = found.turns
        name = turn.choices[LETTERS.index(turn.answer)]
        return TaskSample(
            key=f"{scene.name}/classification",
            picture=scene.name,
            question=PHOTO,
            answer=name,
            choices=turn.choices,
            topic=name,
        )
