"""Shares of the picture padded to a square, as LLaVA and Shikra see it."""

from collections.abc import Sequence
from typing import ClassVar, final

from typing_extensions import override

from deixis.coordinates._convention import Convention, Quantum, Reading
from deixis.coordinates._frame import Frame
from deixis.coordinates._records import read_records
from deixis.coordinates._said import BARE_KINDS, said_lists
from deixis.core.region import Region
from deixis.core.size import Size
from deixis.core.transform import pad_to_square


@final
class PaddedUnit(Convention):
    """`[0.100,0.200,0.300,0.400]`: 0-1 of the square of the longer side, the picture in the middle.

    No place for labels; those of JSON are read. What lies in the padding is cut off.
    """

    kinds: ClassVar[tuple[str, ...]] = BARE_KINDS
    summary: ClassVar[str] = "[x0,y0,x1,y1], 0-1 of the picture padded to a square"

    @override
    def say(self, regions: Sequence[Region], size: Size) -> str:
        return said_lists(regions, _frame(size), comma=",")

    @override
    def read(self, text: str, size: Size) -> Reading:
        return read_records(text, _frame(size))

    @override
    def quantum(self, size: Size) -> Quantum:
        return _frame(size).quantum()


def _frame(size: Size) -> Frame:
    padding = pad_to_square(size)
    side = float(padding.after.width)
    return Frame(
        size=size,
        step=(side, side),
        last=(1.0, 1.0),
        shift=(padding.shift_x, padding.shift_y),
        decimals=3,
    )
