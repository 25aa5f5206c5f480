"""What the sign in the mark says."""

from typing import final

from typing_extensions import override

from deixis.core.portable_rng import Draws
from deixis_lab.world.questions._question import SHORT, QuestionKind, SceneQuestion, Turn, slots
from deixis_lab.world.scene import Scene
from deixis_lab.world.words import lexicon


@final
class Reading(QuestionKind):
    """The word or the letters on a sign; the variant tells which."""

    @override
    def ask(self, scene: Scene, draws: Draws) -> SceneQuestion | None:
        signs = [thing for thing in scene.things if thing.text]
        if not signs:
            return None
        sign = draws.pick(signs)
        text = sign.text or ""
        turn = Turn(text=f"What does {{first}} say?\n{SHORT}", answer=text)
        return SceneQuestion(
            kind="reading",
            scene=scene.name,
            turns=(turn,),
            pointed=slots([sign]),
            variant="word" if text in lexicon() else "letters",
        )
