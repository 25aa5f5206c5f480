"""Pictures changed on their way to the family's preparation, and where their places are then."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from deixis.core.size import Size
from deixis.core.token_grid import TokenGrid
from deixis.core.view import View
from deixis.models.interface import KnownPixelChange, Picture, PixelChange, Question


def with_pixels(
    question: Question,
    change: PixelChange,
    as_pixels: Callable[[Picture], Any],  # Any: a tensor's own class
) -> Question:
    """The question with its pictures changed."""
    changed = tuple(change(as_pixels(picture)) for picture in question.pictures)
    return replace(question, pictures=changed)


def told(pixels: PixelChange | None, tokens: object = None) -> dict[str, str]:
    """What a record says of changes: that there are some, and of a known one what it is."""
    known = dict(pixels.record) if isinstance(pixels, KnownPixelChange) else {}
    changes = (("pixels", pixels if not known else None), ("tokens", tokens))
    names = " ".join(name for name, change in changes if change is not None)
    return {"changed": names, **{f"pixel {name}": value for name, value in known.items()}}


def behind(
    change: PixelChange | None, size: Size, views: Callable[[Size], tuple[View, ...]]
) -> tuple[View, ...]:
    """What is seen of a picture through the change. One that is not known keeps every place."""
    if not isinstance(change, KnownPixelChange):
        return views(size)
    first = change.view(size)
    return tuple(first.then(*view.steps) for view in views(first.size))


def grid_behind(
    change: PixelChange | None, size: Size, grid: Callable[[Size], TokenGrid]
) -> TokenGrid:
    """Where the tokens look, in pixels of the picture before the change."""
    if not isinstance(change, KnownPixelChange):
        return grid(size)
    first = change.view(size)
    return grid(first.size).before(first.transform)
