"""LLaVA's JSON: a list of rows (`.json`), or a row a line (`.jsonl`), and a folder of pictures."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, final

import numpy as np
from typing_extensions import override

from deixis.core.region import Region
from deixis.data.dataset import DatasetCard, RowsDataset, check_split
from deixis.data.question_text import slots_in
from deixis.data.reading.fields import BadRowError, Record, name_of, record_of, regions_of, shown
from deixis.data.reading.json_rows import JsonRows, rows_of
from deixis.data.reading.pictures import folder_beside, picture_in
from deixis.data.sample import EIGHT, Marking, RegionSample, Turn

PICTURE = "<image>"
SPEAKERS = ("human", "gpt")


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class LlavaDataset(RowsDataset):
    """Each row is a conversation; `regions`, which are ours, give the regions of `{slot}`s.

    Rows without an `image` are about no picture. Where a row has no regions, braces in its words
    mean nothing.
    """

    card: ClassVar[DatasetCard] = DatasetCard(
        title="Conversations in LLaVA's format",
        origin="https://github.com/haotian-liu/LLaVA",
        licence="the file's own",
        pictures="the file's own",
        size="LLaVA-1.5: 558,128 rows (align), 665,298 rows (instruct, 40,688 without a picture)",
        holds="conversations; with our field `regions`, regions",
        form="a .json list or .jsonl of {id, image, conversations, regions}",
    )
    marking: ClassVar[Marking] = EIGHT
    path: Path
    images: Path
    rows: JsonRows

    @classmethod
    @override
    def open(
        cls, path: Path, *, images: Path | None = None, split: str | None = None
    ) -> "LlavaDataset":
        if split is not None:
            check_split(split, ())
        return cls(path=path, images=folder_beside(path, images), rows=rows_of(path))

    @override
    def read(self, index: int, generator: np.random.Generator | None) -> RegionSample:
        row = record_of(self.rows.row(index))
        return conversation(row, self.images, name_of(row, self.row(index)))


@final
class LlavaTalk:
    """What was said in turn is kept, human first, without the places of pictures."""

    def __init__(self, row: Record) -> None:
        turns = row.get("conversations")
        if not isinstance(turns, list) or not turns:
            raise BadRowError("it has no conversations")
        said = [_said(turn, place) for place, turn in enumerate(turns)]
        if len(said) % 2:
            raise BadRowError("the last question has no answer")
        self.num_places = sum(words.count(PICTURE) for words in said)
        bare = [words.replace(PICTURE, "").strip() for words in said]
        if not all(bare):
            raise BadRowError(f"turn {bare.index('') + 1} has no words")
        self.pairs = list(zip(bare[::2], bare[1::2], strict=True))


def conversation(row: Record, images: Path, name: str) -> RegionSample:
    """One row becomes a sample."""
    names = picture_names(row)
    pictures = tuple(picture_in(images, one) for one in names)
    spoken = LlavaTalk(row)
    if spoken.num_places != len(names):
        raise BadRowError(f"it has {len(names)} images and {spoken.num_places} {PICTURE}")
    regions = regions_of(row)
    _check_slots(regions, spoken)
    return RegionSample(
        dataset="llava",
        id=name,
        kind="conversation",
        pictures=pictures,
        turns=tuple(Turn(question=asked, answer=told) for asked, told in spoken.pairs),
        regions=regions,
        marking=EIGHT,
    )


def _check_slots(regions: dict[str, Region], spoken: LlavaTalk) -> None:
    if not regions:
        return
    for words in (one for pair in spoken.pairs for one in pair):
        unknown = sorted(slots_in(words) - set(regions))
        if unknown:
            raise BadRowError(f"it has no region for {{{unknown[0]}}}")


def picture_names(row: Record) -> list[str]:
    """A row names its pictures; it names none where it has no `image` at all."""
    if "image" not in row:
        return []
    given = row["image"]
    names: list[Any] = given if isinstance(given, list) else [given]  # Any: as it stands there
    if not names or not all(isinstance(name, str) and name for name in names):
        raise BadRowError("it has no image")
    return names


def _said(turn: object, place: int) -> str:
    expected = SPEAKERS[place % 2]
    if not isinstance(turn, dict) or not isinstance(turn.get("value"), str):
        raise BadRowError(f"turn {place + 1} has no value")
    if turn.get("from") != expected:
        raise BadRowError(f"turn {place + 1} is from {expected}, got {shown(turn.get('from'))}")
    value: str = turn["value"]
    if expected == "gpt" and PICTURE in value:
        raise BadRowError(f"turn {place + 1}: an answer holds {PICTURE}")
    return value
