"""Pictures of a probe: named shapes at known places, the same bytes for the same seed."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal, TypeAlias, final

import numpy as np
from jaxtyping import UInt8

from deixis.ask.probe.shapes import COLOURS, SHAPES, NamedColour, NamedShape
from deixis.core.image import Image
from deixis.core.portable_rng import Draws
from deixis.core.region import Region, box, polygon
from deixis.core.shapes import XY
from deixis.core.size import Size

Ground: TypeAlias = Literal["plain", "checks", "stripes"]
GROUNDS: tuple[Ground, ...] = ("plain", "checks", "stripes")
PAPERS = ((206, 209, 213), (222, 214, 198), (188, 200, 196), (214, 200, 208))
STEP = 10  # between the two greys of a pattern
LEAST_OFF = 0.15  # of the side: a place that is asked for lies so far off the diagonal
TRIES = 400


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class DrawnThing:
    """A shape in a colour stands at a place of a picture; no other has its shape or its colour."""

    shape: NamedShape
    colour: NamedColour
    region: Region

    @property
    def name(self) -> str:
        """People call it so: "red star"."""
        return f"{self.colour.name} {self.shape.name}"

    def box_region(self) -> Region:
        """The smallest upright box around it, named."""
        edges = self.region.box()
        return box(edges.x0, edges.y0, edges.x1, edges.y1, label=self.name)


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class ProbePicture:
    """A picture of things at known places, drawn when its pixels are first wanted."""

    size: Size
    ground: Ground
    seed: int
    things: tuple[DrawnThing, ...]

    @property
    def name(self) -> str:
        """No other picture of a probe is called so."""
        return f"{self.size} {self.ground} {self.seed}"

    @cached_property
    def image(self) -> Image:
        """The picture itself, the same bytes on every machine."""
        pixels = _ground(self.size, self.ground, Draws(self.seed, 1))
        for thing in self.things:
            _paint(pixels, thing)
        return Image(pixels=pixels, source=f"probe {self.name}")

    def askable(self) -> tuple[int, ...]:
        """The things whose shares of width and height differ, so that they tell the axis order."""
        return tuple(i for i, thing in enumerate(self.things) if self._off(thing) >= LEAST_OFF)

    def _off(self, thing: DrawnThing) -> float:
        edges = thing.region.box()
        across, down = edges.x0 + edges.x1, edges.y0 + edges.y1
        return abs(across / self.size.width - down / self.size.height) / 2


@lru_cache(maxsize=128)
def probe_picture(
    size: Size,
    *,
    seed: int,
    num_things: int = 5,
    ground: Ground = "plain",
    radius: float = 0.11,
    shapes: tuple[str, ...] = tuple(SHAPES),
) -> ProbePicture:
    """The picture of these numbers is laid out; `radius` of things is a share of the shorter
    side, and `shapes` are those that it may have.
    """
    draws = Draws(seed, size.width, size.height, num_things, GROUNDS.index(ground))
    forms = draws.sample([SHAPES[name] for name in shapes], num_things)
    colours = draws.sample(list(COLOURS.values()), num_things)
    radius *= min(size.width, size.height)
    things: list[DrawnThing] = []
    places = _places(size, radius, num_things, draws)
    for (x, y), shape, colour in zip(places, forms, colours, strict=True):
        across, down = radius * draws.uniform(0.9, 1.2), radius * draws.uniform(0.9, 1.2)
        corners = [(x + across * u, y + down * v) for u, v in shape.outline]
        things.append(DrawnThing(shape=shape, colour=colour, region=polygon(corners)))
    return ProbePicture(size=size, ground=ground, seed=seed, things=tuple(things))


def _paint(pixels: UInt8[np.ndarray, "height width 3"], thing: DrawnThing) -> None:
    """The thing is filled with its colour, in place."""
    edges = thing.region.box()
    left, top = int(edges.x0) - 1, int(edges.y0) - 1
    window = Size(width=int(edges.x1) + 2 - left, height=int(edges.y1) + 2 - top)
    corners = thing.region.polygon().rings[0]
    inside = polygon([(x - left, y - top) for x, y in corners]).mask(window).to_array()
    pixels[top : top + window.height, left : left + window.width][inside] = thing.colour.rgb


def _places(size: Size, radius: float, count: int, draws: Draws) -> list[XY]:
    """Centres that are apart from one another and from the border, most of them off the
    diagonal.
    """
    margin = 1.35 * radius
    apart = 2.7 * radius
    while True:
        found: list[XY] = []
        for _ in range(TRIES):
            x = draws.uniform(margin, size.width - margin)
            y = draws.uniform(margin, size.height - margin)
            off = abs(x / size.width - y / size.height) >= 1.3 * LEAST_OFF
            free = all((x - a) ** 2 + (y - b) ** 2 >= apart**2 for a, b in found)
            if free and off:
                found.append((x, y))
            if len(found) == count:
                return found
        apart *= 0.95


def _ground(size: Size, ground: Ground, draws: Draws) -> UInt8[np.ndarray, "height width 3"]:
    paper = np.array(draws.pick(PAPERS), dtype=np.uint8)
    pixels = np.empty((size.height, size.width, 3), dtype=np.uint8)
    pixels[:] = paper
    step = max(min(size.width, size.height) // 12, 4)
    across = (np.arange(size.width) // step) % 2
    if ground == "stripes":
        pixels[:, across == 1] = paper - STEP
    if ground == "checks":
        down = (np.arange(size.height) // step) % 2
        pixels[down[:, None] != across] = paper - STEP
    return pixels
