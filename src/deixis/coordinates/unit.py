"""Shares of the picture, 0 to 1."""

from typing import ClassVar, final

from typing_extensions import override

from deixis.coordinates._bare import BareConvention
from deixis.coordinates._frame import Frame, whole_frame
from deixis.core.size import Size


@final
class Unit(BareConvention):
    """`[0.322, 0.417, 0.406, 0.571]`: three decimals, x first.

    No place for labels; those of JSON are read.
    """

    summary: ClassVar[str] = "[x0, y0, x1, y1], 0-1 of the picture, three decimals"

    @override
    def frame(self, size: Size) -> Frame:
        return whole_frame(size, last=(1.0, 1.0), decimals=3)
