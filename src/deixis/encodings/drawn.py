"""A region is marked on the picture, and named by its mark."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import final

from typing_extensions import override

from deixis.coordinates import Dialect
from deixis.core.image import Image
from deixis.core.region import Region
from deixis.encodings._encoding import Encoding, Frame
from deixis.marks.colours import Color, Rgb, color_of
from deixis.marks.mark import Mark, told_apart
from deixis.marks.render import draw
from deixis.marks.settled import settled
from deixis.marks.shapes import shapes
from deixis.marks.style import Profile, Style, profile_named

SHAPE = "rectangle"


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Drawn(Encoding):
    """A mark lies over the whole picture. With `any_color`, its colour is one that tells it apart
    in this question: of a clear mark the one that stands out most on the picture. With `any_style`,
    a model that was taught marks of another style gets those.
    """

    shape: str = SHAPE
    style: Style = field(default_factory=Style)
    any_color: bool = field(default=True, repr=False)
    any_style: bool = field(default=True, repr=False)

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
        return self.any_color

    @override
    def apart_from(self, others: Sequence[Encoding], image: Image) -> "Drawn":
        marks = [other.mark for other in others if isinstance(other, Drawn)]
        if self.style.color is None:
            return replace(self, style=settled(image, (*marks, self.mark))[-1].style)
        taken = {mark.phrase for mark in marks}
        mark = told_apart(self.mark, taken, any_color=self.any_color)
        return replace(self, style=mark.style)

    def styled(self, profile: Profile) -> "Drawn":
        """The mark is of this style, if its style was left open."""
        if not self.any_style or profile == self.style.profile:
            return self
        colour = None if self.any_color else self.style.color
        return replace(self, style=replace(self.style, profile=profile, color=colour))

    @override
    def paint(self, image: Image) -> Image:
        return draw(image, (self.mark,))

    @override
    def phrase(self, frame: Frame, dialect: Dialect) -> str:
        return f"the object {self.mark.phrase}"


def drawn(  # noqa: PLR0913  # what people say of a mark
    region: Region,
    shape: str = SHAPE,
    *,
    color: str | Rgb | Color | None = None,
    alpha: int | None = None,
    width: int | None = None,
    seed: int | None = None,
    style: str | None = None,
) -> Drawn:
    """The region gets a mark, and is called "the object pointed to by the red arrow".

    `color` is a name, "#rrggbb" or three numbers; left out, it is one that stands out on the
    picture and tells it apart. `alpha` and `width` are those of a `Style`; left out, they are the
    shape's own. `style` is "clear", "plain", "paper" or "release"; left out, it is the one that the
    model was taught, or clear. A `seed` places and bends the mark at random, as models that were
    trained on marks have seen it.
    """
    profile = profile_named(("clear" if seed is None else "release") if style is None else style)
    look = Style(
        color=None if color is None else color_of(color),
        alpha=alpha,
        width=width,
        profile=profile,
        seed=0 if seed is None else seed,
    )
    return Drawn(
        region=region,
        shape=shape,
        style=look,
        any_color=color is None,
        any_style=style is None and seed is None,
    )
