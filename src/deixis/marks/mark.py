"""A mark is a region, the shape under which it is drawn, how that looks, and its words."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from typing import final

from deixis.core import given
from deixis.core.errors import UsageError
from deixis.core.region import Region
from deixis.core.region_from import region_of
from deixis.core.size import Size
from deixis.marks.casing import USUAL, casing_width, core_and_casing
from deixis.marks.colours import NAMED, Rgb, color_of
from deixis.marks.place import MarkPlace
from deixis.marks.primitives import Ink, Layer, Window, joined
from deixis.marks.raster.intervals import check_size
from deixis.marks.raster.rasterise import bounds, check_work
from deixis.marks.shapes import shape_named
from deixis.marks.standing_out import casing_of
from deixis.marks.style import OPAQUE, Style


@final
@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Mark:
    """A mark is drawn on a picture; the same mark gives the same bytes on any machine."""

    shape: str
    region: Region
    style: Style = field(default_factory=Style)

    def __post_init__(self) -> None:
        shape_named(given.text("a mark's shape", self.shape))
        object.__setattr__(self, "region", region_of(self.region, name="a mark's region"))
        given.instance("a mark's style", self.style, Style, "a Style")

    def __repr__(self) -> str:
        return f"Mark({self.shape!r}, {self.region!r}, {self.style!r})"

    def ink(self, size: Size) -> Ink:
        """The mark has these outlines in a picture of this size, without a casing; errors are as
        those of `layers`.
        """
        check_size(size)
        ink = shape_named(self.shape).ink(MarkPlace.of(self.region, size), self.style)
        check_work(ink, size)
        return ink

    def layers(self, size: Size, choose: Callable[[Ink], Rgb] | None = None) -> tuple[Layer, ...]:
        """The mark is drawn as these inks in a picture of this size, one over the other.

        `choose` gives the colour that a style leaves open, by the outermost ink. RegionError if the
        region lies outside of the picture, its mask is of another size, or drawing it would take
        minutes.
        """
        check_size(size)
        place = MarkPlace.of(self.region, size)
        layers = self._layers(place, choose if self.style.color is None else None)
        for layer in layers:
            check_work(layer.ink, size)
        return layers

    def _layers(self, place: MarkPlace, choose: Callable[[Ink], Rgb] | None) -> tuple[Layer, ...]:
        shape, style = shape_named(self.shape), self.style
        ink, alpha = shape.ink(place, style), shape.alpha(style)
        line = None
        if style.is_cased:
            line = ink if alpha == OPAQUE else shape.rim(place, style)
        if line is None:
            rgb = style.rgb if choose is None else choose(ink)
            return (Layer(ink=ink, rgb=rgb, alpha=alpha),)
        width = shape.line_width(place, style)
        by = casing_width(place.full_pixels(USUAL) if width is None else width, place)
        core, casing = core_and_casing(line, by, place.size)
        rgb = style.rgb if choose is None else choose(casing)
        around = Layer(ink=casing, rgb=casing_of(rgb), alpha=OPAQUE)
        cored = Layer(ink=core, rgb=rgb, alpha=OPAQUE)
        if alpha == OPAQUE:
            return around, cored
        return Layer(ink=ink, rgb=rgb, alpha=alpha), around, cored

    def bounds(self, size: Size) -> Window | None:
        """The mark changes nothing outside of these pixels; None if it changes none at all."""
        found = [bounds(layer.ink, size) for layer in self.layers(size)]
        return joined([window for window in found if window is not None])

    def line_width(self, size: Size) -> int | None:
        """Its lines are so wide in pixels of the picture; None for what has no lines."""
        return shape_named(self.shape).line_width(MarkPlace.of(self.region, size), self.style)

    @property
    def alpha(self) -> int:
        """The mark is so opaque, 0..255."""
        return shape_named(self.shape).alpha(self.style)

    @property
    def phrase(self) -> str:
        """The words that go with it: "pointed to by the red arrow"; without a colour while the
        picture is to choose it (`settled`).
        """
        shape = shape_named(self.shape)
        words = ["the"] if self.style.article else []
        if self.style.color is not None and self.style.color.name is not None:
            words.append(self.style.color.name)
        return " ".join((shape.preposition, *words, shape.noun))


def told_apart(mark: Mark, taken: Collection[str], *, any_color: bool) -> Mark:
    """The mark stays, or with `any_color` takes another named colour, so that its phrase is not
    `taken`.
    """
    if mark.phrase not in taken:
        return mark
    for name in NAMED if any_color else ():
        other = replace(mark, style=replace(mark.style, color=color_of(name)))
        if other.phrase not in taken:
            return other
    raise UsageError(
        f"two regions would both be {mark.phrase!r}; give one another shape or colour "
        f"({', '.join(NAMED)})"
    )
