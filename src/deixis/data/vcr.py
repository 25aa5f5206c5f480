"""VCR: `train.jsonl`, `val.jsonl`, `test.jsonl`; beside each picture a JSON of its objects."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, final

import numpy as np
from typing_extensions import override

from deixis.core.errors import SampleError, UsageError
from deixis.data._card import Card
from deixis.data._dataset import RegionDataset
from deixis.data._fields import BadRowError, Record, id_of, record_of, size_of, text_of
from deixis.data._json_rows import JsonRows, rows_of
from deixis.data._json_stream import small_json
from deixis.data._pictures import first_there, folder_of_pictures, found_file, picture_in
from deixis.data._sample import Marking, RegionSample
from deixis.data._shapes import VCR
from deixis.data._vcr import names_of, vcr_question


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Vcr(RegionDataset):
    """A question for each row: four answers, then four reasons why."""

    card: ClassVar[Card] = Card(
        title="Visual Commonsense Reasoning",
        origin="https://visualcommonsense.com",
        licence="its own: non-commercial research, by agreement",
        pictures="110,000 stills of films (vcr1images)",
        size="212,923 rows (train), 26,534 (val), 25,263 (test, without answers)",
        holds="outlines and classes of objects, four answers, four reasons",
        form="the folder vcr1annots, or one of its .jsonl; pictures in vcr1images beside it",
    )
    marking: ClassVar[Marking] = VCR
    path: Path
    images: Path
    rows: JsonRows
    split: str

    @classmethod
    @override
    def open(cls, path: Path, *, images: Path | None = None, split: str | None = None) -> "Vcr":
        file = found_file(path, f"{split or 'val'}.jsonl")
        usual = first_there(file.parent / "vcr1images", file.parent.parent / "vcr1images")
        folder = folder_of_pictures(images or usual or file.parent / "vcr1images")
        return cls(path=file, images=folder, rows=rows_of(file), split=file.stem)

    @override
    def __len__(self) -> int:
        return len(self.rows)

    @override
    def row(self, index: int) -> int:
        return int(self.rows.numbers[index])

    @override
    def read(self, index: int, generator: np.random.Generator | None) -> RegionSample:
        row = record_of(self.rows.row(index))
        meta = objects_in(self.images, text_of(row, "metadata_fn"))
        asked = vcr_question(row, meta, names_of(row, "objects"), generator)
        return RegionSample(
            dataset="vcr",
            id=id_of(row, "annot_id"),
            kind="reasoning",
            pictures=(picture_in(self.images, text_of(row, "img_fn")),),
            turns=asked.turns,
            regions=asked.regions,
            split=self.split,
            size=size_of(meta),
            marking=self.marking,
        )


def objects_in(folder: Path, name: str) -> Record:
    """The objects of a picture, from the JSON beside it."""
    try:
        return record_of(small_json(picture_in(folder, name)), "the file of objects")
    except (UsageError, SampleError) as error:
        raise BadRowError(str(error)) from None
