"""What a model is examined with: questions on one held-out scene whose answers are known."""

import zlib
from dataclasses import dataclass
from typing import final

import numpy as np

from deixis.core.image import Image
from deixis.core.region import Region
from deixis.evals.findings import Trial
from deixis.marks import Mark, draw
from deixis_lab.examine.naming import NAME, colour_over, mark_of
from deixis_lab.world.questions import questions
from deixis_lab.world.scene import Scene, Thing
from deixis_lab.world.words import lexicon
from deixis_lab.world.world import SceneWorld
from deixis_lab.zoo.training.marked_scenes import markable_things
from deixis_lab.zoo.training.scene_mark import KINDS

COLOUR = "What colour is the object {mark}?"
READING = "What does the object {mark} say?"
UNMARKED = ("presence", "counting", "classification")
BY_MARK = {kind: f"naming, {kind}" for kind in KINDS}
UNDRAWN = "naming, no mark drawn"
SAID = "naming, box said"
TWO = "naming, two marks"


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Examination:
    """A scene's trials; `guess` is how often a guess among its things names the one asked for."""

    trials: tuple[Trial, ...]
    guess: float


def examination(world: SceneWorld, index: int) -> Examination | None:
    """The trials on one picture; None where nothing in it can be marked.

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
    trials = [
        *_namings(scene, target, index, draws),
        _two_marks(scene, target, things, draws),
        _said(scene, target),
        _reading(scene, sign, draws) if sign is not None else None,
        *_unmarked(world, index, scene),
    ]
    guess = sum(thing.name == target.name for thing in things) / len(things)
    return Examination(trials=tuple(t for t in trials if t is not None), guess=guess)


def _namings(scene: Scene, target: Thing, index: int, draws: np.random.Generator) -> list[Trial]:
    """The thing named under each kind of mark, and, of one kind, its colour and the control."""
    trials = []
    for kind in KINDS:
        mark = _mark(target, kind, draws)
        image = draw(scene.image, [mark])
        asked = NAME.format(mark=mark.phrase)
        trials.append(_trial(BY_MARK[kind], image, asked, target.name))
        if kind == KINDS[index % len(KINDS)]:
            asked_colour = COLOUR.format(mark=mark.phrase)
            if target.colour is not None:
                trials.append(_trial("colour", image, asked_colour, target.colour))
            trials.append(_trial(UNDRAWN, scene.image, asked, target.name))
    return trials


def _two_marks(
    scene: Scene, target: Thing, things: list[Thing], draws: np.random.Generator
) -> Trial | None:
    """Two things marked, one asked for; they have different names."""
    others = [thing for thing in things if thing.name != target.name]
    if not others:
        return None
    other = others[int(draws.integers(len(others)))]
    kinds = draws.permutation(KINDS)[:2]
    marked = zip((target, other), kinds, strict=True)
    marks = [_mark(thing, str(kind), draws) for thing, kind in marked]
    asked = NAME.format(mark=marks[0].phrase)
    return _trial(TWO, draw(scene.image, marks), asked, target.name)


def _said(scene: Scene, target: Thing) -> Trial:
    return Trial(
        condition=SAID,
        image=scene.image,
        text="What is {it}?",
        regions={"it": Region(shape=target.region.box())},
        answer=target.name,
    )


def _reading(scene: Scene, sign: Thing, draws: np.random.Generator) -> Trial:
    mark = _mark(sign, str(draws.choice(KINDS)), draws)
    return _trial(
        "reading", draw(scene.image, [mark]), READING.format(mark=mark.phrase), sign.text or ""
    )


def _unmarked(world: SceneWorld, index: int, scene: Scene) -> list[Trial]:
    return [
        _trial(question.kind, scene.image, question.text, question.answer)
        for question in questions(world, index, scene)
        if question.kind in UNMARKED and not question.pointed
    ]


def _mark(thing: Thing, kind: str, draws: np.random.Generator) -> Mark:
    """As users draw who choose nothing but shape and colour."""
    return mark_of(thing.region, kind, colour_over(thing, draws))


def _trial(kind: str, image: Image, text: str, answer: str) -> Trial:
    return Trial(condition=kind, image=image, text=text, answer=answer)
