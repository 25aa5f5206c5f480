"""What a page asks: a picture, regions, words, and the cells that answer side by side."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, final

from deixis.core import given
from deixis.core.errors import UsageError
from deixis.core.typed_json import read_as
from deixis.serve.api_error import ApiError
from deixis.serve.shapes import Json
from deixis.studio.history import HistoryEntry, KeptCell

MOST_CELLS = 24
LONGEST = 20_000  # letters of a question
SLOT = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class CellAsked:
    """A model, and how regions that tell no encoding reach it; empty: as the model has it. `after`
    is the entry and the place of the cell that it goes on from.
    """

    model: str
    encoding: str = ""
    dialect: str = ""
    after: tuple[int, ...] | None = None


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class SettingsAsked:
    """How all cells are asked; None is left to the model."""

    max_tokens: int | None = None
    temperature: float | None = None
    seed: int | None = None
    system: str | None = None

    def __post_init__(self) -> None:
        if self.max_tokens is not None:
            given.whole("max_tokens", self.max_tokens, least=1, most=100_000)
        if self.temperature is not None:
            given.number("temperature", self.temperature, least=0, most=2)

    def told(self) -> Json:
        """Those that were chosen."""
        names = ("max_tokens", "temperature", "seed", "system")
        chosen = {name: getattr(self, name) for name in names}
        return {name: one for name, one in chosen.items() if one is not None}


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class QuestionAsked:
    """All of it. `regions` are records as the page drew them, each with its encoding or without."""

    picture: str
    question: str
    cells: tuple[CellAsked, ...]
    regions: Mapping[str, Any] = field(default_factory=dict)  # Any: looked at by `serve`
    settings: SettingsAsked = field(default_factory=SettingsAsked)

    def __post_init__(self) -> None:
        if not self.question.strip() or len(self.question) > LONGEST:
            raise UsageError(f"a question has words, at most {LONGEST} letters of them")
        if not 1 <= len(self.cells) <= MOST_CELLS:
            raise UsageError(f"ask 1 to {MOST_CELLS} cells, got {len(self.cells)}")
        for name, told in self.regions.items():
            if not isinstance(told, dict):
                raise UsageError(f"the region {name!r:.80} is no object")
        for cell in self.cells:
            if cell.after is not None and len(cell.after) != 2:
                raise UsageError("a cell goes on after an entry and a place in it: [entry, place]")

    def entry(self) -> HistoryEntry:
        """The question as it is kept, its cells without answers."""
        cells = [
            KeptCell(
                place=place,
                model=one.model,
                encoding=one.encoding,
                dialect=one.dialect,
                after=None if one.after is None else (one.after[0], one.after[1]),
            )
            for place, one in enumerate(self.cells)
        ]
        return HistoryEntry(
            picture=self.picture,
            question=self.question,
            regions=dict(self.regions),
            settings=self.settings.told(),
            cells=tuple(cells),
        )


def read_question(record: Json) -> QuestionAsked:
    """The question; ApiError with what is wrong with it."""
    try:
        return read_as(QuestionAsked, record, name="question")
    except UsageError as wrong:
        raise ApiError(400, str(wrong), code="invalid_question") from None


def asked_again(entry: HistoryEntry) -> QuestionAsked:
    """The question of an entry, to be asked once more."""
    cells = [
        CellAsked(model=one.model, encoding=one.encoding, dialect=one.dialect, after=one.after)
        for one in entry.cells
    ]
    return QuestionAsked(
        picture=entry.picture,
        question=entry.question,
        cells=tuple(cells),
        regions=entry.regions,
        settings=SettingsAsked(**entry.settings),
    )


def spoken(text: str) -> set[str]:
    """The names in braces of a text."""
    return set(SLOT.findall(text))
