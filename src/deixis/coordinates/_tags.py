"""Labels and places between special tokens: <ref>cup</ref><box>…</box> and its relatives."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import final

from deixis.coordinates._words import read_label, token_label


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """A part of a text: a place between its tokens with the label before it, or what is between."""

    text: str
    label: str | None
    is_place: bool
    closed: bool
    written: str


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Tags:
    """The four tokens of a family."""

    label_start: str
    label_end: str
    place_start: str
    place_end: str

    def say(self, place: str, label: str | None) -> str:
        """A place with its label, where it has one."""
        said = token_label(label)
        name = f"{self.label_start}{said}{self.label_end}" if said else ""
        return f"{name}{self.place_start}{place}{self.place_end}"

    def pieces(self, text: str) -> Iterator[Piece]:
        """The text cut at its places, in order. A label counts for the places that follow it
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
                yield Piece(text=inside, label=label, is_place=True, closed=closes, written=written)
            elif token == self.label_start:
                yield self._between(between)
                label, label_from, at = None, end, end
            elif token == self.label_end and label_from == at:
                label, label_from, at = read_label(between), None, end
            elif start >= at:
                yield self._between(between)
                at = end
        yield self._between(text[at:])

    def _between(self, text: str) -> Piece:
        return Piece(text=text, label=None, is_place=False, closed=True, written=text)
