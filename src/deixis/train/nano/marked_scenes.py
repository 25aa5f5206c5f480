"""Scenes with marks drawn over them and what each patch shows: the encoder's pretraining data."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import final

import numpy as np
from jaxtyping import UInt8
from typing_extensions import override

from deixis.data.scenes.colours import INKS
from deixis.data.scenes.scene import Scene, Thing
from deixis.data.scenes.world import SceneWorld
from deixis.train.nano.drawn_marks import COLOURS, KINDS, DrawnMark, paint_mark
from deixis.train.nano.labels import PatchLabels, label_patches
from deixis.train.source import Source

NUM_MARKS = (0, 1, 1, 2, 3, 4)  # as likely each
CLEAR = 180  # least difference of a mark's colour from the thing's, over three channels
SMALLEST = 20  # pixels that must be seen of a thing for a mark, at 96 x 96


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class MarkedScene:
    """A scene, the marks over it, the pixels with them, and what each patch shows."""

    scene: Scene
    marks: tuple[DrawnMark, ...]
    pixels: UInt8[np.ndarray, "row column 3"]
    labels: PatchLabels


@final
@dataclass(frozen=True, kw_only=True)
class MarkedScenes(Source):
    """Endless marked scenes of a world; `patch` is the side of the encoder's patches in pixels."""

    world: SceneWorld
    patch: int = 8

    @property
    @override
    def num_examples(self) -> int | None:
        return None

    @override
    def example(self, index: int, generator: np.random.Generator) -> MarkedScene:
        return marked_scene(self.world.scene(index), generator, patch=self.patch)

    @override
    def collate(self, examples: Sequence[MarkedScene]) -> dict[str, np.ndarray]:
        """The pixels as `pixels`, and each kind of label by its name, stacked."""
        rows = [example.labels.as_dict() for example in examples]
        batch = {key: np.stack([row[key] for row in rows]) for key in rows[0]}
        return batch | {"pixels": np.stack([example.pixels for example in examples])}


def marked_scene(
    scene: Scene,
    draws: np.random.Generator,
    *,
    patch: int,
    num_marks: int | None = None,
    first: Thing | None = None,
) -> MarkedScene:
    """A scene with marks over some of its things, no two of one kind and colour; `first` gets the
    first of them if enough of it is seen.
    """
    marks = choose_marks(scene, draws, num_marks=num_marks, first=first)
    pixels, inks = painted(scene, marks, draws)
    labels = label_patches(scene, marks, inks, patch=patch)
    return MarkedScene(scene=scene, marks=marks, pixels=pixels, labels=labels)


def painted(
    scene: Scene, marks: Sequence[DrawnMark], draws: np.random.Generator
) -> tuple[UInt8[np.ndarray, "row column 3"], list[UInt8[np.ndarray, "row column"]]]:
    """The scene's pixels with the marks over them, and how much of each pixel each mark covers."""
    pixels = scene.image.pixels.copy()
    inks = [paint_mark(pixels, scene.owners == mark.owner, mark, draws) for mark in marks]
    return pixels, inks


def mark_over(scene: Scene, thing: Thing, kind: str, draws: np.random.Generator) -> DrawnMark:
    """A mark of that kind over a thing, in a colour that can be seen on it."""
    colours = mark_colours(thing.colour)
    colour = colours[int(draws.integers(len(colours)))]
    return DrawnMark(kind=kind, colour=colour, owner=scene.owner(thing))


def choose_marks(
    scene: Scene,
    draws: np.random.Generator,
    *,
    num_marks: int | None = None,
    first: Thing | None = None,
) -> tuple[DrawnMark, ...]:
    """Marks on things of which enough is seen, in colours that can be seen on them."""
    ground = len(scene.plan.stuff)
    owners = markable(scene)
    asked = int(draws.choice(NUM_MARKS)) if num_marks is None else num_marks
    chosen = draws.permutation(owners)
    if first is not None:
        chosen = np.array(sorted(chosen, key=lambda owner: owner != scene.owner(first)))
    marks: list[DrawnMark] = []
    for owner in chosen[:asked]:
        thing = scene.plan.things[int(owner) - ground]
        looks = [
            (kind, colour)
            for colour in mark_colours(thing.colour)
            for kind in KINDS
            if not any((mark.kind, mark.colour) == (kind, colour) for mark in marks)
        ]
        kind, colour = looks[int(draws.integers(len(looks)))]
        marks.append(DrawnMark(kind=kind, colour=colour, owner=int(owner)))
    return tuple(marks)


def markable(scene: Scene) -> list[int]:
    """The places in `owners` of the things of which enough is seen for a mark."""
    ground = len(scene.plan.stuff)
    seen = np.bincount(scene.owners.ravel(), minlength=ground + len(scene.plan.things))[ground:]
    smallest = SMALLEST * scene.owners.size / 96**2
    return [ground + int(place) for place in np.flatnonzero(seen >= smallest)]


def markable_things(scene: Scene) -> list[Thing]:
    """The things of which enough is seen for a mark, the farthest first."""
    owners = markable(scene)
    return [thing for thing in scene.things if scene.owner(thing) in owners]


@cache
def mark_colours(ink: str) -> tuple[str, ...]:
    """The marks' colours that can be seen on a thing of this colour."""
    own = np.array(INKS[ink])
    return tuple(colour for colour, rgb in COLOURS.items() if np.abs(own - rgb).sum() >= CLEAR)
