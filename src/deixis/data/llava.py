"""LLaVA's JSON: a list of rows (`.json`), or a row a line (`.jsonl`), and a folder of pictures."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, final

import numpy as np
from typing_extensions import override

from deixis.core.region import Region
from deixis.data._card import Card
from deixis.data._conversation import PICTURE, Spoken, picture_names
from deixis.data._dataset import RegionDataset
from deixis.data._fields import BadRowError, Record, name_of, record_of
from deixis.data._json_rows import JsonRows, rows_of
from deixis.data._pictures import first_there, folder_of_pictures, picture_in
from deixis.data._records import regions_of
from deixis.data._sample import Marking, RegionSample, Turn
from deixis.data._shapes import EIGHT
from deixis.data._splits import check_split
from deixis.data._words import slots_in


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Llava(RegionDataset):
    """A conversation for each row; `regions`, which are ours, give the regions of `{slot}`s.

    Rows without an `image` are about no picture. Where a row has no regions, braces in its words
    mean nothing.
    """

    card: ClassVar[Card] = Card(
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
    def open(cls, path: Path, *, images: Path | None = None, split: str | None = None) -> "Llava":
        if split is not None:
            check_split(split, ())
        usual = first_there(path.parent / "images", path.parent) or path.parent
        folder = folder_of_pictures(images or usual)
        return cls(path=path, images=folder, rows=rows_of(path))

    @override
    def __len__(self) -> int:
        return len(self.rows)

    @override
    def row(self, index: int) -> int:
        return int(self.rows.numbers[index])

    @override
    def read(self, index: int, generator: np.random.Generator | None) -> RegionSample:
        row = record_of(self.rows.row(index))
        return conversation(row, self.images, name_of(row, self.row(index)))


def conversation(row: Record, images: Path, name: str) -> RegionSample:
    """The sample of one row."""
    names = picture_names(row)
    pictures = tuple(picture_in(images, one) for one in names)
    spoken = Spoken(row)
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


def _check_slots(regions: dict[str, Region], spoken: Spoken) -> None:
    if not regions:
        return
    for words in (one for pair in spoken.pairs for one in pair):
        unknown = sorted(slots_in(words) - set(regions))
        if unknown:
            raise BadRowError(f"it has no region for {{{unknown[0]}}}")
