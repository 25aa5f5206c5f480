"""Qwen2-VL: corners between special tokens, or JSON, in thousandths."""

from collections.abc import Sequence
from typing import ClassVar, final

from typing_extensions import override

from deixis.coordinates._convention import Convention, Quantum, Reading
from deixis.coordinates._frame import Frame, said_shape, whole_frame
from deixis.coordinates._records import RecordReader, said_numbers
from deixis.coordinates._tags import Tags
from deixis.core.region import Region
from deixis.core.size import Size

TAGS = Tags(
    label_start="<|object_ref_start|>",
    label_end="<|object_ref_end|>",
    place_start="<|box_start|>",
    place_end="<|box_end|>",
)


@final
class Qwen2Vl(Convention):
    """`<|object_ref_start|>cup<|object_ref_end|><|box_start|>(322,417),(406,571)<|box_end|>`.

    0-1000 of the picture, x first. Its JSON (`bbox_2d`, `point_2d`) is read as well, and the
    corners alone, since decoders drop the tokens. Labels are said on one line, < and > as ‹ and ›.
    """

    kinds: ClassVar[tuple[str, ...]] = ("box",)
    summary: ClassVar[str] = "(x0,y0),(x1,y1) in box tokens, 0-1000 of the picture"

    @override
    def say(self, regions: Sequence[Region], size: Size) -> str:
        return "\n".join(_said(region, _frame(size)) for region in regions)

    @override
    def parse(self, text: str, size: Size) -> Reading:
        reader = RecordReader(frame=_frame(size), join_corners=True)
        for piece in TAGS.pieces(text):
            before = reader.collected.count
            if piece.closed or piece.text.count("(") > 1:  # one corner alone is half a box
                reader.read(piece.text, label=piece.label)
            if piece.is_place and reader.collected.count == before:
                reader.collected.leave(piece.written)
        return reader.collected.reading()

    @override
    def quantum(self, size: Size) -> Quantum:
        return _frame(size).quantum()


def _said(region: Region, frame: Frame) -> str:
    numbers = said_numbers(said_shape(region, frame.size, Qwen2Vl.kinds), frame)
    x0, y0, x1, y1 = (str(number) for number in numbers)
    return TAGS.say(f"({x0},{y0}),({x1},{y1})", region.label)


def _frame(size: Size) -> Frame:
    return whole_frame(size, last=(1000.0, 1000.0))
