"""What was asked before: shown again, deleted with what was sent for it alone, or exported."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from deixis.core.errors import UsageError
from deixis.core.typed_json import read_as
from deixis.core.untrusted_text import shown
from deixis.serve.api_error import ApiError
from deixis.serve.shapes import Json
from deixis.studio.asking.sent_pictures import SentFiles
from deixis.studio.asking.turns import turns_before
from deixis.studio.exports import Exporting
from deixis.studio.history import HistoryEntry, KeptCell, QuestionHistory
from deixis.studio.state import Studio

MOST = 500  # questions of an export


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class ExportAsked:
    """A question that is exported: the cell that counts, and the words that are right."""

    id: int
    cell: int | None = None
    expected: tuple[str, ...] = ()


@final
class KeptQuestions:
    """The history with its pictures."""

    def __init__(self, studio: Studio, history: QuestionHistory, sent: SentFiles) -> None:
        self.studio, self.history, self.sent = studio, history, sent

    def entry(self, key: int) -> HistoryEntry:
        """An entry; ApiError where there is none."""
        found = self.history.get(key)
        if found is None:
            raise ApiError(404, f"no question {key} is kept here", code="no_question")
        return found

    def record(self, entry: HistoryEntry) -> Json:
        """An entry with its picture, as the canvas takes it, and the turns before each cell."""
        told = entry.record()
        for cell, record in zip(entry.cells, told["cells"], strict=True):
            record["earlier"] = self._turns(entry, cell)
        try:
            told["shown"] = self.studio.pictures.about(entry.picture).record()
        except ApiError:
            told["shown"] = None
        return told

    def delete(self, key: int) -> None:
        """An entry is gone, with the pictures that were sent for it alone."""
        self.entry(key)
        for sha256 in self.history.delete(key):
            self.sent.forget(sha256)

    def sent_picture(self, sha256: str) -> bytes:
        """The bytes that were sent; of a picture that was sent as it is, the picture's."""
        data = self.sent.get(sha256)
        return self.studio.pictures.exact_file(sha256).read_bytes() if data is None else data

    def exporting(self, chosen: object) -> list[Exporting]:
        """The questions that a request names; ApiError where they cannot be had."""
        if not isinstance(chosen, list) or not 1 <= len(chosen) <= MOST:
            raise ApiError(400, f"entries are 1 to {MOST} questions, got {shown(chosen)}")
        return [self._exporting(one) for one in chosen]

    def _exporting(self, told: object) -> Exporting:
        try:
            asked = read_as(ExportAsked, told, name="an entry")
        except UsageError as wrong:
            raise ApiError(400, str(wrong), param="entries") from None
        entry = self.entry(asked.id)
        if asked.cell is not None and entry.cell(asked.cell) is None:
            raise ApiError(404, f"question {asked.id} has no cell {asked.cell}", code="no_cell")
        hashes = {str(one.get("sha256")) for cell in entry.cells for one in cell.sent}
        files = {sha256: self.sent.get(sha256) for sha256 in sorted(hashes)}
        return Exporting(
            entry=entry,
            image=self.studio.pictures.image(entry.picture),
            place=asked.cell,
            expected=asked.expected,
            sent={sha256: data for sha256, data in files.items() if data is not None},
            earlier=self._earlier(entry, asked.cell),
        )

    def _turns(self, entry: HistoryEntry, cell: KeptCell) -> list[Json]:
        """The turns before a cell's; none where they are gone."""
        try:
            turns = turns_before(cell.after, entry.picture, self.history.get)
        except ApiError:
            return []
        return [{"question": turn.question, "text": turn.answer} for turn in turns]

    def _earlier(self, entry: HistoryEntry, place: int | None) -> tuple[tuple[str, str], ...]:
        cells = [one for one in entry.cells if place in (None, one.place)]
        after: Sequence[int] | None = next((one.after for one in cells if one.after), None)
        turns = turns_before(after, entry.picture, self.history.get)
        return tuple((turn.question, turn.answer) for turn in turns)
