"""These dialects are bare lists of numbers, and differ only in what the numbers count."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, final

from typing_extensions import override

from deixis.coordinates.dialect import ScaledDialect
from deixis.coordinates.groups import Grammar
from deixis.coordinates.number_scale import NumberScale, whole_scale
from deixis.coordinates.plain_forms import LISTS, RECORDS, PlainForm
from deixis.coordinates.resizing import Kept, Resize
from deixis.coordinates.saying import BARE_KINDS, said_lists
from deixis.core.region import Region
from deixis.core.size import Size


class ListDialect(ScaledDialect):
    """The dialect's answers are lists and objects, x first."""

    kinds: ClassVar[tuple[str, ...]] = BARE_KINDS
    grammar: ClassVar[Grammar] = Grammar(lists=True)
    plain: ClassVar[tuple[PlainForm, ...]] = (RECORDS, LISTS)


class PlainLists(ListDialect):
    """`[x0, y0, x1, y1]` or `[x, y]`, x first. There is no place for labels; those of JSON are
    read.
    """

    @override
    def write(self, regions: Sequence[Region], size: Size) -> str:
        return said_lists(regions, self.scale(size))


@final
@dataclass(frozen=True, kw_only=True)
class PixelsDialect(PlainLists):
    """`[412, 300, 520, 411]`: whole pixels of the picture as it was sent, or, where its provider
    resizes it, as the model sees it.
    """

    summary: ClassVar[str] = "[x0, y0, x1, y1], whole pixels of the picture as sent"

    resize: Resize = field(default_factory=Kept)

    @override
    def scale(self, size: Size) -> NumberScale:
        return seen_scale(size, self.resize)


@final
class PermilleDialect(PlainLists):
    """`[322, 417, 406, 571]`: thousandths of the picture, without any family's tokens."""

    summary: ClassVar[str] = "[x0, y0, x1, y1], 0-1000 of the picture"
    grammar: ClassVar[Grammar] = Grammar(lists=True, calls=True)

    @override
    def scale(self, size: Size) -> NumberScale:
        return whole_scale(size, last=(1000.0, 1000.0))


@final
class UnitDialect(PlainLists):
    """`[0.322, 0.417, 0.406, 0.571]`: shares of the picture with three decimals."""

    summary: ClassVar[str] = "[x0, y0, x1, y1], 0-1 of the picture, three decimals"

    @override
    def scale(self, size: Size) -> NumberScale:
        return whole_scale(size, last=(1.0, 1.0), decimals=3)


def seen_scale(size: Size, resize: Resize) -> NumberScale:
    """Numbers are pixels of the picture as its provider resizes it."""
    seen = resize.seen(size)
    return whole_scale(size, last=(float(seen.width), float(seen.height)))


DIALECTS = {"permille": PermilleDialect, "pixels": PixelsDialect, "unit": UnitDialect}
