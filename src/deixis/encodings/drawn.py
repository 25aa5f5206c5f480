"""A region is marked on the picture, and named by its mark."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import final

from typing_extensions import override

from deixis.coordinates import Dialect
from deixis.core.image import Image
from deixis.core.region import Region
from deixis.encodings._encoding import Encoding, Frame
from deixis.marks.colours import Colour, Rgb, colour_of
from deixis.marks.mark import Mark, told_apart
from deixis.marks.render import draw
from deixis.marks.shapes import shapes
from deixis.marks.style import Profile, Style

SHAPE = "rectangle"


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Drawn(Encoding):
    """A mark lies over the whole picture. With `any_colour`, its colour is one that no other
    mark of the same shape has in this question.
    """

    shape: str = SHAPE
    style: Style = field(default_factory=Style)
    any_colour: bool = True

    def __post_init__(self) -> None:
        shapes.get(self.shape)

    @classmethod
    @override
    def of(cls, region: Region) -> "Drawn":
        return cls(region=region)

    @property
    def mark(self) -> Mark:
        """The mark is drawn so."""
        return Mark(shape=self.shape, region=self.region, style=self.style)

    @property
    @override
    def is_open(self) -> bool:
        return self.any_colour

    @override
    def apart_from(self, others: Sequence[Encoding]) -> "Drawn":
        taken = {other.mark.phrase for other in others if isinstance(other, Drawn)}
        mark = told_apart(self.mark, taken, any_colour=self.any_colour)
        return replace(self, style=mark.style)

    @override
    def paint(self, image: Image) -> Image:
        return draw(image, (self.mark,))

    @override
    def phrase(self, frame: Frame, dialect: Dialect) -> str:
        return f"the object {self.mark.phrase}"


def drawn(
    region: Region,
    shape: str = SHAPE,
    *,
    color: str | Rgb | Colour | None = None,
    alpha: int | None = None,
    width: int | None = None,
    seed: int | None = None,
) -> Drawn:
    """The region gets a mark, and is called "the object pointed to by the red arrow".

    `color` is a name, "#rrggbb" or three numbers; left out, it is red, or one that tells it apart.
    `alpha` and `width` are those of a `Style`; left out, they are the shape's own. A `seed` places
    and bends the mark at random, as models that were trained on marks have seen it.
    """
    colour = colour_of("red" if color is None else color)
    profile: Profile = "plain" if seed is None else "release"
    style = Style(colour=colour, alpha=alpha, width=width, profile=profile, seed=seed or 0)
    return Drawn(region=region, shape=shape, style=style, any_colour=color is None)
