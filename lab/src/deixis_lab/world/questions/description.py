"""The picture in words."""

from collections import Counter
from typing import final

from typing_extensions import override

from deixis.core.portable_rng import Draws
from deixis_lab.things.names import with_article
from deixis_lab.world.questions._question import QuestionKind, SceneQuestion, Turn
from deixis_lab.world.scene import SIGN, Scene

REQUESTS = (
    "Describe the picture.",
    "What does the picture show?",
    "Say what is in the picture, and on what ground.",
)


@final
class Description(QuestionKind):
    """All that can be seen: the grounds from the top down, then the things by their names."""

    @override
    def ask(self, scene: Scene, draws: Draws) -> SceneQuestion | None:
        turn = Turn(text=draws.pick(REQUESTS), answer=description_of(scene))
        return SceneQuestion(kind="description", scene=scene.name, turns=(turn,))


def description_of(scene: Scene) -> str:
    """The grounds, the things in the order of the alphabet, and what the signs say."""
    ground = "The picture shows " + _listed([stuff.name for stuff in scene.stuff])
    drawn = Counter(thing.phrase for thing in scene.things if thing.name != SIGN)
    parts = [
        with_article(phrase) if count == 1 else f"{count} times {with_article(phrase)}"
        for phrase, count in sorted(drawn.items())
    ]
    parts += [
        f"{with_article(thing.phrase)} that says {thing.text}"
        for thing in scene.things
        if thing.name == SIGN
    ]
    return f"{ground}, and on it {_listed(parts)}." if parts else f"{ground}."


def _listed(parts: list[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
