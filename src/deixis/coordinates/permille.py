"""Thousandths of the picture, 0 to 1000, without any family's tokens."""

from collections.abc import Sequence
from typing import ClassVar, final

from typing_extensions import override

from deixis.coordinates._convention import Convention, Quantum, Reading
from deixis.coordinates._frame import Frame, whole_frame
from deixis.coordinates._records import read_records
from deixis.coordinates._said import BARE_KINDS, said_lists
from deixis.core.region import Region
from deixis.core.size import Size


@final
class Permille(Convention):
    """`[322, 417, 406, 571]`: x first. No place for labels; those of JSON are read."""

    kinds: ClassVar[tuple[str, ...]] = BARE_KINDS
    summary: ClassVar[str] = "[x0, y0, x1, y1], 0-1000 of the picture"

    @override
    def say(self, regions: Sequence[Region], size: Size) -> str:
        return said_lists(regions, _frame(size))

    @override
    def read(self, text: str, size: Size) -> Reading:
        return read_records(text, _frame(size))

    @override
    def quantum(self, size: Size) -> Quantum:
        return _frame(size).quantum()


def _frame(size: Size) -> Frame:
    return whole_frame(size, last=(1000.0, 1000.0))
