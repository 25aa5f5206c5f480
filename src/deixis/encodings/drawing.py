"""Marks, regions and encodings are drawn on a picture."""

from collections.abc import Iterable
from typing import TypeAlias

from deixis.core import given
from deixis.core.image import Image
from deixis.core.images import ImageLike, open_image
from deixis.core.region import Region
from deixis.core.region_from import RegionLike, region_of
from deixis.encodings._encoding import Encoding
from deixis.encodings.drawn import Drawn, drawn
from deixis.marks import render
from deixis.marks.mark import Mark, told_apart

Drawable: TypeAlias = Mark | Encoding | RegionLike


def draw(image: ImageLike, marks: Drawable | Iterable[Drawable]) -> Image:
    """The picture gets the marks over it, in their order; the one given stays as it is.

    `image` is whatever `open_image` takes. Beside marks there may be regions, which get a rectangle
    of a colour of its own each, and encodings, which show their regions as they do in a question.
    """
    picture = open_image(image)
    together: list[Mark] = []
    for one in _listed(marks):
        if isinstance(one, Encoding) and not isinstance(one, Drawn):
            picture, together = one.paint(render.draw(picture, together)), []
        else:
            together.append(_mark(one, together))
    return render.draw(picture, together)


def _listed(marks: object) -> Iterable[object]:
    if isinstance(marks, Mark | Encoding | Region):
        return [marks]
    return given.some("marks", marks, "a list of marks, regions or encodings")


def _mark(one: object, before: Iterable[Mark]) -> Mark:
    if isinstance(one, Mark):
        return one
    encoded = one if isinstance(one, Drawn) else drawn(region_of(one, name="a mark"))
    if not encoded.any_color or encoded.style.color is None:  # none: chosen as all are drawn
        return encoded.mark
    return told_apart(encoded.mark, {other.phrase for other in before}, any_color=True)
