"""Marks have shapes by their names, one file each."""

from functools import cache

from deixis.core.catalog import Catalog
from deixis.marks.mark_shape import MarkShape

shapes: Catalog[MarkShape] = Catalog(
    kind="mark", package="deixis.marks.shapes", group="deixis.marks", interface=MarkShape
)


@cache
def shape_names() -> tuple[str, ...]:
    """Every shape's name is listed once."""
    return tuple(shapes.names())


@cache
def shape_named(name: str) -> MarkShape:
    """The shape of that name is looked for once, since a mark asks often."""
    return shapes.get(name)()
