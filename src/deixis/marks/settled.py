"""Marks whose colour is left open get the one that stands out most on their picture."""

from collections.abc import Sequence
from dataclasses import replace
from typing import final

import numpy as np

from deixis.core.errors import UsageError
from deixis.core.image import Image
from deixis.core.size import Size
from deixis.marks.colours import SPOKEN, Color, Rgb
from deixis.marks.mark import Mark
from deixis.marks.primitives import Ink, Layer
from deixis.marks.standing_out import called_alike, free_colours, spoken_colours
from deixis.marks.style import ANCHOR
from deixis.marks.surroundings import stands_out_there


def settled(image: Image, marks: Sequence[Mark]) -> tuple[Mark, ...]:
    """Each mark has a colour on this picture, no two called alike but those that were given.

    UsageError where there are more marks than names.
    """
    return settled_on(image.pixels, marks)


def settled_on(pixels: np.ndarray, marks: Sequence[Mark]) -> tuple[Mark, ...]:
    """The same on an array of height x width x 3."""
    size = Size(width=int(pixels.shape[1]), height=int(pixels.shape[0]))
    choice = _Choice(pixels, marks)
    found: list[Mark] = []
    for mark in marks:
        if mark.style.color is None:
            mark.layers(size, choice.choose)
            mark = replace(mark, style=replace(mark.style, color=choice.last))
        found.append(mark)
    return tuple(found)


def layers_on(pixels: np.ndarray, marks: Sequence[Mark], size: Size) -> list[Layer]:
    """What is laid on the array one over the other, in the colours that the marks get there."""
    is_open = any(mark.style.color is None for mark in marks)
    choose = _Choice(pixels, marks).choose if is_open else None
    return [layer for mark in marks for layer in mark.layers(size, choose)]


def num_names_left(taken: Sequence[Rgb]) -> int:
    """So many names of colours are not called as one of those taken."""
    return len(SPOKEN.keys() - {name for rgb in taken for name in called_alike(rgb)})


@final
class _Choice:
    """Marks get their colours on this picture one after the other."""

    def __init__(self, pixels: np.ndarray, marks: Sequence[Mark]) -> None:
        height, width, _ = pixels.shape
        self._pixels, self._num_marks = pixels, len(marks)
        self._scale = (width if width > height else height) / ANCHOR
        given = [mark.style.color for mark in marks]
        self._taken = tuple([color.rgb for color in given if color is not None])
        self.last: Color | None = None

    def choose(self, outermost: Ink) -> Rgb:
        """A colour beside those that are taken, which it joins."""
        free = free_colours(self._taken)
        if not free:
            raise UsageError(
                f"{self._num_marks} marks are more than the {len(SPOKEN)} colours that have names; "
                "tell regions apart by tags (dx.tagged, deixis draw --tags 1), or give colours"
            )
        number = stands_out_there(self._pixels, outermost, self._scale, free)
        self.last = spoken_colours()[number]
        self._taken = (*self._taken, self.last.rgb)
        return self.last.rgb
