"""Questions about scenes with their answers, made from the truth. One file per kind."""

from functools import cache
from typing import Protocol, runtime_checkable

from deixis.core.catalog import Catalog
from deixis.core.portable_rng import Draws
from deixis_lab.world.questions._question import (
    LETTERS,
    SHORT,
    Pointed,
    QuestionKind,
    SceneQuestion,
    Turn,
)
from deixis_lab.world.scene import Scene

question_kinds: Catalog[QuestionKind] = Catalog(
    kind="kind of question",
    package="deixis_lab.world.questions",
    group="deixis_lab.questions",
    interface=QuestionKind,
)


@runtime_checkable
class World(Protocol):
    """Pictures by their numbers, and the draws for questions about each."""

    def scene(self, index: int) -> Scene:
        """One picture with its truth."""

    def asking(self, index: int, kind: str) -> Draws:
        """The draws for a picture's question of one kind."""


def questions(world: World, index: int, scene: Scene | None = None) -> list[SceneQuestion]:
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
    "World",
    "kinds",
    "question_kinds",
    "questions",
]
