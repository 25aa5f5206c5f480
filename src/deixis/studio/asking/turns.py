"""The turns of a cell, which goes on from one of an earlier entry, and the request they become.

A name is of one region in a conversation: where a region was moved or drawn anew between two turns,
the earlier one gets a name of its own.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias, final

from deixis.serve.api_error import ApiError
from deixis.serve.pointing_settings import KEY
from deixis.serve.shapes import Json
from deixis.studio.asking.question import SLOT, CellAsked, QuestionAsked, spoken
from deixis.studio.history import HistoryEntry

MOST_TURNS = 64
Lookup: TypeAlias = Callable[[int], HistoryEntry | None]


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class CellTurn:
    """A question with its regions, and its answer; empty while there is none."""

    question: str
    regions: Mapping[str, Any] = field(default_factory=dict)  # Any: what JSON holds
    answer: str = ""


def turns_before(after: Sequence[int] | None, picture: str, lookup: Lookup) -> list[CellTurn]:
    """The turns that a cell goes on from, oldest first; ApiError where they cannot be had."""
    found: list[CellTurn] = []
    while after is not None:
        entry = lookup(after[0])
        cell = None if entry is None else entry.cell(after[1])
        if entry is None or cell is None or not cell.text:
            told = "the answer that this goes on from is not in the history any more"
            raise ApiError(409, told, code="turn_missing")
        if entry.picture != picture:
            told = "a dialogue goes on about its own picture"
            raise ApiError(400, told, code="other_picture")
        found.append(CellTurn(question=entry.question, regions=entry.regions, answer=cell.text))
        after = cell.after
        if len(found) > MOST_TURNS:
            raise ApiError(400, f"a dialogue has at most {MOST_TURNS} turns here")
    return found[::-1]


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class JoinedTurns:
    """The turns with one region to each name."""

    turns: tuple[CellTurn, ...]
    regions: Mapping[str, Any]  # Any: what JSON holds


def joined(turns: Sequence[CellTurn]) -> JoinedTurns:
    """The regions of all turns together, those that no question speaks of left out."""
    regions: dict[str, Any] = {}  # Any: what JSON holds
    renamed: list[CellTurn] = []
    for turn in reversed(turns):  # the newest keep their names
        new: dict[str, str] = {}
        for name in sorted(spoken(turn.question) & set(turn.regions)):
            new[name] = _name(name, turn.regions[name], regions)
            regions[new[name]] = turn.regions[name]
        renamed.append(CellTurn(question=_with(turn.question, new), answer=turn.answer))
    return JoinedTurns(turns=tuple(renamed[::-1]), regions=regions)


def request_of(cell: CellAsked, asked: QuestionAsked, before: Sequence[CellTurn], url: str) -> Json:
    """The request of chat completions that the cell's question is."""
    whole = joined([*before, CellTurn(question=asked.question, regions=asked.regions)])
    picture: Json = {"type": "image_url", "image_url": {"url": url}}
    if whole.regions:
        picture["regions"] = dict(whole.regions)
    messages: list[Json] = []
    settings = asked.settings.told()
    system = settings.pop("system", None)
    if system:
        messages.append({"role": "system", "content": system})
    for number, turn in enumerate(whole.turns):
        words: Json = {"type": "text", "text": turn.question}
        messages.append({"role": "user", "content": [words] if number else [picture, words]})
        if turn.answer:
            messages.append({"role": "assistant", "content": turn.answer})
    pointing: Json = {"survival": "told"}
    if cell.encoding:
        pointing["encoding"] = cell.encoding
    if cell.dialect:
        pointing["dialect"] = cell.dialect
    return {
        "model": cell.model,
        "messages": messages,
        "stream": True,
        "stream_options": {"include_usage": True},
        **settings,
        KEY: pointing,
    }


def _name(name: str, told: Any, taken: Mapping[str, Any]) -> str:  # Any: what JSON holds
    """A name for the region: its own, unless that is another region's."""
    found, number = name, 1
    while found in taken and taken[found] != told:
        number += 1
        found = f"{name}_{number}"
    return found


def _with(text: str, names: Mapping[str, str]) -> str:
    return SLOT.sub(lambda slot: f"{{{names.get(slot[1], slot[1])}}}", text)
