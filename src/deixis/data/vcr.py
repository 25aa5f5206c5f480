"""VCR: `train.jsonl`, `val.jsonl`, `test.jsonl`; beside each picture a JSON of its objects."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, final

import numpy as np
from typing_extensions import override

from deixis.core.errors import SampleError, UsageError
from deixis.core.region import Region
from deixis.core.shapes import Polygon
from deixis.data import vip_llava_questions as release_questions
from deixis.data.dataset import DatasetCard, RowsDataset
from deixis.data.question_text import detokenized, joined, literal, slot_name, slots_in
from deixis.data.reading.fields import (
    BadRowError,
    Record,
    box_of,
    field_of,
    id_of,
    list_of,
    paired_ring,
    place_of,
    record_of,
    shown,
    size_of,
    text_of,
    whole,
)
from deixis.data.reading.json_rows import JsonRows, rows_of
from deixis.data.reading.json_stream import small_json
from deixis.data.reading.pictures import folder_of_pictures, found_file, picture_in
from deixis.data.sample import VCR, Marking, RegionSample, Turn


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class VcrDataset(RowsDataset):
    """Each row is a question: four answers, then four reasons why."""

    card: ClassVar[DatasetCard] = DatasetCard(
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
    def open(
        cls, path: Path, *, images: Path | None = None, split: str | None = None
    ) -> "VcrDataset":
        file = found_file(path, f"{split or 'val'}.jsonl")
        beside, above = file.parent / "vcr1images", file.parent.parent / "vcr1images"
        folder = folder_of_pictures(images, beside, above)
        return cls(path=file, images=folder, rows=rows_of(file), split=file.stem)

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
    """A picture's objects are in the JSON beside it."""
    try:
        return record_of(small_json(picture_in(folder, name)), "the file of objects")
    except (UsageError, SampleError) as error:
        raise BadRowError(str(error)) from None


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class VcrQuestion:
    """A row has two turns, which speak of these regions."""

    turns: tuple[Turn, ...]
    regions: Mapping[str, Region]


def vcr_question(
    row: Record, meta: Record, names: Sequence[str], generator: np.random.Generator | None
) -> VcrQuestion:
    """A row asks this. `names` are its objects' classes, `meta` has their places."""
    slots = [f"{slot_name(name)}{place}" for place, name in enumerate(names, start=1)]
    question = _spoken(field_of(row, "question"), slots)
    answers = _choices(row, "answer_choices", slots)
    reasons = _choices(row, "rationale_choices", slots)
    answer = _label(row, "answer_label", answers)
    reason = _label(row, "rationale_label", reasons)
    why = release_questions.picked(release_questions.ASKED_WHY, generator)
    first = _turn(question, answers, answer, generator)
    second = _turn(why, reasons, reason, generator)
    said: set[str] = set()
    for turn in (first, second):
        said |= slots_in(turn.question) | slots_in(turn.answer)
    places = {slot: place for place, slot in enumerate(slots) if slot in said}
    regions = {slot: vcr_region(meta, place, label=names[place]) for slot, place in places.items()}
    return VcrQuestion(turns=(first, second), regions=regions)


def vcr_region(meta: Record, place: int, *, label: str) -> Region:
    """An object's region is its outline, or its box where it has none."""
    boxes, outlines = list_of(meta, "boxes"), list_of(meta, "segms")
    if place >= len(boxes):
        raise BadRowError(f"object {place} has no box among {len(boxes)}")
    parts = outlines[place] if place < len(outlines) and isinstance(outlines[place], list) else []
    rings = tuple(paired_ring(part) for part in parts if isinstance(part, list) and len(part) >= 3)
    if rings:
        return Region(shape=Polygon(rings=rings), label=label)
    box = boxes[place]
    return box_of(box[:4] if isinstance(box, list) else box, label=label)


def names_of(record: Record, key: str) -> list[str]:
    """A row's objects are of these classes."""
    names = list_of(record, key)
    if not all(isinstance(name, str) for name in names):
        raise BadRowError(f"{key!r} are names, got {shown(names)}")
    return names


def _turn(
    question: str, choices: Sequence[str], right: int | None, generator: np.random.Generator | None
) -> Turn:
    if right is None:
        return release_questions.choice(question, choices, None)
    return release_questions.chosen_or_said(question, choices, right, generator)


def _label(row: Record, key: str, choices: Sequence[str]) -> int | None:
    """The right choice is named; None in the test split, which does not tell."""
    return place_of(row, key, len(choices)) if key in row else None


def _choices(row: Record, key: str, slots: Sequence[str]) -> list[str]:
    choices = [_spoken(choice, slots) for choice in list_of(row, key)]
    if len(choices) != 4:
        raise BadRowError(f"{key!r} are four, got {len(choices)}")
    return choices


def _spoken(tokens: object, slots: Sequence[str]) -> str:
    """Words and lists of objects become text with slots."""
    if not isinstance(tokens, list) or not tokens:
        raise BadRowError(f"a question is a list of words and objects, got {shown(tokens)}")
    return detokenized([_token(token, slots) for token in tokens])


def _token(token: object, slots: Sequence[str]) -> str:
    if isinstance(token, str):
        return literal(token)
    if not isinstance(token, list) or not token:
        raise BadRowError(f"a word or a list of objects is expected, got {shown(token)}")
    places = [whole(one, "an object") for one in token]
    if min(places) < 0 or max(places) >= len(slots):
        raise BadRowError(f"objects are within 0..{len(slots) - 1}, got {places}")
    return joined([f"{{{slots[place]}}}" for place in places])
