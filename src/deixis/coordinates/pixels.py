"""Plain pixels of the picture as it was sent."""

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
class Pixels(Convention):
    """`[412, 300, 520, 411]`: whole pixels, x first.

    No place for labels; those of JSON are read.
    """

    kinds: ClassVar[tuple[str, ...]] = BARE_KINDS
    summary: ClassVar[str] = "[x0, y0, x1, y1], whole pixels of the picture as sent"

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
    return whole_frame(size, last=(float(size.width), float(size.height)))
