"""The shapes of marks by their names."""

from deixis.core.catalog import Catalog
from deixis.marks.shapes._shape import MarkShape

shapes: Catalog[MarkShape] = Catalog(
    kind="mark", package="deixis.marks.shapes", interface=MarkShape
)
