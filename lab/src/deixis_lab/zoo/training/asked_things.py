"""Scenes of things with many questions each: what the language side of a nano model is taught with.

A picture is shown in one of the ways in which Deixis points: marks are drawn over it, or things are
tagged, cut out, or all else is dimmed, blurred or painted over. Whatever the way, its questions
never say the name of what is pointed at.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import final

import numpy as np
from typing_extensions import override

from deixis.ask.find_prompts import FindPrompt, Kind, find_prompt
from deixis.coordinates import Dialect
from deixis.core.region import Region
from deixis.core.shapes import Box
from deixis.core.size import Size
from deixis.train.source import Source
from deixis_lab.things.names import with_article
from deixis_lab.things.world import ThingWorld
from deixis_lab.world.scene import SIGN, Scene
from deixis_lab.zoo.nano import PATCH
from deixis_lab.zoo.training.asked_scenes import (
    SIGN_FIRST,
    Asked,
    AskedScene,
    Pointed,
    about_marks,
    reading_alone,
    said_naming,
    sign_in,
    unmarked,
)
from deixis_lab.zoo.training.encoded_scenes import BESIDE, WAYS, encoded
from deixis_lab.zoo.training.marked_scenes import marked_scene
from deixis_lab.zoo.training.restyled_scenes import restyled_scene
from deixis_lab.zoo.training.scene_mark import KINDS

DRAWN, SAID = "drawn", "said"
OF_DRAWN = 0.55  # of the pictures have drawn marks or nothing; the rest one of WAYS
ABSENT = 0.15  # of them are for what is not there
NONE_THERE = "There is none."
DIALECT = "padded_unit"  # FastVLM's, for the words in which it is asked
OFTEN: dict[Kind, float] = {"box": 1.2, "point": 0.3}  # questions a picture for places
FORMS = ("{name}", "the {name}", "{phrase}")


@final
@dataclass(frozen=True, kw_only=True)
class AskedThings(Source):
    """Endless scenes with their questions, places said in `dialect`.

    `way` is how things are pointed at, "drawn", SAID, one of WAYS or BESIDE; empty: by lot, among
    crops beside the whole picture only where several pictures are allowed. `is_restyled`: other
    hands draw most of them. Questions are drawn `rounds` times, and none is asked twice. `shapes`
    are the marks that there are, `asks` the kinds of questions that are kept; empty: all.
    """

    world: ThingWorld
    dialect: Dialect
    patch: int = PATCH
    num_marks: int | None = None
    way: str = ""
    is_restyled: bool = True
    rounds: int = 1
    most_pictures: int = 1
    shapes: tuple[str, ...] = KINDS
    asks: tuple[str, ...] = ()

    @property
    @override
    def num_examples(self) -> int | None:
        return None

    @override
    def example(self, index: int, generator: np.random.Generator) -> AskedScene:
        world, draws = self.world, generator
        scene = restyled_scene(world, index, draws) if self.is_restyled else world.scene(index)
        way = self.way
        if not way:
            ways = WAYS if self.most_pictures == 1 else (*WAYS, BESIDE)
            way = DRAWN if draws.random() < OF_DRAWN else str(draws.choice(ways))
        found = (
            None if way in (DRAWN, SAID) else encoded(scene, way, self.dialect, self.patch, draws)
        )
        if found is None:
            return self._drawn(scene, index, draws, is_said=way == SAID)
        asked = self._asked(scene, found.pointed, index, draws, alone=way != "tagged")
        return AskedScene(
            pixels=found.pixels,
            plain=scene.image.pixels,
            labels=found.labels,
            marks=(),
            asked=asked,
            way=way,
            second=found.second,
        )

    def _drawn(
        self, scene: Scene, index: int, draws: np.random.Generator, *, is_said: bool
    ) -> AskedScene:
        """Marks over some of its things; or what they would be over, by boxes that are said."""
        first = sign_in(scene) if draws.random() < SIGN_FIRST else None
        marked = marked_scene(
            scene,
            draws,
            patch=self.patch,
            num_marks=self.num_marks,
            first=first,
            kinds=self.shapes,
        )
        things = {scene.owner(thing): thing for thing in scene.things}
        pointed = [
            Pointed(words=m.phrase, thing=things[m.owner], owner=m.owner) for m in marked.marks
        ]
        if is_said:
            size = scene.image.size
            boxes = [Region(shape=one.thing.region.box()) for one in pointed]
            said = [self.dialect.say([box], size) for box in boxes]
            pointed = [replace(p, words=f"at {box}") for p, box in zip(pointed, said, strict=True)]
            marked = marked_scene(scene, np.random.default_rng(0), patch=self.patch, num_marks=0)
        return AskedScene(
            pixels=marked.pixels,
            plain=scene.image.pixels,
            labels=marked.labels,
            marks=marked.marks,
            asked=self._asked(scene, pointed, index, draws),
            way=SAID if is_said else DRAWN,
        )

    def _asked(
        self,
        scene: Scene,
        pointed: Sequence[Pointed],
        index: int,
        draws: np.random.Generator,
        *,
        alone: bool = False,
    ) -> tuple[Asked, ...]:
        """Of what is pointed at, and if that is not `alone` of all else; in any order."""
        asked: list[Asked] = []
        for _ in range(self.rounds):
            asked += about_marks(pointed, draws, size=scene.image.size)
            asked += [] if alone else self._anything(scene, index, draws)
        kept = [one for one in asked if not self.asks or one.kind in self.asks]
        once = list({one.text: one for one in kept}.values())
        return tuple(once[int(place)] for place in draws.permutation(len(once)))

    def _anything(self, scene: Scene, index: int, draws: np.random.Generator) -> list[Asked]:
        """What needs no mark."""
        asked = said_naming(scene, self.dialect, draws)
        asked += reading_alone(scene, draws)
        asked += unmarked(scene, self.world.seed, index, draws)
        for kind, often in OFTEN.items():
            prompt = find_prompt(DIALECT, kind)
            for _ in range(int(often + draws.random())):
                asked += _finding(scene, prompt, draws)
        return asked


def said_box(box: Box, size: Size) -> str:
    """As the model says it: in hundredths, each one of its words."""
    edges = (box.x0 / size.width, box.y0 / size.height, box.x1 / size.width, box.y1 / size.height)
    return f"[{','.join(f'{edge:.2f}' for edge in edges)}]"


def said_point(box: Box, size: Size) -> str:
    """The middle of a box."""
    x, y = (box.x0 + box.x1) / 2 / size.width, (box.y0 + box.y1) / 2 / size.height
    return f"[{x:.2f},{y:.2f}]"


def _finding(scene: Scene, prompt: FindPrompt, draws: np.random.Generator) -> list[Asked]:
    """Where is it, or where are all of them? None, if it is not there."""
    size, things = scene.image.size, [thing for thing in scene.things if thing.name != SIGN]
    absent = [name for name in (*scene.plan.alike, *scene.plan.others) if not scene.count(name)]
    kind = "finding" if prompt.kind == "box" else "pointing"
    if absent and (not things or draws.random() < ABSENT):
        what = absent[int(draws.integers(len(absent)))]
        words = prompt.words(_called(what, what, draws), size, many=bool(draws.integers(2)))
        return [Asked(kind=f"{kind}_none", text=words, answer=NONE_THERE)]
    if not things:
        return []
    thing = things[int(draws.integers(len(things)))]
    alike = [other for other in things if other.name == thing.name]
    alike.sort(key=lambda other: other.region.box().x0)
    is_one = len(alike) == 1
    phrase = thing.phrase if is_one else thing.name
    words = prompt.words(_called(thing.name, phrase, draws), size, many=not is_one)
    say = said_box if prompt.kind == "box" else said_point
    said = [say(other.region.box(), size) for other in alike]
    answer = said[0] if is_one else f"[{','.join(said)}]"
    rests = tuple(scene.owner(other) for other in alike)
    kind = kind if is_one else f"{kind}_all"
    return [Asked(kind=kind, text=words, answer=answer, evidence=rests)]


def _called(name: str, phrase: str, draws: np.random.Generator) -> str:
    form = int(draws.integers(len(FORMS) + 1))
    if form == len(FORMS):
        return with_article(name)
    return FORMS[form].format(name=name, phrase=phrase)
