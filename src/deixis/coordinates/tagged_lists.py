"""Lists of boxes stand between special tokens, after a label between others: InternVL,
DeepSeek-VL2.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, final

from typing_extensions import override

from deixis.coordinates.dialect import Reading, ScaledDialect
from deixis.coordinates.labels import read_label, token_label
from deixis.coordinates.number_scale import NumberScale, said_shape, whole_scale
from deixis.coordinates.records import RecordReader
from deixis.coordinates.saying import said_numbers
from deixis.core.region import Region
from deixis.core.size import Size


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class TaggedPiece:
    """A piece of a text is a place between its tokens with the label before it, or what is
    between.
    """

    text: str
    label: str | None
    is_place: bool
    closed: bool
    written: str


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Tags:
    """A family has these four tokens."""

    label_start: str
    label_end: str
    place_start: str
    place_end: str

    def say(self, place: str, label: str | None) -> str:
        """A place is said with its label, where it has one."""
        said = token_label(label)
        name = f"{self.label_start}{said}{self.label_end}" if said else ""
        return f"{name}{self.place_start}{place}{self.place_end}"

    def pieces(self, text: str) -> Iterator[TaggedPiece]:
        """The text is cut at its places, in order. A label counts for the places that follow it
        directly or after commas; a place that does not close ends where the next token begins.
        """
        tokens = (self.label_start, self.label_end, self.place_start, self.place_end)
        pattern = re.compile("|".join(re.escape(token) for token in tokens))
        marks = [(match.group(), match.start(), match.end()) for match in pattern.finditer(text)]
        label, label_from, at = None, None, 0
        for i, (token, start, end) in enumerate(marks):
            until = marks[i + 1][1] if i + 1 < len(marks) else len(text)
            between = text[at:start]
            if token == self.place_start:
                label = label if not between.strip(" ,") and "\n" not in between else None
                yield self._between(between)
                closes = i + 1 < len(marks) and marks[i + 1][0] == self.place_end
                at = marks[i + 1][2] if closes else until
                inside, written = text[end:until], text[start:at]
                yield TaggedPiece(
                    text=inside, label=label, is_place=True, closed=closes, written=written
                )
            elif token == self.label_start:
                yield self._between(between)
                label, label_from, at = None, end, end
            elif token == self.label_end and label_from == at:
                label, label_from, at = read_label(between), None, end
            elif start >= at:
                yield self._between(between)
                at = end
        yield self._between(text[at:])

    def _between(self, text: str) -> TaggedPiece:
        return TaggedPiece(text=text, label=None, is_place=False, closed=True, written=text)


class TaggedLists(ScaledDialect):
    """LABEL[[x0, y0, x1, y1]], each between `tags`; numbers run from 0 to `last`, x first.

    Several boxes may share one label, as `[[…], […]]`. Lists and JSON without the tokens are read
    too. Labels are said on one line, < and > as ‹ and ›.
    """

    kinds: ClassVar[tuple[str, ...]] = ("box",)
    tags: ClassVar[Tags]
    last: ClassVar[float]

    @override
    def say(self, regions: Sequence[Region], size: Size) -> str:
        return "\n".join(self._said(region, self.scale(size)) for region in regions)

    @override
    def parse(self, text: str, size: Size) -> Reading:
        reader = RecordReader(scale=self.scale(size))
        for piece in self.tags.pieces(text):
            before = reader.collected.count
            reader.read(piece.text, label=piece.label)
            if piece.is_place and reader.collected.count == before:
                reader.collected.leave(piece.written)
        return reader.collected.reading()

    @override
    def scale(self, size: Size) -> NumberScale:
        return whole_scale(size, last=(self.last, self.last))

    def _said(self, region: Region, scale: NumberScale) -> str:
        numbers = said_numbers(said_shape(region, scale.size, self.kinds), scale)
        return self.tags.say(f"[[{', '.join(str(number) for number in numbers)}]]", region.label)


@final
class InternVlDialect(TaggedLists):
    """`<ref>cup</ref><box>[[322, 417, 406, 571]]</box>`."""

    summary: ClassVar[str] = "[[x0, y0, x1, y1]] in box tokens, 0-1000 of the picture"
    tags: ClassVar[Tags] = Tags(
        label_start="<ref>", label_end="</ref>", place_start="<box>", place_end="</box>"
    )
    last: ClassVar[float] = 1000.0


@final
class DeepSeekVl2Dialect(TaggedLists):
    """`<|ref|>cup<|/ref|><|det|>[[322, 417, 406, 570]]<|/det|>`."""

    summary: ClassVar[str] = "[[x0, y0, x1, y1]] in det tokens, 0-999 of the picture"
    tags: ClassVar[Tags] = Tags(
        label_start="<|ref|>", label_end="<|/ref|>", place_start="<|det|>", place_end="<|/det|>"
    )
    last: ClassVar[float] = 999.0


DIALECTS = {"deepseek_vl2": DeepSeekVl2Dialect, "internvl": InternVlDialect}
