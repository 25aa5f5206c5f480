"""Our own format is JSON lines, an example a line, with its regions. docs/data.md describes it."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, final

import numpy as np
from typing_extensions import override

from deixis.core.size import Size
from deixis.data import vip_llava_questions as release_questions
from deixis.data.dataset import DatasetCard, RowsDataset, check_split, split_of
from deixis.data.question_text import slots_in
from deixis.data.reading.fields import (
    BadRowError,
    Record,
    check_names,
    list_of,
    name_of,
    place_of,
    record_of,
    regions_of,
    shown,
    text_of,
)
from deixis.data.reading.json_rows import JsonRows, rows_of
from deixis.data.reading.pictures import folder_beside, picture_in
from deixis.data.sample import EIGHT, Marking, RegionSample, Turn

FIELDS = ("id", "image", "size", "split", "kind", "regions", "turns", "about")
TURN_FIELDS = ("question", "answer", "choices", "right", "references")


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class RegionsDataset(RowsDataset):
    """Each line is an example; what the reader does not know, it refuses."""

    card: ClassVar[DatasetCard] = DatasetCard(
        title="Your own data",
        origin="docs/data.md",
        licence="yours",
        pictures="yours",
        size="any; 24 bytes of memory a row",
        holds="regions of every kind, turns, choices, references",
        form="a .jsonl of {id, image, regions, turns}",
    )
    marking: ClassVar[Marking] = EIGHT
    path: Path
    images: Path
    rows: JsonRows

    @classmethod
    @override
    def open(
        cls, path: Path, *, images: Path | None = None, split: str | None = None
    ) -> "RegionsDataset":
        rows = rows_of(path)
        if split is not None:
            rows = _only(rows, split)
        return cls(path=path, images=folder_beside(path, images), rows=rows)

    @override
    def read(self, index: int, generator: np.random.Generator | None) -> RegionSample:
        row = record_of(self.rows.row(index))
        check_names(row, FIELDS)
        regions = regions_of(row)
        turns = tuple(_turn(record_of(turn, "a turn")) for turn in list_of(row, "turns"))
        if not turns:
            raise BadRowError("it has no turns")
        _check_slots(turns, set(regions))
        return RegionSample(
            dataset="regions",
            id=name_of(row, self.row(index)),
            kind=text_of(row, "kind") if "kind" in row else "conversation",
            pictures=(picture_in(self.images, text_of(row, "image")),),
            turns=turns,
            regions=regions,
            split=text_of(row, "split") if "split" in row else None,
            size=_size(row),
            marking=self.marking,
        )


def _only(rows: JsonRows, split: str) -> JsonRows:
    kept, known = [], set()
    for place in range(len(rows)):
        try:
            row = rows.row(place)
        except BadRowError:
            row = None
        known.add(split_of(row))
        if split_of(row) == split or not isinstance(row, dict):
            kept.append(place)
    check_split(split, known)
    return rows.only(kept)


def _turn(turn: Record) -> Turn:
    check_names(turn, TURN_FIELDS)
    question = text_of(turn, "question")
    references = _texts(turn, "references")
    choices = _texts(turn, "choices")
    if not choices:
        return Turn(question=question, answer=text_of(turn, "answer"), references=references)
    right = place_of(turn, "right", len(choices)) if "right" in turn else None
    lettered = release_questions.choice(question, choices, right)
    given = turn.get("answer", lettered.answer)
    if given != lettered.answer:
        raise BadRowError(
            f"the answer among choices is the letter of the right one, {lettered.answer!r}; "
            f"got {shown(given)}"
        )
    return lettered


def _texts(turn: Record, name: str) -> tuple[str, ...]:
    if name not in turn:
        return ()
    values = list_of(turn, name)
    if not values or not all(isinstance(value, str) and value.strip() for value in values):
        raise BadRowError(f"{name!r} are words, got {shown(values)}")
    return tuple(value.strip() for value in values)


def _check_slots(turns: tuple[Turn, ...], known: set[str]) -> None:
    said: set[str] = set()
    for turn in turns:
        said |= slots_in(turn.question) | slots_in(turn.answer)
    if known and said - known:
        raise BadRowError(f"it has no region for {{{sorted(said - known)[0]}}}")
    if known - said:
        raise BadRowError(f"no turn speaks of its region {{{sorted(known - said)[0]}}}")


def _size(row: Record) -> Size | None:
    if "size" not in row:
        return None
    sides = list_of(row, "size")
    if len(sides) != 2 or not all(type(side) is int and side > 0 for side in sides):
        raise BadRowError(f"'size' is [width, height], got {shown(sides)}")
    return Size(width=sides[0], height=sides[1])
