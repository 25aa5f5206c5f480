"""Which of four marked regions is it? As Visual7W's pointing questions."""

from typing import final

from typing_extensions import override

from deixis.core.portable_rng import Draws
from deixis_lab.world.questions._question import (
    LETTERS,
    QuestionKind,
    SceneQuestion,
    Turn,
    lettered,
    slots,
)
from deixis_lab.world.scene import Scene


@final
class Pointing(QuestionKind):
    """Asked by name, by colour and name, or by the word on a sign: only one of the four fits."""

    @override
    def ask(self, scene: Scene, draws: Draws) -> SceneQuestion | None:
        if len(scene.things) < len(LETTERS):
            return None
        four = draws.sample(scene.things, len(LETTERS))
        target = draws.pick(four)
        names = [thing.name for thing in four]
        phrases = [thing.phrase for thing in four]
        if target.text is not None:
            sought, variant = f"the sign that says {target.text}", "word"
        elif names.count(target.name) == 1:
            sought, variant = f"the {target.name}", "name"
        elif target.colour is not None and phrases.count(target.phrase) == 1:
            sought, variant = f"the {target.phrase}", "phrase"
        else:
            return None
        choices = tuple(f"{{{pointed.slot}}}" for pointed in slots(four))
        text = lettered(f"Which one is {sought}?", choices)
        turn = Turn(text=text, answer=LETTERS[four.index(target)], choices=choices)
        return SceneQuestion(
            kind="pointing",
            scene=scene.name,
            turns=(turn,),
            pointed=slots(four),
            variant=variant,
        )
