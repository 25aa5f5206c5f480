"""Scenes with marks drawn over them and what each patch shows: the encoder's pretraining data."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias, final

import numpy as np
from jaxtyping import UInt8
from typing_extensions import override

from deixis.core.mask import Mask as MaskOf
from deixis.core.region import Region
from deixis.marks import (
    NAMED,
    Color,
    Mark,
    Style,
    color_of,
    draw_covering,
    draws_from,
    sample_style,
)
from deixis.train.source import Source
from deixis_lab.things.world import ThingWorld
from deixis_lab.world.colours import INKS
from deixis_lab.world.scene import Scene, Thing
from deixis_lab.zoo.nano import PATCH
from deixis_lab.zoo.training.labels import PatchLabels, label_patches, stacked
from deixis_lab.zoo.training.restyled_scenes import restyled_scene
from deixis_lab.zoo.training.scene_mark import KINDS, SceneMark

NUM_MARKS = (0, 1, 2, 2, 3, 4)  # as likely each
CLEAR = 180  # least difference of a mark's colour from the thing's, over three channels
SMALLEST = 20  # pixels that must be seen of a thing for a mark, at 96 x 96
USUAL = 0.4  # of the marks are what users get who choose nothing but shape and colour
OF_USUAL_CLEAR = 0.5  # the rest are plain
PLAIN = 0.2  # more have a width and an alpha by lot, but are neither moved nor bent
# of 336; on a picture of 96 the narrowest lines are one pixel
WIDTHS = {"point": (5, 24), "contour": (1, 4)}
LINE_WIDTHS = (2, 12)
ALPHAS = {"mask": (80, 176)}
LINE_ALPHAS = (96, 255)
UNSAID = 0.2  # of the colours, where the kind alone tells
MarkedBatch: TypeAlias = Mapping[str, np.ndarray]


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class MarkedScene:
    """A scene, the marks over it, the pixels with them, and what each patch shows."""

    scene: Scene
    marks: tuple[SceneMark, ...]
    pixels: UInt8[np.ndarray, "row column 3"]
    labels: PatchLabels


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class ChosenScene:
    """A scene by its number, and what its marks hang on."""

    index: int
    seed: int


@final
@dataclass(frozen=True, kw_only=True)
class MarkedScenes(Source):
    """Endless marked scenes of a world; `patch` is the side of the encoder's patches in pixels.

    `sides` are of the pictures, a batch has one of them; none: the world's own. In restyled ones
    things are drawn as other hands might have drawn them.
    """

    world: ThingWorld
    patch: int = PATCH
    sides: tuple[int, ...] = ()
    is_restyled: bool = False

    @property
    @override
    def num_examples(self) -> int | None:
        return None

    @override
    def example(self, index: int, generator: np.random.Generator) -> ChosenScene:
        return ChosenScene(index=index, seed=int(generator.integers(1 << 62)))

    @override
    def collate(self, examples: Sequence[ChosenScene]) -> MarkedBatch:
        """The pixels as `pixels`, and each kind of label by its name, stacked."""
        sides = self.sides or (self.world.side,)
        world = dataclasses.replace(self.world, side=sides[examples[0].seed % len(sides)])
        marked = [self._marked(world, one) for one in examples]
        labels = stacked([one.labels for one in marked])
        return labels | {"pixels": np.stack([one.pixels for one in marked])}

    def _marked(self, world: ThingWorld, one: ChosenScene) -> MarkedScene:
        draws = np.random.default_rng(one.seed)
        restyled = self.is_restyled
        scene = restyled_scene(world, one.index, draws) if restyled else world.scene(one.index)
        return marked_scene(scene, draws, patch=self.patch)


def marked_scene(
    scene: Scene,
    draws: np.random.Generator,
    *,
    patch: int,
    num_marks: int | None = None,
    first: Thing | None = None,
    kinds: Sequence[str] = KINDS,
) -> MarkedScene:
    """A scene with marks of these kinds over some of its things, no two of one kind and colour;
    `first` gets the first of them if enough of it is seen.
    """
    marks = choose_marks(scene, draws, num_marks=num_marks, first=first, kinds=kinds)
    pixels, inks = painted(scene, marks)
    labels = label_patches(scene, marks, inks, patch=patch)
    return MarkedScene(scene=scene, marks=marks, pixels=pixels, labels=labels)


def painted(
    scene: Scene, marks: Sequence[SceneMark]
) -> tuple[UInt8[np.ndarray, "row column 3"], list[UInt8[np.ndarray, "row column"]]]:
    """The scene's pixels with the marks over them, and how much of each pixel each mark covers."""
    pixels = scene.image.pixels.copy()
    inks = [draw_covering(pixels, placed.mark) for placed in marks]
    return pixels, inks


def choose_marks(
    scene: Scene,
    draws: np.random.Generator,
    *,
    num_marks: int | None = None,
    first: Thing | None = None,
    kinds: Sequence[str] = KINDS,
) -> tuple[SceneMark, ...]:
    """Marks on things of which enough is seen, in colours that can be seen on them.

    A colour may go unsaid where no other mark is of that kind.
    """
    ground = len(scene.plan.stuff)
    owners = markable(scene)
    asked = int(draws.choice(NUM_MARKS)) if num_marks is None else num_marks
    chosen = draws.permutation(owners)
    if first is not None:
        chosen = np.array(sorted(chosen, key=lambda owner: owner != scene.owner(first)))
    looks: list[tuple[str, str]] = []
    for owner in chosen[:asked]:
        thing = scene.plan.things[int(owner) - ground]
        free = [
            (kind, colour)
            for colour in mark_colours(thing.colour)
            for kind in kinds
            if (kind, colour) not in looks
        ]
        looks.append(free[int(draws.integers(len(free)))])
    chosen_kinds = [kind for kind, _ in looks]
    return tuple(
        _placed(scene, int(owner), kind, colour, draws, is_alone=chosen_kinds.count(kind) == 1)
        for owner, (kind, colour) in zip(chosen[:asked], looks, strict=True)
    )


def _placed(  # one place for how a mark comes about
    scene: Scene,
    owner: int,
    kind: str,
    colour: str,
    draws: np.random.Generator,
    *,
    is_alone: bool = False,
) -> SceneMark:
    """One mark, placed and bent as ViP-LLaVA's code does, or a plain one."""
    said = color_of(colour)
    chance = draws.random()
    is_clear = chance < USUAL * OF_USUAL_CLEAR
    style = Style(color=said, profile="clear" if is_clear else "plain")
    if chance >= USUAL + PLAIN:
        style = sample_style(kind, draws_from(draws), profile="release", color=said)
    if chance >= USUAL:
        style = dataclasses.replace(
            style,
            width=int(draws.integers(*WIDTHS.get(kind, LINE_WIDTHS), endpoint=True)),
            alpha=int(draws.integers(*ALPHAS.get(kind, LINE_ALPHAS), endpoint=True)),
        )
    if is_alone and draws.random() < UNSAID:
        style = dataclasses.replace(style, color=Color(rgb=said.rgb))
    region = Region(shape=MaskOf.from_array(scene.owners == owner))
    mark = Mark(shape=kind, region=region, style=style)
    return SceneMark(owner=owner, colour=colour, mark=mark)


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
def mark_colours(ink: str | None) -> tuple[str, ...]:
    """The marks' colours that can be seen on a thing of this colour, or of no one colour."""
    if ink not in INKS:
        return tuple(NAMED)
    own = np.array(INKS[ink])
    return tuple(colour for colour, rgb in NAMED.items() if np.abs(own - rgb).sum() >= CLEAR)
