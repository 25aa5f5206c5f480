"""A mark's shape says how regions are drawn and spoken of: this is its interface."""

from abc import ABC, abstractmethod
from typing import ClassVar

from deixis.core.portable_rng import Draws
from deixis.marks.place import MarkPlace
from deixis.marks.primitives import Ink
from deixis.marks.style import ALPHA, OPAQUE, Style

ALPHAS = (96, 255)


class MarkShape(ABC):
    """Regions are drawn and spoken of under a shape, which holds no state.

    `widths`: the narrowest and widest that are sampled, and `usual_width` the one of evaluations,
    in 1/336 of the picture's longer side; `clear_width` is that of clear marks, where it is
    another. `alphas`: what the released code samples from, `usual_alpha` what a plain style has,
    and `clear_alpha` a clear one.
    """

    preposition: ClassVar[str]
    noun: ClassVar[str]
    usual_width: ClassVar[int]
    widths: ClassVar[tuple[int, int]]
    alphas: ClassVar[tuple[int, int]] = ALPHAS
    usual_alpha: ClassVar[int] = ALPHA
    clear_width: ClassVar[int | None] = None
    clear_alpha: ClassVar[int] = OPAQUE

    @abstractmethod
    def ink(self, place: MarkPlace, style: Style) -> Ink:
        """The outlines are a pure function of the region, the picture's size and the style."""

    def rim(self, place: MarkPlace, style: Style) -> Ink | None:
        """The opaque line that goes around a clear mark which is itself see-through; None for all
        others.
        """
        return None

    def line_width(self, place: MarkPlace, style: Style) -> int | None:
        """Its lines are so wide in pixels of the picture; None for what has no lines."""
        return self.pixels_wide(place, style)

    def pixels_wide(self, place: MarkPlace, style: Style) -> int:
        """The width is so many pixels of the picture."""
        width = self.width(style)
        return place.full_pixels(width) if style.is_clear else place.pixels(width)

    def width(self, style: Style) -> int:
        """The width is the style's, or the shape's own."""
        if style.width is not None:
            return style.width
        return (self.clear_width if style.is_clear else None) or self.usual_width

    def alpha(self, style: Style) -> int:
        """The alpha is the style's, or the shape's own."""
        if style.alpha is not None:
            return style.alpha
        return self.clear_alpha if style.is_clear else self.usual_alpha


def draws_of(style: Style) -> Draws | None:
    """Chance places and bends the mark; clear and plain styles have none."""
    return None if style.profile in ("clear", "plain") else Draws(style.seed)
