"""These dialects are bare lists of numbers, and differ only in what the numbers count."""

from collections.abc import Sequence
from typing import ClassVar, final

from typing_extensions import override

from deixis.coordinates.number_scale import NumberScale, whole_scale
from deixis.coordinates.records import ListDialect
from deixis.coordinates.saying import BARE_KINDS, said_lists
from deixis.core.region import Region
from deixis.core.size import Size


class PlainLists(ListDialect):
    """`[x0, y0, x1, y1]` or `[x, y]`, x first. There is no place for labels; those of JSON are
    read.
    """

    kinds: ClassVar[tuple[str, ...]] = BARE_KINDS

    @override
    def say(self, regions: Sequence[Region], size: Size) -> str:
        return said_lists(regions, self.scale(size))


@final
class PixelsDialect(PlainLists):
    """`[412, 300, 520, 411]`: whole pixels of the picture as it was sent."""

    summary: ClassVar[str] = "[x0, y0, x1, y1], whole pixels of the picture as sent"

    @override
    def scale(self, size: Size) -> NumberScale:
        return whole_scale(size, last=(float(size.width), float(size.height)))


@final
class PermilleDialect(PlainLists):
    """`[322, 417, 406, 571]`: thousandths of the picture, without any family's tokens."""

    summary: ClassVar[str] = "[x0, y0, x1, y1], 0-1000 of the picture"

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


DIALECTS = {"permille": PermilleDialect, "pixels": PixelsDialect, "unit": UnitDialect}
