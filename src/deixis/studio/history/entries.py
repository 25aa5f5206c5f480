"""What is kept of a question: the picture, the regions, the words, and each cell's answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias, final

Json: TypeAlias = dict[str, Any]  # Any: what JSON holds


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class KeptCell:
    """One model's answer under one encoding. `after` is the entry and the place of the cell that it
    goes on from; `told` is all else: regions, what was sent, what it cost, or the error.
    """

    place: int
    model: str
    encoding: str = ""
    dialect: str = ""
    after: tuple[int, int] | None = None
    text: str = ""
    told: Mapping[str, Any] = field(default_factory=dict)  # Any: what JSON holds

    @property
    def regions(self) -> list[Json]:
        """The records of the regions that it answered."""
        return list(self.told.get("regions", ()))

    @property
    def sent(self) -> list[Json]:
        """The pictures that were sent, each with its hash."""
        return list(self.told.get("sent", {}).get("pictures", ()))

    def record(self) -> Json:
        """The cell as JSON."""
        return {
            "place": self.place,
            "model": self.model,
            "encoding": self.encoding,
            "dialect": self.dialect,
            "after": None if self.after is None else list(self.after),
            "text": self.text,
            **self.told,
        }


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryEntry:
    """One question. `picture` is the picture's id, `regions` are the records of all that was drawn,
    `settings` how it was asked beside its words, `when` seconds since 1970; 0 is no entry's id.
    """

    id: int = 0
    when: float = 0.0
    picture: str
    question: str
    regions: Mapping[str, Json] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)  # Any: what JSON holds
    cells: tuple[KeptCell, ...] = ()

    def cell(self, place: int) -> KeptCell | None:
        """The cell at a place, if it is there."""
        return next((one for one in self.cells if one.place == place), None)

    def record(self) -> Json:
        """The entry as JSON."""
        return {
            "id": self.id,
            "when": self.when,
            "picture": self.picture,
            "question": self.question,
            "regions": dict(self.regions),
            "settings": dict(self.settings),
            "cells": [one.record() for one in self.cells],
        }


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryLine:
    """A line of the list of entries."""

    id: int
    when: float
    picture: str
    question: str
    models: tuple[str, ...]
    first: str  # words of the first answer

    def record(self) -> Json:
        """The line as JSON."""
        return {
            "id": self.id,
            "when": self.when,
            "picture": self.picture,
            "question": self.question,
            "models": list(self.models),
            "first": self.first,
        }
