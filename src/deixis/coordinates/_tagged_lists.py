"""Conventions that put lists of boxes between special tokens, after a label between others."""

from collections.abc import Sequence
from typing import ClassVar

from typing_extensions import override

from deixis.coordinates._convention import Convention, Quantum, Reading
from deixis.coordinates._frame import Frame, said_shape, whole_frame
from deixis.coordinates._records import RecordReader, said_numbers
from deixis.coordinates._tags import Tags
from deixis.core.region import Region
from deixis.core.size import Size


class TaggedLists(Convention):
    """LABEL[[x0, y0, x1, y1]], each between `tags`; numbers run from 0 to `last`, x first.

    Several boxes may share one label, as `[[…], […]]`. Lists and JSON without the tokens are read
    too. Labels are said on one line, < and > as ‹ and ›.
    """

    kinds: ClassVar[tuple[str, ...]] = ("box",)
    tags: ClassVar[Tags]
    last: ClassVar[float]

    @override
    def say(self, regions: Sequence[Region], size: Size) -> str:
        return "\n".join(self._said(region, self._frame(size)) for region in regions)

    @override
    def parse(self, text: str, size: Size) -> Reading:
        reader = RecordReader(frame=self._frame(size))
        for piece in self.tags.pieces(text):
            before = reader.collected.count
            reader.read(piece.text, label=piece.label)
            if piece.is_place and reader.collected.count == before:
                reader.collected.leave(piece.written)
        return reader.collected.reading()

    @override
    def quantum(self, size: Size) -> Quantum:
        return self._frame(size).quantum()

    def _frame(self, size: Size) -> Frame:
        return whole_frame(size, last=(self.last, self.last))

    def _said(self, region: Region, frame: Frame) -> str:
        numbers = said_numbers(said_shape(region, frame.size, self.kinds), frame)
        return self.tags.say(f"[[{', '.join(str(number) for number in numbers)}]]", region.label)
