"""What a model is asked about one scene of Things, each question with its known answer.

One thing is pointed at in every way: regions reach the model in Deixis's own encodings, composed as
`Model.ask` composes them. A thing whose name is held out is asked for to see if it is declined.
"""

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import final

import numpy as np

from deixis.core.image import Image
from deixis.core.region import Region
from deixis.encodings import Encoding
from deixis.encodings.blurred import blurred
from deixis.encodings.cropped import cropped
from deixis.encodings.dimmed import dimmed
from deixis.encodings.drawing import draw
from deixis.encodings.drawn import Drawn, drawn
from deixis.encodings.masked import masked
from deixis.encodings.said import said
from deixis.encodings.tagged import tagged
from deixis.evals.findings import Trial
from deixis_lab.examine.naming import NAME, colour_over
from deixis_lab.examine.things.judging import (
    BoxSearch,
    declines,
    first_words,
    is_among_best,
    says_colour,
    says_name,
)
from deixis_lab.things.drawings import Drawing
from deixis_lab.things.names import thing_named
from deixis_lab.things.plan import PlannedDrawing
from deixis_lab.things.world import ThingWorld
from deixis_lab.world.plan import SIDE
from deixis_lab.world.questions import questions
from deixis_lab.world.scene import Scene, Thing
from deixis_lab.world.words import lexicon
from deixis_lab.zoo.training.marked_scenes import markable_things
from deixis_lab.zoo.training.scene_mark import KINDS

WHAT, WHICH_COLOUR, WHICH_WORD = "What is {it}?", "What colour is {it}?", "What does {it} say?"
CLEAR, PLAIN = "clear", "plain"
# by style and kind of mark
BY_MARK = {style: {kind: f"naming, {kind}, {style}" for kind in KINDS} for style in (CLEAR, PLAIN)}
UNMARKED, TWO = "naming, no mark drawn", "naming, one of two marks"
BEST = "naming, first word among the five best"
COLOUR, READING, PRESENCE, COUNTING = "colour", "reading", "presence", "counting"
FINDING, DECLINING = "finding", "declining"
ENCODINGS: Mapping[str, Callable[[Region], Encoding]] = {
    "naming, box said": said,
    "naming, cropped": cropped,
    "naming, cropped beside the whole": partial(cropped, beside=True),
    "naming, dimmed": dimmed,
    "naming, masked": masked,
    "naming, blurred": blurred,
    "naming, tagged": tagged,
}


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class ThingExamination:
    """A scene's trials, and the thing that is pointed at: its drawing, and the side of the
    drawing's frame in pixels of the scene. `guess` is how often a guess among the scene's things
    names it.
    """

    trials: tuple[Trial, ...]
    target: Thing
    drawing: Drawing
    frame: int
    guess: float


def thing_examination(
    world: ThingWorld, index: int, search: BoxSearch | None = None, *, is_scored: bool = False
) -> ThingExamination | None:
    """The trials on one picture; None where no thing in it can be marked.

    Boxes are asked for where the model writes some, the five best where it `is_scored`.
    """
    scene = world.scene(index)
    draws = np.random.default_rng([world.seed, index, zlib.crc32(b"thing examination")])
    things = markable_things(scene)
    named = [thing for thing in things if thing.artist is not None]
    if not named:
        return None
    target = named[int(draws.integers(len(named)))]
    planned = scene.plan.things[target.depth]
    assert isinstance(planned, PlannedDrawing)  # since an artist drew it
    trials = _declinings(scene, target)
    if not thing_named(target.name).is_held_out:
        trials += _by_marks(scene, target, index, draws, is_scored=is_scored)
        trials += _two_marks(scene, target, things, draws)
        trials += _by_encodings(scene, target, index)
        trials += _colour(scene, named, draws)
        trials += _reading(scene, things, draws)
        trials += _unpointed(world, index, scene)
        trials += [] if search is None else _finding(scene, target, named, draws, search)
    return ThingExamination(
        trials=tuple(trials),
        target=target,
        drawing=planned.drawing,
        frame=max(1, round(planned.side * world.side / SIDE)),
        guess=sum(thing.name == target.name for thing in things) / len(things),
    )


def bare(thing: Thing) -> Region:
    """Where a thing is, without a word of what it is."""
    return Region(shape=thing.region.shape)


def _naming(condition: str, image: Image, thing: Thing, pointed: Encoding) -> Trial:
    return Trial(
        condition=condition,
        image=image,
        text=WHAT,
        regions={"it": pointed},
        answer=thing.name,
        is_right=partial(says_name, thing.name),
        cluster=thing.drawing,
    )


def _by_marks(
    scene: Scene, target: Thing, index: int, draws: np.random.Generator, *, is_scored: bool
) -> list[Trial]:
    """The thing named under each mark in both styles, without the mark, and among the five best."""
    region, image = bare(target), scene.image
    trials = []
    for kind in KINDS:
        clear = drawn(region, kind, style=CLEAR)
        plain = drawn(region, kind, color=colour_over(target, draws), style=PLAIN)
        trials.append(_naming(BY_MARK[CLEAR][kind], image, target, clear))
        trials.append(_naming(BY_MARK[PLAIN][kind], image, target, plain))
    turn = drawn(region, KINDS[index % len(KINDS)], style=CLEAR)
    trials.append(_unmarked(scene, target, turn))
    if is_scored:
        trials.append(
            Trial(
                condition=BEST,
                image=image,
                text=WHAT,
                regions={"it": turn},
                answer=target.name,
                is_right=partial(is_among_best, target.name),
                choices=first_words(),
                cluster=target.drawing,
            )
        )
    return trials


def _unmarked(scene: Scene, target: Thing, mark: Drawn) -> Trial:
    """The control: the words of a mark that is not there."""
    settled = mark.apart_from((), scene.image)
    return Trial(
        condition=UNMARKED,
        image=scene.image,
        text=NAME.format(mark=settled.mark.phrase),
        answer=target.name,
        is_right=partial(says_name, target.name),
        cluster=target.drawing,
    )


def _declinings(scene: Scene, target: Thing) -> list[Trial]:
    """Whether the thing is declined, under each mark as users get them."""
    return [
        Trial(
            condition=DECLINING,
            image=scene.image,
            text=WHAT,
            regions={"it": drawn(bare(target), kind, style=CLEAR)},
            answer=target.name,
            is_right=declines,
            cluster=target.drawing,
        )
        for kind in KINDS
    ]


def _two_marks(
    scene: Scene, target: Thing, things: list[Thing], draws: np.random.Generator
) -> list[Trial]:
    """Two things under marks of two kinds, one of which is asked for; they have different names."""
    others = [thing for thing in things if thing.name != target.name]
    if not others:
        return []
    other = others[int(draws.integers(len(others)))]
    first, second = (str(kind) for kind in draws.permutation(KINDS)[:2])
    image = draw(scene.image, drawn(bare(other), second, style=CLEAR))
    return [_naming(TWO, image, target, drawn(bare(target), first, style=CLEAR))]


def _by_encodings(scene: Scene, target: Thing, index: int) -> list[Trial]:
    """The thing named by each other way of pointing; in every second scene its box alone is
    known, as when a person drew it.
    """
    region = Region(shape=target.region.box()) if index % 2 else bare(target)
    return [
        _naming(condition, scene.image, target, encode(region))
        for condition, encode in ENCODINGS.items()
    ]


def _colour(scene: Scene, named: list[Thing], draws: np.random.Generator) -> list[Trial]:
    """The colour of a thing that is of one colour."""
    coloured = [thing for thing in named if thing.colour is not None]
    if not coloured:
        return []
    thing = coloured[int(draws.integers(len(coloured)))]
    pointed = drawn(bare(thing), str(draws.choice(KINDS)), style=CLEAR)
    return [
        Trial(
            condition=COLOUR,
            image=scene.image,
            text=WHICH_COLOUR,
            regions={"it": pointed},
            answer=thing.colour or "",
            is_right=partial(says_colour, thing.colour or ""),
            cluster=thing.drawing,
        )
    ]


def _reading(scene: Scene, things: list[Thing], draws: np.random.Generator) -> list[Trial]:
    """The word on a sign; random letters are not asked for."""
    signs = [thing for thing in things if thing.text in lexicon()]
    return [
        Trial(
            condition=READING,
            image=scene.image,
            text=WHICH_WORD,
            regions={"it": drawn(bare(sign), str(draws.choice(KINDS)), style=CLEAR)},
            answer=sign.text or "",
        )
        for sign in signs[:1]
    ]


def _unpointed(world: ThingWorld, index: int, scene: Scene) -> list[Trial]:
    """Is it there, and how often?"""
    return [
        Trial(condition=one.kind, image=scene.image, text=one.text, answer=one.answer)
        for one in questions(world, index, scene)
        if one.kind in (PRESENCE, COUNTING)
    ]


def _finding(
    scene: Scene,
    target: Thing,
    named: list[Thing],
    draws: np.random.Generator,
    search: BoxSearch,
) -> list[Trial]:
    """The box of a thing whose name is there once: of the same thing, if it is alone."""
    single = [thing for thing in named if scene.count(thing.name) == 1]
    if not single:
        return []
    drawn_one = single[int(draws.integers(len(single)))]
    thing = target if scene.count(target.name) == 1 else drawn_one
    size = scene.image.size
    return [
        Trial(
            condition=FINDING,
            image=scene.image,
            text=search.question(thing.name, size),
            answer=str(thing.region.box().xyxy),
            is_right=partial(search.is_found, thing.region.box(), size),
            cluster=thing.drawing,
        )
    ]
