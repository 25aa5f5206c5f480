"""Moondream: objects with named edges, 0 to 1."""

from collections.abc import Sequence
from typing import ClassVar, final

from typing_extensions import override

from deixis.coordinates._convention import Convention, Quantum, Reading
from deixis.coordinates._frame import Frame, said_shape, whole_frame
from deixis.coordinates._records import read_records, said_numbers, said_records
from deixis.coordinates._said import BARE_KINDS
from deixis.core.region import Region
from deixis.core.size import Size

EDGES = ("x_min", "y_min", "x_max", "y_max")


@final
class Moondream(Convention):
    """`[{"x_min": 0.3219, "y_min": 0.4167, "x_max": 0.4063, "y_max": 0.5708}]`, points as x, y.

    0-1 of the picture, said with four decimals, read with any. Its answers are the dictionaries of
    its `detect` and `point`, printed. No place for labels; those of JSON are read.
    """

    kinds: ClassVar[tuple[str, ...]] = BARE_KINDS
    summary: ClassVar[str] = "objects x_min, y_min, x_max, y_max or x, y; 0-1 of the picture"

    @override
    def say(self, regions: Sequence[Region], size: Size) -> str:
        return said_records(_said(region, _frame(size)) for region in regions)

    @override
    def parse(self, text: str, size: Size) -> Reading:
        return read_records(text, _frame(size))

    @override
    def quantum(self, size: Size) -> Quantum:
        return _frame(size).quantum()


def _said(region: Region, frame: Frame) -> str:
    numbers = said_numbers(said_shape(region, frame.size, Moondream.kinds), frame)
    names = ("x", "y") if len(numbers) == 2 else EDGES
    fields = (f'"{name}": {number:.4f}' for name, number in zip(names, numbers, strict=True))
    return f"{{{', '.join(fields)}}}"


def _frame(size: Size) -> Frame:
    return whole_frame(size, last=(1.0, 1.0), decimals=4)
