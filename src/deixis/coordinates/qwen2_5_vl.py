"""Qwen2.5-VL: JSON in pixels of the picture after its smart resize."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, final

from typing_extensions import override

from deixis.coordinates._convention import Convention, Quantum, Reading
from deixis.coordinates._frame import Frame, whole_frame
from deixis.coordinates._records import read_records
from deixis.coordinates._said import BARE_KINDS, said_objects
from deixis.core.region import Region
from deixis.core.size import Size, smart_resize


@final
@dataclass(frozen=True, kw_only=True)
class Qwen25Vl(Convention):
    """`[{"bbox_2d": [412, 300, 520, 411], "label": "cup"}]`, points under `point_2d`, x first.

    The limits are those of the checkpoints of the family (56·56 and 28·28·16384 pixels); a server
    that sets others must be told here, else every box lands in the wrong place. Pictures longer
    than 200:1 are an UnsupportedError. Labels come back exactly.
    """

    kinds: ClassVar[tuple[str, ...]] = BARE_KINDS
    summary: ClassVar[str] = "JSON bbox_2d / point_2d, x first, pixels after smart resize"

    min_pixels: int = 56 * 56
    max_pixels: int = 28 * 28 * 16384
    factor: int = 28

    @override
    def say(self, regions: Sequence[Region], size: Size) -> str:
        return said_objects(regions, self._frame(size), box_key="bbox_2d", point_key="point_2d")

    @override
    def parse(self, text: str, size: Size) -> Reading:
        return read_records(text, self._frame(size))

    @override
    def quantum(self, size: Size) -> Quantum:
        return self._frame(size).quantum()

    def _frame(self, size: Size) -> Frame:
        seen = smart_resize(
            size, factor=self.factor, min_pixels=self.min_pixels, max_pixels=self.max_pixels
        )
        return whole_frame(size, last=(float(seen.width), float(seen.height)))
