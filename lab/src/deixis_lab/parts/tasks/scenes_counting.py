"""How many are there? The form of CLEVR's counts, on scenes of Things."""

from dataclasses import dataclass
from typing import ClassVar, final

from typing_extensions import override

from deixis.data.tasks.task import TaskAbout, TaskSample
from deixis_lab.parts.tasks._scenes import LICENCE, ORIGIN, SceneTask
from deixis_lab.things.plan import ThingPlan
from deixis_lab.world.scene import Scene


@final
@dataclass(frozen=True, kw_only=True)
class ScenesCounting(SceneTask):
    """Things of one name, 0 to 6."""

    about: ClassVar = TaskAbout(
        title="Things: counting",
        asks="how many things of a name there are; twin of CLEVR's counts",
        origin=ORIGIN,
        licence=LICENCE,
        answers="number",
        guess=0.2,  # always three: of many large things some find no room
    )

    @override
    def allows(self, plan: ThingPlan) -> bool:
        return plan.repeated is not None

    @override
    def ask(self, scene: Scene, number: int) -> TaskSample | None:
        found = self.question("counting", scene, number)
        if found is None:
            return None
        return TaskSample(
            key=f"{scene.name}/counting",
            picture=scene.name,
            question=found.text,
            answer=found.answer,
            topic=scene.plan.repeated or "",
        )
