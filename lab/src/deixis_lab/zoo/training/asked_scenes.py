"""Marked scenes with many questions each: what the language side is taught with.

A question about a marked thing says its mark ("within the red rectangle"), or its box in the
model's own coordinates, never its name.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias, final

import numpy as np
from jaxtyping import Bool, UInt8
from typing_extensions import override

from deixis.coordinates import Dialect
from deixis.core.portable_rng import Draws
from deixis.core.region import Region
from deixis.core.size import Size
from deixis.train.source import Source
from deixis_lab.world.questions import SceneQuestion, kinds
from deixis_lab.world.questions.relation import RELATIONS, relation_of
from deixis_lab.world.scene import Scene, Thing
from deixis_lab.world.world import SceneWorld
from deixis_lab.zoo.training.labels import PatchLabels
from deixis_lab.zoo.training.marked_scenes import marked_scene
from deixis_lab.zoo.training.scene_mark import KINDS, SceneMark

Pointing: TypeAlias = Literal["drawn", "said", "both"]
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
@dataclass(frozen=True, kw_only=True, slots=True)
class Pointed:
    """A thing, its place in the scene's `owners`, and the words that point at it."""

    words: str
    thing: Thing
    owner: int


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
    """Endless marked scenes with their questions, boxes said in `dialect`.

    `pointing`: things are pointed at by drawn marks, or the same things by said boxes, or marks
    and now and then a box. `shapes` are the marks that there are, `asks` the kinds of questions
    that are kept; empty: all.
    """

    world: SceneWorld
    dialect: Dialect
    patch: int = 8
    num_marks: int | None = None
    pointing: Pointing = "both"
    shapes: tuple[str, ...] = KINDS
    asks: tuple[str, ...] = ()

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
            scene,
            generator,
            patch=self.patch,
            num_marks=self.num_marks,
            first=first,
            kinds=self.shapes,
        )
        pointed = self._pointed(scene, marked.marks)
        asked = about_marks(pointed, generator, size=scene.image.size)
        if self.pointing == "both":
            asked += self._said(scene, generator)
        if sign is not None and sign.text is not None and generator.random() < READ_ALONE:
            rests = (scene.owner(sign),)
            asked.append(_ask("reading_alone", READING_ALONE, sign.text, "", rests, generator))
        asked += self._unmarked(scene, index, generator)
        asked = [one for one in asked if not self.asks or one.kind in self.asks]
        if self.pointing == "said":
            nothing = np.random.default_rng(0)
            marked = marked_scene(scene, nothing, patch=self.patch, num_marks=0)
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

    def _pointed(self, scene: Scene, marks: Sequence[SceneMark]) -> list[Pointed]:
        """What is pointed at, and the words that do it."""
        things = {scene.owner(thing): thing for thing in scene.things}
        pointed = [Pointed(words=m.phrase, thing=things[m.owner], owner=m.owner) for m in marks]
        if self.pointing != "said":
            return pointed
        boxes = [Region(shape=one.thing.region.box()) for one in pointed]
        said = [self.dialect.say([box], scene.image.size) for box in boxes]
        return [replace(one, words=f"at {box}") for one, box in zip(pointed, said, strict=True)]

    def _said(self, scene: Scene, draws: np.random.Generator) -> list[Asked]:
        """What is in a box that is said."""
        if not scene.things or draws.random() >= SAID:
            return []
        thing = scene.things[int(draws.integers(len(scene.things)))]
        box = Region(shape=thing.region.box())
        said = self.dialect.say([box], scene.image.size)
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
    pointed: Sequence[Pointed], draws: np.random.Generator, *, size: Size
) -> list[Asked]:
    """Name, colour and text of each thing, and how the first two lie to one another."""
    asked: list[Asked] = []
    for one in pointed:
        thing, words, rests = one.thing, one.words, (one.owner,)
        asked.append(_ask("naming", NAMING, thing.name, words, rests, draws))
        if draws.random() < COLOURED and thing.colour is not None:
            asked.append(_ask("colour", COLOUR, thing.colour, words, rests, draws))
        if thing.text is not None:
            asked.append(_ask("reading", READING, thing.text, words, rests, draws))
    if len(pointed) > 1 and draws.random() < RELATED:
        asked += _relation(pointed[0], pointed[1], size)
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


def _relation(first: Pointed, second: Pointed, size: Size) -> list[Asked]:
    answer = relation_of(first.thing, second.thing, size.width / 8)
    if answer not in RELATIONS:
        return []
    text = RELATION.format(mark=first.words, other=second.words)
    rests = (first.owner, second.owner)
    return [Asked(kind="relation", text=text, answer=answer, evidence=rests)]
