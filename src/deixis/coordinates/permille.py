"""Thousandths of the picture, 0 to 1000, without any family's tokens."""

from typing import ClassVar, final

from typing_extensions import override

from deixis.coordinates._bare import BareConvention
from deixis.coordinates._frame import Frame, whole_frame
from deixis.core.size import Size


@final
class Permille(BareConvention):
    """`[322, 417, 406, 571]`: x first. No place for labels; those of JSON are read."""

    summary: ClassVar[str] = "[x0, y0, x1, y1], 0-1000 of the picture"

    @override
    def frame(self, size: Size) -> Frame:
        return whole_frame(size, last=(1000.0, 1000.0))
