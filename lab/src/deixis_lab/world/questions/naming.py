"""What is in the mark."""

from typing import final

from typing_extensions import override

from deixis.core.portable_rng import Draws
from deixis_lab.world.questions._question import SHORT, QuestionKind, SceneQuestion, Turn, slots
from deixis_lab.world.scene import Scene


@final
class Naming(QuestionKind):
    """The name of a thing that is pointed at."""

    @override
    def ask(self, scene: Scene, draws: Draws) -> SceneQuestion | None:
        if not scene.things:
            return None
        thing = draws.pick(scene.things)
        turn = Turn(text=f"What is {{first}}?\n{SHORT}", answer=thing.name)
        return SceneQuestion(kind="naming", scene=scene.name, turns=(turn,), pointed=slots([thing]))
