"""Boxes and places of numbers that are known to be right are built without a second look.

A frozen value costs most in its own checks, and answers of hundreds of boxes are read often: the
slots of these are filled directly, which takes a third of the time.
"""

from deixis.coordinates.reading import Place
from deixis.core.convert import Shape
from deixis.core.region import Region
from deixis.core.shapes import Box

NEW = object.__new__
X0, Y0, X1, Y1 = (vars(Box)[name].__set__ for name in ("x0", "y0", "x1", "y1"))
SHAPE, LABEL, TEXT, SCORE, SOURCE = (
    vars(Region)[name].__set__ for name in ("shape", "label", "text", "score", "source")
)
REGION, START, END = (vars(Place)[name].__set__ for name in ("region", "start", "end"))


def built_box(x0: float, y0: float, x1: float, y1: float) -> Box:
    """A box has these edges: finite, in order, within a picture."""
    box = NEW(Box)
    X0(box, x0)
    Y0(box, y0)
    X1(box, x1)
    Y1(box, y1)
    return box


def built_place(shape: Shape, label: str | None, start: int, end: int) -> Place:
    """A region of this shape and label was read from there."""
    region = NEW(Region)
    SHAPE(region, shape)
    LABEL(region, label)
    TEXT(region, None)
    SCORE(region, None)
    SOURCE(region, None)
    place = NEW(Place)
    REGION(place, region)
    START(place, start)
    END(place, end)
    return place
