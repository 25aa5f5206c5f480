"""Questions about scenes with their answers, made from the truth. One file per kind."""

from functools import cache

from deixis.core.catalog import Catalog
from deixis_lab.world.questions._question import (
    LETTERS,
    SHORT,
    Pointed,
    QuestionKind,
    SceneQuestion,
    Turn,
)
from deixis_lab.world.scene import Scene
from deixis_lab.world.world import SceneWorld

question_kinds: Catalog[QuestionKind] = Catalog(
    kind="kind of question",
    package="deixis_lab.world.questions",
    group="deixis_lab.questions",
    interface=QuestionKind,
)


def questions(world: SceneWorld, index: int, scene: Scene | None = None) -> list[SceneQuestion]:
    """One question of every kind that this picture allows, the same on every call.

    `scene` saves drawing the picture again where it is at hand.
    """
    drawn = world.scene(index) if scene is None else scene
    asked = (kind.ask(drawn, world.asking(index, name)) for name, kind in kinds().items())
    return [question for question in asked if question is not None]


@cache
def kinds() -> dict[str, QuestionKind]:
    """Every kind of question by its name, made once."""
    return {name: question_kinds.get(name)() for name in question_kinds.names()}


__all__ = [
    "LETTERS",
    "SHORT",
    "Pointed",
    "QuestionKind",
    "SceneQuestion",
    "Turn",
    "kinds",
    "question_kinds",
    "questions",
]
