"""Is it there? Half yes, half no, with hard negatives as in POPE."""

from typing import final

from typing_extensions import override

from deixis.core.portable_rng import Draws
from deixis_lab.things.names import with_article
from deixis_lab.world.questions._question import SHORT, QuestionKind, SceneQuestion, Turn
from deixis_lab.world.scene import Scene

ADVERSARIAL, POPULAR = "adversarial", "popular"


@final
class Presence(QuestionKind):
    """Adversarial: what is met together with the picture's theme. Popular: what is met often.

    A name is taken from what the picture has and its decoys lack, or the other way round. Both
    were drawn in the same way, so a name alone gives no answer away.
    """

    @override
    def ask(self, scene: Scene, draws: Draws) -> SceneQuestion | None:
        plan = scene.plan
        variant = draws.pick((ADVERSARIAL, POPULAR))
        decoys = plan.alike if variant == ADVERSARIAL else plan.others
        is_there = draws.chance(50)
        ours, theirs = (plan.kinds, decoys) if is_there else (decoys, plan.kinds)
        names = [name for name in ours if name not in theirs]
        if not names:
            return None
        name = draws.pick(names)
        if is_there != bool(scene.count(name)):  # it found no place in the picture
            return None
        asked = f"Do you see {with_article(name)} in the picture?\n{SHORT}"
        turn = Turn(text=asked, answer="yes" if is_there else "no", choices=("yes", "no"))
        return SceneQuestion(
            kind="presence",
            scene=scene.name,
            turns=(turn,),
            variant=variant,
            evidence=scene.depths(name),
        )
