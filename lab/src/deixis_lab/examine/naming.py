"""What most experiments share: a thing of a scene, a mark over it, the question for its name."""

import zlib
from dataclasses import dataclass
from typing import final

import numpy as np

from deixis.core.image import Image
from deixis.core.region import Region
from deixis.evals.findings import Trial
from deixis.marks import Mark, Style, color_of, draw
from deixis_lab.world.scene import Scene, Thing
from deixis_lab.zoo.training.marked_scenes import mark_colours, markable_things
from deixis_lab.zoo.training.scene_mark import KINDS

NAME = "What is the object {mark}?"  # the words of `dx.drawn`
LINED = ("rectangle", "ellipse", "triangle", "scribble", "arrow")  # drawn with a line of some width


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Target:
    """The thing that is asked for, all that can be marked, and the picture's own draws."""

    thing: Thing
    things: tuple[Thing, ...]
    draws: np.random.Generator

    @property
    def others(self) -> list[Thing]:
        """Things of other names."""
        return [thing for thing in self.things if thing.name != self.thing.name]


def target_of(scene: Scene, index: int, experiment: str) -> Target | None:
    """A thing of the scene by lot; None where nothing can be marked."""
    things = markable_things(scene)
    if not things:
        return None
    draws = np.random.default_rng([index, zlib.crc32(experiment.encode())])
    return Target(thing=things[int(draws.integers(len(things)))], things=tuple(things), draws=draws)


def kind_of(index: int, kinds: tuple[str, ...] = KINDS) -> str:
    """The pictures take the kinds in turn."""
    return kinds[index % len(kinds)]


def colour_over(thing: Thing, draws: np.random.Generator) -> str:
    """A colour of marks that can be seen on the thing."""
    colours = mark_colours(thing.colour)
    return colours[int(draws.integers(len(colours)))]


def mark_of(
    region: Region,
    kind: str,
    colour: str | tuple[int, int, int],
    *,
    width: int | None = None,
    alpha: int | None = None,
) -> Mark:
    """A plain mark, as the zoo is taught them."""
    style = Style(color=color_of(colour), width=width, alpha=alpha, profile="plain")
    return Mark(shape=kind, region=region, style=style)


def naming(condition: str, image: Image, mark: Mark, thing: Thing) -> Trial:
    """What is it, asked on a picture that has the mark already, or lacks it on purpose."""
    return Trial(
        condition=condition,
        image=image,
        text=NAME.format(mark=mark.phrase),
        answer=thing.name,
        cluster=thing.drawing,
    )


def marked(condition: str, scene: Scene, mark: Mark, thing: Thing) -> Trial:
    """What is it, asked on the scene with this mark."""
    return naming(condition, draw(scene.image, [mark]), mark, thing)


def swept(scene: Scene, index: int, setting: str, values: tuple[int, ...]) -> list[Trial]:
    """One thing under one kind of line, whose `setting` (width, alpha) takes each of the values."""
    target = target_of(scene, index, setting)
    if target is None:
        return []
    thing, kind = target.thing, kind_of(index, LINED)
    colour = colour_over(thing, target.draws)
    return [
        marked(str(value), scene, mark_of(thing.region, kind, colour, **{setting: value}), thing)
        for value in values
    ]
