"""Qwen3-VL: JSON in thousandths."""

from collections.abc import Sequence
from typing import ClassVar, final

from typing_extensions import override

from deixis.coordinates._convention import Convention, Quantum, Reading
from deixis.coordinates._frame import Frame, whole_frame
from deixis.coordinates._records import read_records
from deixis.coordinates._said import BARE_KINDS, said_objects
from deixis.core.region import Region
from deixis.core.size import Size


@final
class Qwen3Vl(Convention):
    """`[{"bbox_2d": [322, 417, 406, 571], "label": "cup"}]`, points under `point_2d`: 0-1000 of the
    picture, x first. Labels come back exactly.
    """

    kinds: ClassVar[tuple[str, ...]] = BARE_KINDS
    summary: ClassVar[str] = "JSON bbox_2d / point_2d, x first, 0-1000 of the picture"

    @override
    def say(self, regions: Sequence[Region], size: Size) -> str:
        return said_objects(regions, _frame(size), box_key="bbox_2d", point_key="point_2d")

    @override
    def parse(self, text: str, size: Size) -> Reading:
        return read_records(text, _frame(size))

    @override
    def quantum(self, size: Size) -> Quantum:
        return _frame(size).quantum()


def _frame(size: Size) -> Frame:
    return whole_frame(size, last=(1000.0, 1000.0))
