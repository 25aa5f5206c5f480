"""Marked scenes with many questions each: what the language side is taught with.

A question about a marked thing says its mark ("within the red rectangle"), never its name.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
from jaxtyping import UInt8
from typing_extensions import override

from deixis.data.scenes.questions import SceneQuestion, questions
from deixis.data.scenes.questions.relation import RELATIONS, relation_of
from deixis.data.scenes.scene import Scene, Thing
from deixis.data.scenes.world import SceneWorld
from deixis.train.nano.drawn_marks import DrawnMark
from deixis.train.nano.marked_scenes import marked_scene
from deixis.train.source import Source

SHORT = "\nAnswer the question using a single word or phrase."
SUFFIXED = 0.25  # of the questions ask for a short answer
NAMING = (
    "What is {mark}?",
    "What is the thing {mark}?",
    "What is the object {mark}?",
    "Name the thing {mark}.",
    "What do you see {mark}?",
)
COLOUR = (
    "What colour is the thing {mark}?",
    "What color is the object {mark}?",
    "What colour is {mark}?",
)
READING = (
    "What does the sign {mark} say?",
    "What does {mark} say?",
    "Read the word {mark}.",
    "What is written on the sign {mark}?",
)
RELATION = "Is the thing {mark} left of, right of, above or below the thing {other}?"
UNMARKED = ("counting", "presence", "description", "classification")


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A question in words, its answer, and its kind for the metrics."""

    kind: str
    text: str
    answer: str


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class AskedScene:
    """Pixels with marks and without, and the questions."""

    pixels: UInt8[np.ndarray, "row column 3"]
    plain: UInt8[np.ndarray, "row column 3"]
    marks: tuple[DrawnMark, ...]
    asked: tuple[Asked, ...]


@final
@dataclass(frozen=True, kw_only=True)
class AskedScenes(Source):
    """Endless marked scenes with their questions."""

    world: SceneWorld
    patch: int = 8
    num_marks: int | None = None

    @property
    @override
    def num_examples(self) -> int | None:
        return None

    @override
    def example(self, index: int, generator: np.random.Generator) -> AskedScene:
        scene = self.world.scene(index)
        marked = marked_scene(scene, generator, patch=self.patch, num_marks=self.num_marks)
        asked = [*about_marks(scene, marked.marks, generator)]
        asked += [
            Asked(kind=question.kind, text=question.text, answer=question.answer)
            for question in questions(self.world, index, scene)
            if question.kind in UNMARKED and _is_plain(question)
        ]
        return AskedScene(
            pixels=marked.pixels,
            plain=scene.image.pixels,
            marks=marked.marks,
            asked=tuple(asked),
        )

    @override
    def collate(self, examples: Sequence[AskedScene]) -> list[AskedScene]:
        return list(examples)


def about_marks(
    scene: Scene, marks: Sequence[DrawnMark], draws: np.random.Generator
) -> list[Asked]:
    """Name, colour and text of each marked thing, and how the first two lie to one another."""
    asked: list[Asked] = []
    things = {thing.depth: thing for thing in scene.things}
    pointed = [(mark, things[mark.owner - len(scene.plan.stuff)]) for mark in marks]
    for mark, thing in pointed:
        asked.append(_ask("naming", NAMING, thing.name, mark, draws))
        asked.append(_ask("colour", COLOUR, thing.colour, mark, draws))
        if thing.text is not None:
            asked.append(_ask("reading", READING, thing.text, mark, draws))
    if len(pointed) > 1:
        asked += _relation(scene, pointed[0], pointed[1])
    return asked


def _ask(
    kind: str, forms: Sequence[str], answer: str, mark: DrawnMark, draws: np.random.Generator
) -> Asked:
    text = forms[int(draws.integers(len(forms)))].format(mark=mark.phrase)
    text += SHORT if draws.random() < SUFFIXED else ""
    return Asked(kind=kind, text=text, answer=answer)


def _relation(
    scene: Scene, first: tuple[DrawnMark, Thing], second: tuple[DrawnMark, Thing]
) -> list[Asked]:
    answer = relation_of(first[1], second[1], scene.image.size.width / 8)
    if answer not in RELATIONS:
        return []
    text = RELATION.format(mark=first[0].phrase, other=second[0].phrase)
    return [Asked(kind="relation", text=text, answer=answer)]


def _is_plain(question: SceneQuestion) -> bool:
    return not question.pointed and len(question.turns) == 1
