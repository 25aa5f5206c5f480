"""Marks whose colour is left open get the one that stands out most on their picture."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from deixis.core.errors import UsageError
from deixis.core.image import Image
from deixis.core.size import Size
from deixis.marks.colours import SPOKEN, Colour, Rgb
from deixis.marks.mark import Mark
from deixis.marks.standing_out import called_alike, standing_out
from deixis.marks.style import ANCHOR
from deixis.marks.surroundings import surroundings


def settled(image: Image, marks: Sequence[Mark]) -> tuple[Mark, ...]:
    """Each mark has a colour on this picture, no two called alike but those that were given.

    UsageError where there are more marks than names.
    """
    return settled_on(image.pixels, marks)


def settled_on(pixels: np.ndarray, marks: Sequence[Mark]) -> tuple[Mark, ...]:
    """The same on an array of height x width x 3."""
    taken = [mark.style.colour.rgb for mark in marks if mark.style.colour is not None]
    if len(taken) == len(marks):
        return tuple(marks)
    found: list[Mark] = []
    for mark in marks:
        if mark.style.colour is None:
            colour = colour_on(pixels, mark, taken)
            if colour is None:
                raise UsageError(
                    f"{len(marks)} marks are more than the {len(SPOKEN)} colours that have names; "
                    "tell regions apart by tags (dx.tagged, deixis draw --tags 1), or give colours"
                )
            taken.append(colour.rgb)
            mark = replace(mark, style=replace(mark.style, colour=colour))
        found.append(mark)
    return tuple(found)


def num_names_left(taken: Sequence[Rgb]) -> int:
    """So many names of colours are not called as one of those taken."""
    return len(SPOKEN.keys() - {name for rgb in taken for name in called_alike(rgb)})


def colour_on(pixels: np.ndarray, mark: Mark, taken: Sequence[Rgb]) -> Colour | None:
    """The colour that a mark gets beside those taken; None where no name is left."""
    size = Size(width=int(pixels.shape[1]), height=int(pixels.shape[0]))
    outermost = mark.layers(size)[-2:][0]  # the casing, where there is one
    scale = max(size.width, size.height) / ANCHOR
    return standing_out(surroundings(pixels, outermost.ink, scale), taken)
