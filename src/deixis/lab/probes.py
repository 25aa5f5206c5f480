"""What a model is examined with: questions on one held-out scene whose answers are known."""

import zlib
from dataclasses import dataclass
from typing import final

import numpy as np

from deixis.coordinates import Convention
from deixis.core.image import Image
from deixis.core.region import Region
from deixis.data.scenes.questions import questions
from deixis.data.scenes.scene import Scene, Thing
from deixis.data.scenes.words import lexicon
from deixis.data.scenes.world import SceneWorld
from deixis.nn.interface import Question
from deixis.train.nano.marked_scenes import mark_over, markable_things, painted
from deixis.train.nano.scene_mark import KINDS

NAMING = "What is the thing {mark}?"
COLOUR = "What colour is the thing {mark}?"
READING = "What does the sign {mark} say?"
UNMARKED = ("presence", "counting", "classification")
BY_MARK = {kind: f"naming, {kind}" for kind in KINDS}
UNDRAWN = "naming, no mark drawn"
SAID = "naming, box said"
TWO = "naming, two marks"


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Probe:
    """A question, its right answer, and what it measures."""

    kind: str
    question: Question
    answer: str

    def is_right(self, text: str) -> bool:
        """Whether a model's words are the answer."""
        return _plain(text) == _plain(self.answer)


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Examination:
    """A scene's probes; `guess` is how often a guess among the scene's things names the target."""

    probes: tuple[Probe, ...]
    guess: float


def examination(world: SceneWorld, index: int, convention: Convention) -> Examination | None:
    """The probes on one picture; None where nothing in it can be marked.

    One thing is marked in all eight ways in turn, each on a picture of its own. In pictures with a
    sign that may be the sign, every second time, so that there is reading to measure.
    """
    scene = world.scene(index)
    draws = np.random.default_rng([world.seed, index, zlib.crc32(b"examination")])
    things = markable_things(scene)
    if not things:
        return None
    target = things[int(draws.integers(len(things)))]
    signs = [thing for thing in things if thing.text in lexicon()]
    sign = signs[0] if signs and index % 2 else None
    probes = [
        *_namings(scene, target, index, draws),
        _two_marks(scene, target, things, draws),
        _said(scene, target, convention),
        _reading(scene, sign, draws) if sign is not None else None,
        *_unmarked(world, index, scene),
    ]
    guess = sum(thing.name == target.name for thing in things) / len(things)
    return Examination(probes=tuple(p for p in probes if p is not None), guess=guess)


def _namings(scene: Scene, target: Thing, index: int, draws: np.random.Generator) -> list[Probe]:
    """The thing named under each kind of mark, and, of one kind, its colour and the control."""
    probes = []
    for kind in KINDS:
        mark = mark_over(scene, target, kind, draws)
        image = Image(pixels=painted(scene, [mark])[0])
        asked = NAMING.format(mark=mark.phrase)
        probes.append(_probe(BY_MARK[kind], image, asked, target.name))
        if kind == KINDS[index % len(KINDS)]:
            asked_colour = COLOUR.format(mark=mark.phrase)
            probes.append(_probe("colour", image, asked_colour, target.colour))
            probes.append(_probe(UNDRAWN, scene.image, asked, target.name))
    return probes


def _two_marks(
    scene: Scene, target: Thing, things: list[Thing], draws: np.random.Generator
) -> Probe | None:
    """Two things marked, one asked for; they have different names."""
    others = [thing for thing in things if thing.name != target.name]
    if not others:
        return None
    other = others[int(draws.integers(len(others)))]
    kinds = draws.permutation(KINDS)[:2]
    marked = zip((target, other), kinds, strict=True)
    marks = [mark_over(scene, thing, str(kind), draws) for thing, kind in marked]
    image = Image(pixels=painted(scene, marks)[0])
    return _probe(TWO, image, NAMING.format(mark=marks[0].phrase), target.name)


def _said(scene: Scene, target: Thing, convention: Convention) -> Probe:
    said = convention.say([Region(shape=target.region.box())], scene.image.size)
    return _probe(SAID, scene.image, f"What is {said}?", target.name)


def _reading(scene: Scene, sign: Thing, draws: np.random.Generator) -> Probe:
    mark = mark_over(scene, sign, str(draws.choice(KINDS)), draws)
    image = Image(pixels=painted(scene, [mark])[0])
    return _probe("reading", image, READING.format(mark=mark.phrase), sign.text or "")


def _unmarked(world: SceneWorld, index: int, scene: Scene) -> list[Probe]:
    return [
        _probe(question.kind, scene.image, question.text, question.answer)
        for question in questions(world, index, scene)
        if question.kind in UNMARKED and not question.pointed
    ]


def _probe(kind: str, image: Image, text: str, answer: str) -> Probe:
    return Probe(kind=kind, question=Question(pictures=(image,), text=text), answer=answer)


def _plain(text: str) -> str:
    return text.strip().rstrip(".").casefold()
