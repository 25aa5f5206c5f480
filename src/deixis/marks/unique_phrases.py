"""Keeping marks of one picture apart in words."""

from collections.abc import Collection
from dataclasses import replace

from deixis.core.errors import UsageError
from deixis.marks.colours import NAMED, colour_of
from deixis.marks.mark import Mark


def told_apart(mark: Mark, taken: Collection[str], *, any_colour: bool) -> Mark:
    """The mark, or with `any_colour` one of another named colour, whose phrase is not `taken`."""
    if mark.phrase not in taken:
        return mark
    for name in NAMED if any_colour else ():
        other = replace(mark, style=replace(mark.style, colour=colour_of(name)))
        if other.phrase not in taken:
            return other
    raise UsageError(
        f"two regions would both be {mark.phrase!r}; give one another shape or colour "
        f"({', '.join(NAMED)})"
    )
