"""Marked scenes with many questions each: what the language side is taught with.

A question about a marked thing says its mark ("within the red rectangle"), or its box in the
model's own coordinates, never its name.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
from jaxtyping import Bool, UInt8
from typing_extensions import override

from deixis.coordinates import Convention
from deixis.core.draws import Draws
from deixis.core.region import Region
from deixis.data.scenes.questions import SceneQuestion, kinds
from deixis.data.scenes.questions.relation import RELATIONS, relation_of
from deixis.data.scenes.scene import Scene, Thing
from deixis.data.scenes.world import SceneWorld
from deixis.train.nano.labels import PatchLabels
from deixis.train.nano.marked_scenes import marked_scene
from deixis.train.nano.scene_mark import SceneMark
from deixis.train.source import Source

SHORT = "\nAnswer the question using a single word or phrase."
SUFFIXED = 0.25  # of the questions ask for a short answer
NAMING = (
    "What is {mark}?",
    "What is the thing {mark}?",
    "What is the object {mark}?",
    "Name the object {mark}.",
    "Name the thing {mark}.",
    "What do you see {mark}?",
)
COLOUR = (
    "What colour is the thing {mark}?",
    "What color is the object {mark}?",
    "What colour is the object {mark}?",
    "What colour is {mark}?",
)
READING = (
    "What does the sign {mark} say?",
    "What does the object {mark} say?",
    "Read the word {mark}.",
    "What is written on the sign {mark}?",
)
READING_ALONE = ("What does the sign say?", "What is written on the sign?", "Read the sign.")
NAMING_SAID = ("What is {mark}?", "What is the thing at {mark}?", "Name the thing in {mark}.")
RELATION = "Is the thing {mark} left of, right of, above or below the thing {other}?"
SIGN_FIRST = 0.6  # of the pictures with a sign have it marked
SAID = 0.7  # of the pictures have a question that says a box
READ_ALONE = 0.6  # of the pictures with a sign
COLOURED = 0.6  # of the marks
RELATED = 0.5  # of the pictures with two marks
# of kinds that need no mark: how many times each picture is asked, and how likely each time
UNMARKED = {
    "counting": (2, 0.75),
    "presence": (2, 1.0),
    "description": (1, 0.15),
    "classification": (1, 0.3),
}


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A question in words, its answer, and its kind for the metrics.

    `evidence` is what the answer rests on, as places in the scene's `owners`; empty where it rests
    on nothing in particular.
    """

    kind: str
    text: str
    answer: str
    evidence: tuple[int, ...] = ()


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class AskedScene:
    """Pixels with marks and without, what each patch shows, and the questions."""

    pixels: UInt8[np.ndarray, "row column 3"]
    plain: UInt8[np.ndarray, "row column 3"]
    labels: PatchLabels
    marks: tuple[SceneMark, ...]
    asked: tuple[Asked, ...]

    def evidence(self, asked: Asked) -> Bool[np.ndarray, " patch"]:
        """The patches that show what an answer rests on."""
        return np.isin(self.labels.owner, asked.evidence)


@final
@dataclass(frozen=True, kw_only=True)
class AskedScenes(Source):
    """Endless marked scenes with their questions, boxes said in `convention`."""

    world: SceneWorld
    convention: Convention
    patch: int = 8
    num_marks: int | None = None

    @property
    @override
    def num_examples(self) -> int | None:
        return None

    @override
    def example(self, index: int, generator: np.random.Generator) -> AskedScene:
        scene = self.world.scene(index)
        sign = next((thing for thing in scene.things if thing.text is not None), None)
        first = sign if generator.random() < SIGN_FIRST else None
        marked = marked_scene(
            scene, generator, patch=self.patch, num_marks=self.num_marks, first=first
        )
        asked = about_marks(scene, marked.marks, generator)
        asked += self._said(scene, generator)
        if sign is not None and sign.text is not None and generator.random() < READ_ALONE:
            rests = (scene.owner(sign),)
            asked.append(_ask("reading_alone", READING_ALONE, sign.text, "", rests, generator))
        asked += self._unmarked(scene, index, generator)
        return AskedScene(
            pixels=marked.pixels,
            plain=scene.image.pixels,
            labels=marked.labels,
            marks=marked.marks,
            asked=tuple(asked[int(place)] for place in generator.permutation(len(asked))),
        )

    @override
    def collate(self, examples: Sequence[AskedScene]) -> list[AskedScene]:
        return list(examples)

    def _said(self, scene: Scene, draws: np.random.Generator) -> list[Asked]:
        """What is in a box that is said."""
        if not scene.things or draws.random() >= SAID:
            return []
        thing = scene.things[int(draws.integers(len(scene.things)))]
        box = Region(shape=thing.region.box())
        said = self.convention.say([box], scene.image.size)
        rests = (scene.owner(thing),)
        return [_ask("naming_said", NAMING_SAID, thing.name, said, rests, draws)]

    def _unmarked(self, scene: Scene, index: int, draws: np.random.Generator) -> list[Asked]:
        """Each kind's questions, each other draws of the same kind; none twice."""
        asked = {}
        for name, (times, chance) in UNMARKED.items():
            for _ in range(times):
                if draws.random() >= chance:
                    continue
                own = Draws(self.world.seed, index, int(draws.integers(1 << 62)))
                found = kinds()[name].ask(scene, own)
                if found is not None:
                    asked[found.text] = Asked(
                        kind=name,
                        text=found.text,
                        answer=found.answer,
                        evidence=_rests(scene, found),
                    )
        return list(asked.values())


def about_marks(
    scene: Scene, marks: Sequence[SceneMark], draws: np.random.Generator
) -> list[Asked]:
    """Name, colour and text of each marked thing, and how the first two lie to one another."""
    asked: list[Asked] = []
    things = {thing.depth: thing for thing in scene.things}
    pointed = [(mark, things[mark.owner - len(scene.plan.stuff)]) for mark in marks]
    for mark, thing in pointed:
        rests = (mark.owner,)
        asked.append(_ask("naming", NAMING, thing.name, mark.phrase, rests, draws))
        if draws.random() < COLOURED:
            asked.append(_ask("colour", COLOUR, thing.colour, mark.phrase, rests, draws))
        if thing.text is not None:
            asked.append(_ask("reading", READING, thing.text, mark.phrase, rests, draws))
    if len(pointed) > 1 and draws.random() < RELATED:
        asked += _relation(scene, pointed[0], pointed[1])
    return asked


def _ask(
    kind: str,
    forms: Sequence[str],
    answer: str,
    mark: str,
    evidence: tuple[int, ...],
    draws: np.random.Generator,
) -> Asked:
    text = forms[int(draws.integers(len(forms)))].format(mark=mark)
    text += SHORT if draws.random() < SUFFIXED else ""
    return Asked(kind=kind, text=text, answer=answer, evidence=evidence)


def _rests(scene: Scene, found: SceneQuestion) -> tuple[int, ...]:
    return tuple(len(scene.plan.stuff) + depth for depth in found.evidence)


def _relation(
    scene: Scene, first: tuple[SceneMark, Thing], second: tuple[SceneMark, Thing]
) -> list[Asked]:
    answer = relation_of(first[1], second[1], scene.image.size.width / 8)
    if answer not in RELATIONS:
        return []
    text = RELATION.format(mark=first[0].phrase, other=second[0].phrase)
    rests = (first[0].owner, second[0].owner)
    return [Asked(kind="relation", text=text, answer=answer, evidence=rests)]
