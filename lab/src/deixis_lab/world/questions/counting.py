"""How many things of one name there are: 0 to 6, each answer as likely."""

from typing import final

from typing_extensions import override

from deixis.core.portable_rng import Draws
from deixis_lab.things.names import with_article
from deixis_lab.world.questions._question import SHORT, QuestionKind, SceneQuestion, Turn
from deixis_lab.world.scene import SIGN, Scene


@final
class Counting(QuestionKind):
    """Asked on pictures that repeat an entity 2 to 6 times.

    Of seven questions five are about that one, one is about a thing that is there once and one
    about none, so neither the picture's kind nor the name gives the answer away.
    """

    @override
    def ask(self, scene: Scene, draws: Draws) -> SceneQuestion | None:
        if scene.plan.repeated is None:
            return None
        name = self._name(scene, scene.plan.repeated, draws)
        if name is None:
            return None
        asked = f"How often do you see {with_article(name)} in the picture?\n{SHORT}"
        turn = Turn(text=asked, answer=str(scene.count(name)))
        return SceneQuestion(
            kind="counting",
            scene=scene.name,
            turns=(turn,),
            evidence=scene.depths(name),
        )

    def _name(self, scene: Scene, repeated: str, draws: Draws) -> str | None:
        chosen = draws.below(7)
        if chosen == 0:
            absent = [name for name in scene.plan.alike if name not in scene.plan.kinds]
            return draws.pick(absent) if absent else None
        if chosen == 1:
            single = [name for name in scene.names if name != SIGN and scene.count(name) == 1]
            return draws.pick(single) if single else None
        return repeated
