"""Marked scenes with many questions each: what the language side is taught with.

A question about a marked thing says its mark ("within the red rectangle"), or its box in the
model's own coordinates, never its name.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import final

import numpy as np
from jaxtyping import Bool, Int16, UInt8

from deixis.coordinates import Dialect
from deixis.core.portable_rng import Draws
from deixis.core.region import Region
from deixis.core.size import Size
from deixis_lab.world.questions import SceneQuestion, kinds
from deixis_lab.world.questions.relation import RELATIONS, relation_of
from deixis_lab.world.scene import Scene, Thing
from deixis_lab.zoo.training.labels import PatchLabels, stacked
from deixis_lab.zoo.training.scene_mark import SceneMark

SHORT = "\nAnswer the question using a single word or phrase."
SUFFIXED = 0.25  # of the questions ask for a short answer
NAMING = (
    "What is {mark}?",
    "What is the thing {mark}?",
    "What is the object {mark}?",
    "Name the object {mark}.",
    "Name the thing {mark}.",
    "What do you see {mark}?",
    "What is this {mark}?",
    "Which object is {mark}?",
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


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Forms:
    """In which words each is asked for."""

    naming: tuple[str, ...]
    colour: tuple[str, ...]
    reading: tuple[str, ...]


OF_MARKS = Forms(naming=NAMING, colour=COLOUR, reading=READING)
OF_PHRASES = Forms(
    naming=("What is {mark}?", "What do you see in {mark}?", "Name {mark}.", "Identify {mark}."),
    colour=("What colour is {mark}?", "What color is {mark}?"),
    reading=("What does {mark} say?", "Read {mark}.", "What is written in {mark}?"),
)
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
    """A thing, its place in the scene's `owners`, and the words that point at it: "within the red
    rectangle", or if they are a `phrase` of their own "the highlighted area".
    """

    words: str
    thing: Thing
    owner: int
    is_phrase: bool = False


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class SecondPicture:
    """One that is shown after the scene, and the scene's owner that each of its patches shows."""

    pixels: UInt8[np.ndarray, "row column 3"]
    owner: Int16[np.ndarray, " patch"]


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class AskedScene:
    """Pixels with marks and without, what each patch shows, and the questions. `way` is how things
    are pointed at, `place` its number among kept scenes. It may have a second picture.
    """

    pixels: UInt8[np.ndarray, "row column 3"]
    plain: UInt8[np.ndarray, "row column 3"]
    labels: PatchLabels
    marks: tuple[SceneMark, ...]
    asked: tuple[Asked, ...]
    way: str = "drawn"
    place: int | None = None
    second: SecondPicture | None = None

    @property
    def pictures(self) -> tuple[UInt8[np.ndarray, "row column 3"], ...]:
        """The pixels of all that is shown."""
        return (self.pixels,) if self.second is None else (self.pixels, self.second.pixels)

    @property
    def num_pictures(self) -> int:
        """How many are shown."""
        return len(self.pictures)

    @property
    def unpointed(self) -> "AskedScene":
        """The same without what points: the plain picture, also in the place of a second one."""
        second = None if self.second is None else replace(self.second, pixels=self.plain)
        return replace(self, pixels=self.plain, second=second, place=None)

    def evidence(self, asked: Asked) -> Bool[np.ndarray, " patch"]:
        """The patches that show what an answer rests on, of one picture after the other. Where
        there is a second one, it is that which points.
        """
        shown = np.isin(self.labels.owner, asked.evidence)
        if self.second is None:
            return shown
        return np.concatenate([np.zeros_like(shown), np.isin(self.second.owner, asked.evidence)])


def as_marked(scenes: Sequence[AskedScene]) -> dict[str, np.ndarray]:
    """The pixels as `pixels`, and each kind of label by its name, stacked: as MarkedScenes has
    them.
    """
    pixels = np.stack([scene.pixels for scene in scenes])
    return stacked([scene.labels for scene in scenes]) | {"pixels": pixels}


def said_naming(scene: Scene, dialect: Dialect, draws: np.random.Generator) -> list[Asked]:
    """What is in a box that is said."""
    if not scene.things or draws.random() >= SAID:
        return []
    thing = scene.things[int(draws.integers(len(scene.things)))]
    box = Region(shape=thing.region.box())
    said = dialect.say([box], scene.image.size)
    rests = (scene.owner(thing),)
    return [ask("naming_said", NAMING_SAID, thing.name, said, rests, draws)]


def sign_in(scene: Scene) -> Thing | None:
    """The farthest sign, if there is one."""
    return next((thing for thing in scene.things if thing.text is not None), None)


def reading_alone(scene: Scene, draws: np.random.Generator) -> list[Asked]:
    """What the sign says, now and then, if there is one."""
    sign = sign_in(scene)
    if sign is None or sign.text is None or draws.random() >= READ_ALONE:
        return []
    rests = (scene.owner(sign),)
    return [ask("reading_alone", READING_ALONE, sign.text, "", rests, draws)]


def unmarked(scene: Scene, seed: int, index: int, draws: np.random.Generator) -> list[Asked]:
    """The questions of each kind that needs no mark, each other draws of the same kind; none
    twice.
    """
    asked = {}
    for name, (times, chance) in UNMARKED.items():
        for _ in range(times):
            if draws.random() >= chance:
                continue
            own = Draws(seed, index, int(draws.integers(1 << 62)))
            found = kinds()[name].ask(scene, own)
            if found is not None:
                rests = _rests(scene, found)
                asked[found.text] = Asked(
                    kind=name, text=found.text, answer=found.answer, evidence=rests
                )
    return list(asked.values())


def about_marks(
    pointed: Sequence[Pointed], draws: np.random.Generator, *, size: Size
) -> list[Asked]:
    """Name, colour and text of each thing, and how the first two lie to one another."""
    asked: list[Asked] = []
    for one in pointed:
        thing, words, rests = one.thing, one.words, (one.owner,)
        forms = OF_PHRASES if one.is_phrase else OF_MARKS
        asked.append(ask("naming", forms.naming, thing.name, words, rests, draws))
        if draws.random() < COLOURED and thing.colour is not None:
            asked.append(ask("colour", forms.colour, thing.colour, words, rests, draws))
        if thing.text is not None:
            asked.append(ask("reading", forms.reading, thing.text, words, rests, draws))
    if len(pointed) > 1 and draws.random() < RELATED:
        asked += _relation(pointed[0], pointed[1], size)
    return asked


def ask(
    kind: str,
    forms: Sequence[str],
    answer: str,
    mark: str,
    evidence: tuple[int, ...],
    draws: np.random.Generator,
) -> Asked:
    """A question in one of its forms, now and then with a request for a short answer."""
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
