"""Plain pixels of the picture as it was sent."""

from typing import ClassVar, final

from typing_extensions import override

from deixis.coordinates._bare import BareConvention
from deixis.coordinates._frame import Frame, whole_frame
from deixis.core.size import Size


@final
class Pixels(BareConvention):
    """`[412, 300, 520, 411]`: whole pixels, x first.

    No place for labels; those of JSON are read.
    """

    summary: ClassVar[str] = "[x0, y0, x1, y1], whole pixels of the picture as sent"

    @override
    def frame(self, size: Size) -> Frame:
        return whole_frame(size, last=(float(size.width), float(size.height)))
