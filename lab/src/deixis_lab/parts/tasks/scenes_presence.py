"""Is it there? The form of POPE, on scenes of Things."""

from dataclasses import dataclass
from typing import ClassVar, final

from typing_extensions import override

from deixis.data.tasks.task import TaskAbout, TaskSample
from deixis_lab.parts.tasks._scenes import LICENCE, ORIGIN, SceneTask
from deixis_lab.world.scene import Scene


@final
@dataclass(frozen=True, kw_only=True)
class ScenesPresence(SceneTask):
    """Half yes; the names that are not there are hard ones."""

    about: ClassVar = TaskAbout(
        title="Things: presence",
        asks="whether a thing is in the picture; twin of POPE",
        origin=ORIGIN,
        licence=LICENCE,
        answers="yes_no",
        guess=0.5,
    )

    @override
    def ask(self, scene: Scene, number: int) -> TaskSample | None:
        found = self.question("presence", scene, number)
        if found is None:
            return None
        return TaskSample(
            key=f"{scene.name}/presence",
            picture=scene.name,
            question=found.text,
            answer=found.answer,
            topic=scene.plan.kinds[0],
        )
