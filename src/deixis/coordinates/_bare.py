"""Conventions that are bare lists of numbers, and differ only in what the numbers count."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from typing_extensions import override

from deixis.coordinates._convention import Convention, Quantum, Reading
from deixis.coordinates._frame import Frame
from deixis.coordinates._records import read_records
from deixis.coordinates._said import BARE_KINDS, said_lists
from deixis.core.region import Region
from deixis.core.size import Size


class BareConvention(Convention):
    """`[x0, y0, x1, y1]` or `[x, y]`. No place for labels; those of JSON are read."""

    kinds: ClassVar[tuple[str, ...]] = BARE_KINDS

    @abstractmethod
    def frame(self, size: Size) -> Frame:
        """What the numbers count in a picture of this size."""

    @override
    def say(self, regions: Sequence[Region], size: Size) -> str:
        return said_lists(regions, self.frame(size))

    @override
    def parse(self, text: str, size: Size) -> Reading:
        return read_records(text, self.frame(size))

    @override
    def quantum(self, size: Size) -> Quantum:
        return self.frame(size).quantum()
