"""InternVL: lists between box tokens, in thousandths."""

from collections.abc import Sequence
from typing import ClassVar, final

from typing_extensions import override

from deixis.coordinates._convention import Convention, Quantum, Reading
from deixis.coordinates._frame import Frame, said_shape, whole_frame
from deixis.coordinates._records import RecordReader, said_numbers
from deixis.coordinates._tags import Tags
from deixis.core.region import Region
from deixis.core.size import Size

TAGS = Tags(label_start="<ref>", label_end="</ref>", place_start="<box>", place_end="</box>")


@final
class InternVl(Convention):
    """`<ref>cup</ref><box>[[322, 417, 406, 571]]</box>`.

    0-1000 of the picture, x first; several boxes may share one label, as `[[…], […]]`. Lists
    and JSON without the tokens are read too. Labels are said on one line, < and > as ‹ and ›.
    """

    kinds: ClassVar[tuple[str, ...]] = ("box",)
    summary: ClassVar[str] = "[[x0, y0, x1, y1]] in box tokens, 0-1000 of the picture"

    @override
    def say(self, regions: Sequence[Region], size: Size) -> str:
        return "\n".join(_said(region, _frame(size)) for region in regions)

    @override
    def read(self, text: str, size: Size) -> Reading:
        reader = RecordReader(frame=_frame(size))
        for piece in TAGS.pieces(text):
            before = reader.collected.count
            reader.read(piece.text, label=piece.label)
            if piece.is_place and reader.collected.count == before:
                reader.collected.leave(piece.written)
        return reader.collected.reading()

    @override
    def quantum(self, size: Size) -> Quantum:
        return _frame(size).quantum()


def _said(region: Region, frame: Frame) -> str:
    numbers = said_numbers(said_shape(region, frame.size, InternVl.kinds), frame)
    return TAGS.say(f"[[{', '.join(str(number) for number in numbers)}]]", region.label)


def _frame(size: Size) -> Frame:
    return whole_frame(size, last=(1000.0, 1000.0))
