"""Visual7W's pointing questions: `dataset_v7w_pointing.json` and a folder of pictures."""

from array import array
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, final

import numpy as np
from jaxtyping import Float64, Int64
from typing_extensions import override

from deixis.core import region as regions
from deixis.core.errors import SampleError, UsageError
from deixis.core.ordering import shuffled
from deixis.core.region import Region
from deixis.data import vip_llava_questions as release_questions
from deixis.data.dataset import DatasetCard, NestedDataset, check_split, split_of
from deixis.data.question_text import literal
from deixis.data.reading.fields import (
    BadRowError,
    field_of,
    id_of,
    list_of,
    number,
    record_of,
    text_of,
    whole,
    whole_of,
)
from deixis.data.reading.json_rows import JsonRows, Nested, RowSpans, length_of
from deixis.data.reading.json_stream import JsonStream, json_stream
from deixis.data.reading.pictures import folder_of_pictures, found_file, picture_in
from deixis.data.sample import POINTING, Marking, RegionSample

SLOTS = ("first", "second", "third", "fourth")
SIDES = ("x", "y", "width", "height")


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Visual7W(NestedDataset):
    """Each row is a question that one of four regions answers.

    Their order is the same at every time, and each letter as likely; a generator shuffles them.
    """

    card: ClassVar[DatasetCard] = DatasetCard(
        title="Visual7W pointing",
        origin="http://ai.stanford.edu/~yukez/visual7w",
        licence="MIT (annotations); the pictures are Visual Genome's",
        pictures="47,300 of COCO (visual7w_images)",
        size="188,068 questions: 93,813 train, 36,990 val, 57,265 test",
        holds="four boxes for each question, one of them right",
        form="dataset_v7w_pointing.json",
    )
    marking: ClassVar[Marking] = POINTING
    path: Path
    images: Path
    rows: JsonRows
    nested: Nested
    keys: Int64[np.ndarray, " box"]  # sorted
    boxes: Float64[np.ndarray, "box 4"]  # left, top, width, height

    @classmethod
    @override
    def open(
        cls, path: Path, *, images: Path | None = None, split: str | None = None
    ) -> "Visual7W":
        file = found_file(path, "dataset_v7w_pointing.json", "dataset.json")
        found = _PointingCollector(file, split)
        with json_stream(file) as stream:
            for name in stream.members():
                found.take(name, stream)
        if split is not None:
            check_split(split, found.splits)
        for name in ("images", "boxes"):
            if name not in found.seen:
                raise UsageError(f"{file} is not Visual7W's pointing: it has no list {name!r}")
        order = np.argsort(np.array(found.keys, dtype=np.int64), kind="stable")
        return cls(
            path=file,
            images=folder_of_pictures(
                images, file.parent / "images", file.parent / "visual7w_images"
            ),
            rows=found.spans.rows(file),
            nested=Nested.of(found.lengths),
            keys=np.array(found.keys, dtype=np.int64)[order],
            boxes=np.array(found.boxes, dtype=np.float64).reshape(-1, 4)[order],
        )

    @override
    def row(self, index: int) -> str:
        row, place = self.nested.place(index)
        return f"image {int(self.rows.numbers[row])}, question {place + 1}"

    @override
    def read(self, index: int, generator: np.random.Generator | None) -> RegionSample:
        row, place = self.nested.place(index)
        picture = record_of(self.rows.row(row), "an image")
        pair = record_of(list_of(picture, "qa_pairs")[place], "a question")
        answer = whole_of(pair, "answer")
        others = [whole(key, "a choice") for key in list_of(pair, "multiple_choices")]
        keys = [answer, *others]
        if len(set(keys)) != len(SLOTS):
            raise BadRowError(f"four different choices are expected, got {keys}")
        order = _order(whole_of(pair, "qa_id"), generator)
        slots = tuple(f"{{{slot}}}" for slot in SLOTS)
        question = literal(text_of(pair, "question"))
        return RegionSample(
            dataset="visual7w",
            id=id_of(pair, "qa_id"),
            kind="pointing",
            pictures=(picture_in(self.images, text_of(picture, "filename")),),
            turns=(release_questions.choice(question, slots, order.index(0)),),
            regions={slot: self._box(keys[k]) for slot, k in zip(SLOTS, order, strict=True)},
            split=split_of(picture),
            marking=self.marking,
        )

    def _box(self, key: int) -> Region:
        at = int(np.searchsorted(self.keys, key))
        if at == self.keys.size or self.keys[at] != key:
            raise BadRowError(f"there is no box {key}")
        x, y, width, height = (float(side) for side in self.boxes[at])
        return regions.box_xywh(x, y, width, height)  # its name would tell the answer


def _order(key: int, generator: np.random.Generator | None) -> list[int]:
    if generator is None:
        return shuffled(range(4), 4, seed=abs(key), epoch=0)
    return [int(place) for place in generator.permutation(4)]


@final
class _PointingCollector:
    """The collector keeps what is found while the file is read."""

    def __init__(self, file: Path, split: str | None) -> None:
        self.file, self.split = file, split
        self.spans = RowSpans()
        self.lengths: list[int] = []
        self.keys, self.boxes = array("q"), array("d")
        self.splits: set[str | None] = set()
        self.seen: set[str] = set()

    def take(self, name: str, stream: JsonStream) -> None:
        """What stands behind a name is read."""
        if name not in ("images", "boxes") or not stream.opens_with("["):
            stream.value()
            return
        self.seen.add(name)
        for place, item in enumerate(stream.items(), start=1):
            if name == "boxes":
                self._box(item.value, place)
                continue
            split = split_of(item.value)
            self.splits.add(split)
            if self.split in (None, split):
                self.spans.add(item, place)
                self.lengths.append(length_of(item.value, "qa_pairs"))

    def _box(self, value: object, place: int) -> None:
        try:
            record = record_of(value, "a box")
            sides = [number(field_of(record, side), f"{side!r}") for side in SIDES]
            self.keys.append(whole_of(record, "box_id"))
        except BadRowError as problem:
            raise SampleError(
                dataset=str(self.file), row=f"box {place}", reason=str(problem)
            ) from None
        self.boxes.extend(sides)
