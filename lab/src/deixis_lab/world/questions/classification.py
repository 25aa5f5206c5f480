"""The class of the whole picture: its largest thing, out of four names."""

from typing import final

from typing_extensions import override

from deixis.core.mask import Mask
from deixis.core.portable_rng import Draws
from deixis_lab.world.questions._question import (
    LETTERS,
    QuestionKind,
    SceneQuestion,
    Turn,
    lettered,
)
from deixis_lab.world.scene import SIGN, Scene, Thing

CLEARLY = 4  # the largest box is at least this many thirds of the next one


@final
class Classification(QuestionKind):
    """Asked where one drawing is clearly the largest, with decoys of the same theme."""

    @override
    def ask(self, scene: Scene, draws: Draws) -> SceneQuestion | None:
        drawn = sorted((t for t in scene.things if t.name != SIGN), key=_extent, reverse=True)
        if not drawn:
            return None
        largest = drawn[0]
        rivals = [thing for thing in drawn if thing.name != largest.name]
        if rivals and 3 * _extent(largest) < CLEARLY * _extent(rivals[0]):
            return None
        absent = [*scene.plan.alike, *scene.plan.others]
        decoys = [n for n in dict.fromkeys(absent) if n not in scene.plan.kinds]
        if len(decoys) < len(LETTERS) - 1:
            return None
        choices = draws.shuffled([largest.name, *draws.sample(decoys, len(LETTERS) - 1)])
        turn = Turn(
            text=lettered("What is the largest thing in the picture?", choices),
            answer=LETTERS[choices.index(largest.name)],
            choices=tuple(choices),
        )
        return SceneQuestion(
            kind="classification",
            scene=scene.name,
            turns=(turn,),
            evidence=scene.depths(largest.name),
        )


def _extent(thing: Thing) -> int:
    """The area of its visible box."""
    assert isinstance(thing.region.shape, Mask)
    return round(thing.region.box().area)
