"""The colour of what is in the mark."""

from typing import final

from typing_extensions import override

from deixis.core.portable_rng import Draws
from deixis_lab.world.questions._question import SHORT, QuestionKind, SceneQuestion, Turn, slots
from deixis_lab.world.scene import Scene


@final
class ColourOf(QuestionKind):
    """The colour of a thing that is pointed at, of those of one colour."""

    @override
    def ask(self, scene: Scene, draws: Draws) -> SceneQuestion | None:
        told = [thing for thing in scene.things if thing.colour is not None]
        if not told:
            return None
        thing = draws.pick(told)
        turn = Turn(text=f"What colour is {{first}}?\n{SHORT}", answer=thing.colour or "")
        return SceneQuestion(kind="colour", scene=scene.name, turns=(turn,), pointed=slots([thing]))
