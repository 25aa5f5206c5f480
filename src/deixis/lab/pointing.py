"""One scene, pointed at in every way that the embedded model was taught, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import final

import numpy as np

from deixis.ask.compose import Pointed
from deixis.ask.model import Model
from deixis.core.image import Image
from deixis.core.region import Region
from deixis.data.scenes.scene import Scene, Thing
from deixis.data.scenes.world import SceneWorld
from deixis.encodings.drawn import Drawn
from deixis.lab.naming import colour_over, mark_of
from deixis.marks import draw
from deixis.models.interface import Generation
from deixis.train.nano.marked_scenes import markable_things
from deixis.train.nano.scene_mark import KINDS

WORLD = SceneWorld(seed=1, split="test")
INDEX = 108  # of the picture in the tour
SETTINGS = Generation(max_new_tokens=16)


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Pointing:
    """One question about one place: the picture that is sent, the words, the answer, the truth."""

    way: str
    image: Image
    question: str
    answer: str
    truth: str

    @property
    def is_right(self) -> bool:
        """Whether the answer is the truth."""
        return self.answer.strip() == self.truth


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class _Asked:
    way: str
    image: Image
    question: str
    truth: str
    regions: Mapping[str, Pointed]


def tour_scene() -> Scene:
    """The picture of the tour."""
    return WORLD.scene(INDEX)


def point(model: Model, scene: Scene) -> list[Pointing]:
    """Ask for things of the scene: under each kind of mark, by a said box, and in all of it."""
    things = markable_things(scene)
    draws = np.random.default_rng(WORLD.seed)
    asked = [_drawn(scene, things[i % len(things)], kind, draws) for i, kind in enumerate(KINDS)]
    asked += [_read(scene, thing, draws) for thing in things if thing.text is not None][:1]
    box = Region(shape=things[0].region.box())
    asked.append(
        _Asked(
            way="said",
            image=scene.image,
            question="What is {it}?",
            truth=things[0].name,
            regions={"it": box},
        )
    )
    answers = model.ask_all(
        [(one.image, one.question, one.regions) for one in asked], settings=SETTINGS
    )
    return [
        Pointing(
            way=one.way,
            image=one.image,
            question=answer.sent.text,
            answer=answer.text,
            truth=one.truth,
        )
        for one, answer in zip(asked, answers, strict=True)
    ]


def _drawn(scene: Scene, thing: Thing, kind: str, draws: np.random.Generator) -> _Asked:
    return _marked(scene, thing, kind, "What is {it}?", thing.name, draws)


def _read(scene: Scene, sign: Thing, draws: np.random.Generator) -> _Asked:
    asked = _marked(scene, sign, "ellipse", "What does {it} say?", sign.text or "", draws)
    return replace(asked, way="read")


def _marked(  # what is asked, where, how
    scene: Scene, thing: Thing, kind: str, question: str, truth: str, draws: np.random.Generator
) -> _Asked:
    mark = mark_of(thing.region, kind, colour_over(thing, draws))
    return _Asked(
        way=kind,
        image=draw(scene.image, [mark]),
        question=question,
        truth=truth,
        regions={"it": Drawn(region=mark.region, shape=kind, style=mark.style, any_colour=False)},
    )
