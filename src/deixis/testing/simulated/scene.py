"""Pictures of named things whose truth is known, on a ground whose colours tell the place."""

import itertools
from dataclasses import dataclass
from typing import final

import numpy as np
from PIL import Image as PIL
from PIL import ImageDraw

from deixis.core.errors import UsageError
from deixis.core.image import Image
from deixis.core.portable_rng import Draws
from deixis.core.region import Region, box
from deixis.core.size import Size
from deixis.testing.simulated import ground

# far from the blues of grounds, which lie within 64..192
COLOURS = {
    "red": (230, 30, 20),
    "yellow": (250, 220, 0),
    "blue": (20, 40, 250),
    "white": (250, 250, 250),
    "black": (5, 5, 5),
    "cyan": (30, 220, 240),
    "orange": (250, 140, 0),
    "magenta": (240, 40, 230),
    "green": (20, 150, 30),
    "brown": (110, 60, 10),
}
SHAPES = ("square", "circle", "triangle", "diamond", "cross")
SIZES = ("small", "large")
TRIES = 400


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """A picture and what is on it."""

    image: Image
    things: tuple[Region, ...]

    @property
    def truth(self) -> dict[Image, tuple[Region, ...]]:
        """The same as a simulated model takes it."""
        return {self.image: self.things}


def scene(
    size: Size, *, num_things: int = 6, share: tuple[float, float] = (0.06, 0.16), seed: int = 0
) -> Scene:
    """So many things of different names, apart from each other: "red circle", "small blue cross".

    Each side of a thing is a `share` of the picture's shorter side, from the first to the second.
    Large and small ones are told apart by name only where the plain names do not suffice.
    """
    draws = Draws(seed, size.width, size.height)
    names = _names(num_things, draws)
    boxes = _boxes(size, num_things, share, draws)
    picture = PIL.fromarray(ground.drawn(size, draws.pick(ground.BLUES)))
    pen = ImageDraw.Draw(picture)
    things = []
    for name, place in zip(names, boxes, strict=True):
        *_, colour, shape = name.split()
        _draw(pen, shape, COLOURS[colour], place)
        left, top, right, bottom = place
        things.append(box(left, top, right, bottom, label=name))
    return Scene(image=Image(pixels=np.asarray(picture), source="scene"), things=tuple(things))


def _names(num: int, draws: Draws) -> list[str]:
    plain = [f"{colour} {shape}" for colour, shape in itertools.product(COLOURS, SHAPES)]
    if num <= len(plain):
        return draws.sample(plain, num)
    sized = [f"{size} {name}" for size, name in itertools.product(SIZES, plain)]
    if num > len(sized):
        raise UsageError(f"a scene has at most {len(sized)} things of different names, got {num}")
    return draws.sample(sized, num)


def _boxes(
    size: Size, num: int, share: tuple[float, float], draws: Draws
) -> list[tuple[int, int, int, int]]:
    """Boxes that do not touch, of pixels' edges."""
    shorter = min(size.width, size.height)
    least, most = (max(4, round(part * shorter)) for part in share)
    found: list[tuple[int, int, int, int]] = []
    for _ in range(TRIES * num):
        if len(found) == num:
            break
        width, height = draws.between(least, most), draws.between(least, most)
        left, top = draws.below(size.width - width), draws.below(size.height - height)
        new = (left, top, left + width, top + height)
        if not any(_touch(new, old) for old in found):
            found.append(new)
    if len(found) < num:
        raise UsageError(
            f"a {size} picture has no room for {num} things of {share} of its side; ask for fewer "
            "or smaller ones"
        )
    return found


def _touch(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> bool:
    left, top, right, bottom = one
    return not (
        right + 2 < other[0] or other[2] + 2 < left or bottom + 2 < other[1] or other[3] + 2 < top
    )


def _draw(
    pen: ImageDraw.ImageDraw,
    shape: str,
    colour: tuple[int, int, int],
    place: tuple[int, int, int, int],
) -> None:
    """Pillow's boxes hold their last pixel."""
    left, top, right, bottom = place[0], place[1], place[2] - 1, place[3] - 1
    middle, level = (left + right) / 2, (top + bottom) / 2
    arm_x, arm_y = (right - left) / 3, (bottom - top) / 3
    match shape:
        case "square":
            pen.rectangle((left, top, right, bottom), fill=colour)
        case "circle":
            pen.ellipse((left, top, right, bottom), fill=colour)
        case "triangle":
            pen.polygon([(middle, top), (right, bottom), (left, bottom)], fill=colour)
        case "diamond":
            corners = [(middle, top), (right, level), (middle, bottom), (left, level)]
            pen.polygon(corners, fill=colour)
        case _:
            pen.rectangle((left + arm_x, top, right - arm_x, bottom), fill=colour)
            pen.rectangle((left, top + arm_y, right, bottom - arm_y), fill=colour)
