"""An answer is read as it comes: groups of numbers become places of a dialect, or are unread."""

from typing import TYPE_CHECKING, TypeAlias, final

from deixis.coordinates.audit import left_numbers
from deixis.coordinates.groups import Budget, Grammar, Group
from deixis.coordinates.labels import LABEL_LIMIT, cleaned, whole_characters
from deixis.coordinates.pieces import TextPieces
from deixis.coordinates.reading import (
    CUT_DRAFT,
    LENGTH_LIMIT,
    TOO_LONG,
    Place,
    Reading,
    Unread,
    Withdrawn,
)
from deixis.coordinates.text_sink import TextSink
from deixis.core import given
from deixis.core.answer_text import AnswerFilter
from deixis.core.convert import Shape
from deixis.core.region import Region
from deixis.core.size import Size

if TYPE_CHECKING:
    from deixis.coordinates.dialect import Dialect

Event: TypeAlias = Place | Unread | Withdrawn


@final
class Reader:
    """An answer of a model about a picture of this size is read as it comes.

    `feed` gives back what has become complete, `end` the rest; `reading` is all of it in the text's
    order, the same however the text was cut. Numbers that no writing explains are only known to be
    unread at the end.
    """

    def __init__(self, *, dialect: "Dialect", size: Size) -> None:
        self.dialect = dialect
        self.size = size
        self.budget = Budget()
        self._filter = AnswerFilter()
        self._text = ""  # as it came
        self._beyond = ""
        self._places: list[Place] = []
        self._unread: list[Unread] = []
        self._told = (0, 0)
        self._kept = TextPieces()  # of the text: places, unread pieces, names
        self._answer_start = 0
        self._sink = TextSink(self, self._kept, nesting=0)
        self._scanner = self._sink.scanner

    def feed(self, text: str) -> list[Event]:
        """The answer goes on; what is complete now is given back."""
        given.text("text", text)
        fits = max(0, LENGTH_LIMIT - len(self._text))
        self._beyond += text[fits:]
        self._text += text[:fits]
        return self._events(self._scanned(self._filter.feed(text[:fits])))

    def end(self) -> list[Event]:
        """The answer is over; what is left is given back."""
        found = self._scanned(self._filter.end())
        self._sink.end()
        self._audit()
        draft = self._filter.draft_start
        if draft is not None:
            self.leave(draft, len(self._text), CUT_DRAFT)
        if self._beyond.strip():
            start, text = len(self._text), self._beyond
            self._text, self._beyond = self._text + text, ""
            self.leave(start, start + len(text), TOO_LONG)
        return self._events(found)

    def reading(self) -> Reading:
        """All that was read so far, in the text's order."""
        return Reading(
            places=tuple(sorted(self._places, key=_order)),
            unread=tuple(sorted(self._unread, key=_order)),
        )

    @property
    def text(self) -> str:
        """The answer as it is read: drafts and control tokens are blanks."""
        return self._scanner.text

    @property
    def num_found(self) -> int:
        """So many pieces were found so far, read or not."""
        return len(self._places) + len(self._unread)

    def place(self, shape: Shape, group: Group, start: int, end: int) -> None:
        """A region was read."""
        label = told_label(self.dialect.grammar, group.label)
        region = Region(shape=shape, label=label)
        self._places.append(Place(region=region, start=start, end=end))
        self._kept.add(start, end)

    def leave(self, start: int, end: int, reason: str) -> None:
        """A piece is unread; blanks around it are none of it."""
        written = self._text[start:end]
        text = written.strip()
        if not text:
            return
        start += len(written) - len(written.lstrip())
        end = start + len(text)
        piece = Unread(text=whole_characters(text), start=start, end=end, reason=reason)
        self._unread.append(piece)
        self._kept.add(start, end)

    def _scanned(self, pieces: list[str | None]) -> list[Event]:
        """The answer without drafts is scanned; none among its pieces voids what came before."""
        withdrawn: list[Event] = []
        for piece in pieces:
            if piece is not None:
                self._scanner.feed(piece)
                continue
            self._places.clear()
            self._unread.clear()
            self._kept.clear()
            self._scanner.restart()
            self._sink.restart()
            self._answer_start = self._scanner.at
            self._told = (0, 0)
            withdrawn = [Withdrawn(end=self._answer_start)]
        return withdrawn

    def _events(self, first: list[Event]) -> list[Event]:
        places, unread = self._told
        new: list[Place | Unread] = [*self._places[places:], *self._unread[unread:]]
        self._told = (len(self._places), len(self._unread))
        return [*first, *sorted(new, key=_order)]

    def _audit(self) -> None:
        """What could be a place, and was not explained, is unread."""
        left = list(left_numbers(self._scanner.text, self._answer_start, self._kept))
        for start, end in left:
            self.leave(start, end, self.dialect.why_unread)


def told_label(grammar: Grammar, label: str | None) -> str | None:
    """A place is called so: without control tokens and halves of characters, and not too long."""
    if label is None or grammar.labels == "none":
        return None
    label = cleaned(label)
    return f"{label[:LABEL_LIMIT]}…" if len(label) > LABEL_LIMIT else label


def _order(piece: Place | Unread) -> tuple[int, int]:
    return (piece.start, piece.end)
