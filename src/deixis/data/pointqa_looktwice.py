"""PointQA-LookTwice: `looktwiceqa_dataset.json`, lists of its splits, Visual Genome pictures."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, final

import numpy as np
from typing_extensions import override

from deixis.core.errors import UsageError
from deixis.data import vip_llava_questions as release_questions
from deixis.data.dataset import DatasetCard, NestedDataset, check_split
from deixis.data.question_text import literal
from deixis.data.reading.fields import (
    BadRowError,
    Record,
    box_at,
    field_of,
    id_of,
    is_count,
    record_of,
    shown,
    text_of,
    whole_of,
)
from deixis.data.reading.json_rows import JsonRows, Nested, RowSpans
from deixis.data.reading.json_stream import json_stream, small_json
from deixis.data.reading.pictures import folder_of_pictures, found_file
from deixis.data.sample import COUNTING, Marking, RegionSample
from deixis.data.visual_genome import genome_picture

SPLITS = ("train", "val", "test")
QUESTIONS = ("general_question", "pt_question")
ANSWERS = ("ans", "answer")


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class PointQaLookTwice(NestedDataset):
    """One thing is pointed out, and asked is how many of its kind there are: the general
    question.
    """

    card: ClassVar[DatasetCard] = DatasetCard(
        title="PointQA LookTwice-QA",
        origin="https://github.com/princetonvisualai/pointingqa",
        licence="none is stated; the pictures are Visual Genome's",
        pictures="Visual Genome",
        size="57,405 questions: 40,409 train, 5,673 val, 11,323 test",
        holds="a box and a point for each question, counts from 1",
        form="Datasets/LookTwiceQA: looktwiceqa_dataset.json and looktwiceqa_test_imgs.json …",
    )
    marking: ClassVar[Marking] = COUNTING
    path: Path
    images: Path
    rows: JsonRows
    nested: Nested
    split: str | None

    @classmethod
    @override
    def open(
        cls, path: Path, *, images: Path | None = None, split: str | None = None
    ) -> "PointQaLookTwice":
        file = found_file(path, "looktwiceqa_dataset.json")
        kept = _pictures_of(file.parent, split)
        spans, lengths, place = RowSpans(), [], 0
        with json_stream(file) as stream:
            for key in stream.members():
                item = stream.value()
                place += 1
                if kept is None or key in kept:
                    spans.add(item, place)
                    lengths.append(len(item.value) if isinstance(item.value, list) else 1)
        return cls(
            path=file,
            images=folder_of_pictures(images, file.parent),
            rows=spans.rows(file),
            nested=Nested.of(lengths),
            split=split,
        )

    @override
    def row(self, index: int) -> str:
        row, place = self.nested.place(index)
        return f"image {int(self.rows.numbers[row])}, question {place + 1}"

    @override
    def read(self, index: int, generator: np.random.Generator | None) -> RegionSample:
        row, place = self.nested.place(index)
        listed = self.rows.row(row)
        if not isinstance(listed, list):
            raise BadRowError("a picture has a list of questions")
        asked = record_of(listed[place], "a question")
        key = whole_of(_with_number(asked), "id")
        answer = id_of(asked, _first(asked, ANSWERS)).strip()
        if not is_count(answer):
            raise BadRowError(f"the answer is a count, got {shown(answer)}")
        question = literal(text_of(asked, _first(asked, QUESTIONS)))
        return RegionSample(
            dataset="pointqa_looktwice",
            id=f"{key}/{place + 1}",
            kind="counting",
            pictures=(genome_picture(self.images, key),),
            turns=(release_questions.counted(question, answer),),
            regions={"object": box_at(record_of(field_of(asked, "bbox")), keys="x y w h")},
            split=self.split,
            marking=self.marking,
        )


def _pictures_of(folder: Path, split: str | None) -> set[str] | None:
    if split is None:
        return None
    check_split(split, SPLITS)
    file = folder / f"looktwiceqa_{split}_imgs.json"
    listed = small_json(file)
    if not isinstance(listed, list):
        raise UsageError(f"{file} is a list of pictures, got a {type(listed).__name__}")
    return {key if isinstance(key, str) else shown(key) for key in listed}


def _first(record: Record, names: tuple[str, ...]) -> str:
    """The record has one of these names first; else the first of all, to be missed by its name."""
    return next((name for name in names if name in record), names[0])


def _with_number(record: Record) -> Record:
    """Ids are numbers, here and there written as text."""
    key = record.get("id")
    return {**record, "id": int(key)} if isinstance(key, str) and is_count(key) else record
