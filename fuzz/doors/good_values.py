"""Values that every door of their kind takes, and the words by which messages speak of them."""

from functools import cache

import numpy as np

import deixis as dx
from deixis.testing.simulated import scene, simulated
from fuzz.doors.door import Make

PICTURE = ("an image is", "cannot open", "URLs", "picture", "an array", "a tensor", "data URL")
NUMBERS = ("a box", "a point", "an ellipse", "numbers")
PLACE = ("region", "a box", "a point", "outline", "mask", "a score")
COLOUR = ("colour", "color")
SIZE = {"size": ("picture", "sum to")}
SIDES = dict.fromkeys(("width", "height"), ("a size", "size is"))
BOX = dict.fromkeys(("x0", "y0", "x1", "y1", "x", "y", "width", "height", "numbers"), NUMBERS)
BOX |= {"size": ("size", "shares")}
TURN = dict.fromkeys(("cx", "cy", "rx", "ry", "angle"), NUMBERS)
MARKED = {"region": PLACE, "color": COLOUR, "shape": ("mark", "shape"), "seed": ("seed",)}


def always(value: object) -> Make:
    """It makes the same value each time."""
    return lambda: value


def ring() -> list[tuple[float, float]]:
    """A triangle's corners."""
    return [(1, 1), (9, 1), (9, 9)]


def inside() -> np.ndarray:
    """Which pixels a mask holds."""
    return np.eye(24, 32, dtype=bool)


def an_image() -> dx.Image:
    """A small gray picture."""
    return dx.open_image(np.full((24, 32, 3), 90, dtype=np.uint8))


def a_region() -> dx.Region:
    """A box in it."""
    return dx.box(4, 3, 12, 9, label="cup")


def a_mask() -> dx.Mask:
    """The same as pixels."""
    return a_region().mask(dx.Size(width=32, height=24))


def a_size() -> dx.Size:
    """That of the picture."""
    return dx.Size(width=32, height=24)


def a_transform() -> dx.Transform:
    """A frame's move that changes nothing."""
    return dx.Transform(before=a_size(), after=a_size())


@cache
def model() -> dx.Model:
    """A model that answers at once."""
    return dx.Model(simulated("qwen3_vl", scene(dx.Size(width=320, height=240)).truth))


def an_answer() -> dx.Answer:
    """What the model says."""
    return model().ask(an_image(), "What is {cup}?", cup=a_region())
