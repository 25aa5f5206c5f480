"""Does the sign say that? Yes or no over a picture with text: the form of Hateful Memes."""

from dataclasses import dataclass
from typing import ClassVar, final

from typing_extensions import override

from deixis.data.tasks.task import TaskAbout, TaskSample
from deixis_lab.parts.tasks._scenes import LICENCE, ORIGIN, SceneTask
from deixis_lab.world.questions import SHORT
from deixis_lab.world.scene import Scene

USE = "scenes_text"  # what draws are for


@final
@dataclass(frozen=True, kw_only=True)
class ScenesText(SceneTask):
    """Half yes; otherwise another word of the same part of the world is told."""

    about: ClassVar = TaskAbout(
        title="Things: text",
        asks="whether a told word is written in the picture; twin of Hateful Memes",
        origin=ORIGIN,
        licence=LICENCE,
        answers="yes_no",
        guess=0.5,
    )

    @override
    def ask(self, scene: Scene, number: int) -> TaskSample | None:
        written = [thing.text for thing in scene.things if thing.text is not None]
        if not written:
            return None
        draws = self.world.asking(number, USE)
        others = [word for word in self.world.parts.words if word not in written]
        is_there = draws.chance(50)
        told = draws.pick(written if is_there else others)
        return TaskSample(
            key=f"{scene.name}/text",
            picture=scene.name,
            question=f'Does the sign say "{told}"?\n{SHORT}',
            answer="yes" if is_there else "no",
            topic=written[0],
        )
