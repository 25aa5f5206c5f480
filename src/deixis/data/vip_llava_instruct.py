"""ViP-LLaVA-Instruct: the release's own JSON, whose ids say the source of each row."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar, TypeAlias, final

import numpy as np
from typing_extensions import override

from deixis.core.region import Region
from deixis.core.size import Size
from deixis.data import vip_llava_questions as release_questions
from deixis.data.dataset import DatasetCard, RowsDataset, check_split
from deixis.data.llava import LlavaTalk, conversation, picture_names
from deixis.data.question_text import joined, literal
from deixis.data.reading.coco import outlines
from deixis.data.reading.fields import (
    BadRowError,
    Record,
    box_of,
    field_of,
    id_of,
    list_of,
    name_of,
    record_of,
    shown,
    size_of,
    text_of,
)
from deixis.data.reading.json_rows import JsonRows, rows_of
from deixis.data.reading.pictures import folder_beside, picture_in
from deixis.data.sample import (
    CAPTION,
    COUNTING,
    EIGHT,
    POINTING,
    RELATION,
    VCR,
    Marking,
    RegionSample,
    Turn,
)
from deixis.data.vcr import names_of, objects_in, vcr_question

Draws: TypeAlias = np.random.Generator | None
PAIR = ("subject", "object")
FOUR = ("first", "second", "third", "fourth")
BOX = re.compile(r" ?<bbox(\d{0,4})>")


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class VipLlavaInstruct(RowsDataset):
    """A row of the mix is about regions where its id begins with one of six sources, else it is
    LLaVA's.

    Each sample has the shapes of its source.
    """

    card: ClassVar[DatasetCard] = DatasetCard(
        title="ViP-LLaVA-Instruct",
        origin="https://huggingface.co/datasets/mucai/ViP-LLaVA-Instruct",
        licence="README: CC BY-NC 4.0; its page: Apache-2.0 and OpenAI's terms. Non-commercial",
        pictures="COCO, Visual Genome, Flickr30k, VCR, Visual7W, and those of LLaVA-1.5",
        size="2.41 GB: 665K rows of LLaVA-1.5 and 520K about regions (stage 2); 26K (stage 3)",
        holds="boxes, outlines where the source has them, conversations by GPT-4V",
        form="vip-llava_stage2_mix.json, vip-llava_stage3_mix.json, v7w-test.json, vcr-val.json …",
    )
    marking: ClassVar[Marking] = EIGHT
    path: Path
    images: Path
    rows: JsonRows

    @classmethod
    @override
    def open(
        cls, path: Path, *, images: Path | None = None, split: str | None = None
    ) -> "VipLlavaInstruct":
        if split is not None:
            check_split(split, ())
        return cls(path=path, images=folder_beside(path, images), rows=rows_of(path))

    @override
    def read(self, index: int, generator: np.random.Generator | None) -> RegionSample:
        row = record_of(self.rows.row(index))
        return vip_sample(row, self.images, name_of(row, self.row(index)), generator)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class SourceQuestions:
    """A row of a source asks this."""

    kind: str
    turns: tuple[Turn, ...]
    regions: Mapping[str, Region]
    size: Size | None = None


def vip_sample(row: Record, images: Path, name: str, generator: Draws) -> RegionSample:
    """A row becomes a sample, whatever its source."""
    source, _, rest = name.partition("-")
    form = FORMS.get(source)
    if form is None:
        return replace(conversation(row, images, name), dataset="vip_llava_instruct")
    asked = form.ask(row, images, rest.partition("-")[0] == "gpt4v", generator)
    pictures = picture_names(row)
    if len(pictures) != 1:
        raise BadRowError(f"it has {len(pictures)} images, not one")
    return RegionSample(
        dataset="vip_llava_instruct",
        id=name,
        kind=asked.kind,
        pictures=(picture_in(images, pictures[0]),),
        turns=asked.turns,
        regions=asked.regions,
        size=asked.size,
        marking=form.marking,
    )


def _described(row: Record, images: Path, is_talk: bool, generator: Draws) -> SourceQuestions:
    found = dict(zip(("object",), _places(row, 1), strict=True))
    if is_talk:
        return SourceQuestions(kind="conversation", turns=_talk(row, ("object",)), regions=found)
    said = literal(text_of(row, "answer"))
    turn = release_questions.description((said,), generator)
    return SourceQuestions(kind="description", turns=(turn,), regions=found)


def _related(row: Record, images: Path, is_talk: bool, generator: Draws) -> SourceQuestions:
    found = dict(zip(PAIR, _places(row, 2), strict=True))
    if is_talk:
        return SourceQuestions(kind="conversation", turns=_talk(row, PAIR), regions=found)
    turn = Turn(question=release_questions.RELATED, answer=literal(text_of(row, "answer")))
    return SourceQuestions(kind="relation", turns=(turn,), regions=found)


def _reasoned(row: Record, images: Path, is_talk: bool, generator: Draws) -> SourceQuestions:
    name = text_of(row, "meta_dir").removeprefix("./").removeprefix("dataset/")
    meta = objects_in(images, name)
    asked = vcr_question(row, meta, names_of(row, "class_names"), generator)
    size = size_of(meta) if "width" in meta else None
    return SourceQuestions(kind="reasoning", turns=asked.turns, regions=asked.regions, size=size)


def _captioned(row: Record, images: Path, is_talk: bool, generator: Draws) -> SourceQuestions:
    groups = [_boxes(group) for group in list_of(row, "bbox")]
    slots: list[list[str]] = []
    found: dict[str, Region] = {}
    for group in groups:
        slots.append([f"thing_{len(found) + place + 1}" for place in range(len(group))])
        found.update(zip(slots[-1], group, strict=True))

    def with_slots(mark: re.Match[str]) -> str:
        place = int(mark[1] or 0)
        if place >= len(slots):
            raise BadRowError(f"{mark[0].strip()} has no boxes among {len(slots)} groups")
        return f" ({joined([f'{{{slot}}}' for slot in slots[place]])})"

    words = literal(text_of(row, "grounding"))
    turn = release_questions.caption(
        BOX.sub(with_slots, words), BOX.sub("", words), tuple(found), generator
    )
    return SourceQuestions(kind="caption", turns=(turn,), regions=found)


def _pointed(row: Record, images: Path, is_talk: bool, generator: Draws) -> SourceQuestions:
    boxes = list_of(row, "bboxes")
    answer = field_of(row, "answer")
    if len(boxes) != len(FOUR) or answer not in boxes:
        raise BadRowError("four boxes are expected, one of them the answer")
    choices = [f"{{{slot}}}" for slot in FOUR]
    turn = release_questions.choice(literal(text_of(row, "question")), choices, boxes.index(answer))
    found = dict(zip(FOUR, _boxes(boxes), strict=True))
    return SourceQuestions(kind="pointing", turns=(turn,), regions=found)


def _counted(row: Record, images: Path, is_talk: bool, generator: Draws) -> SourceQuestions:
    found = dict(zip(("object",), _places(row, 1), strict=True))
    answer = literal(id_of(row, "answer").strip())
    turn = release_questions.counted(literal(text_of(row, "general_question")), answer)
    return SourceQuestions(kind="counting", turns=(turn,), regions=found)


def _talk(row: Record, slots: Sequence[str]) -> tuple[Turn, ...]:
    """GPT-4V wrote the dialogue; its `<bbox>`s become slots."""

    def slot(mark: re.Match[str]) -> str:
        place = int(mark[1] or 0)
        if place >= len(slots):
            raise BadRowError(f"{mark[0].strip()} has no box among {len(slots)}")
        is_behind_a_word = mark[0].startswith(" ") and mark.start() > 0
        return f" ({{{slots[place]}}})" if is_behind_a_word else f"{{{slots[place]}}}"

    pairs = (
        tuple(BOX.sub(slot, literal(words)) for words in pair) for pair in LlavaTalk(row).pairs
    )
    return tuple(Turn(question=asked, answer=told) for asked, told in pairs)


def _places(row: Record, count: int) -> list[Region]:
    """A row's things have outlines, or boxes."""
    boxes = list_of(row, "bboxes")
    if len(boxes) != count:
        raise BadRowError(f"'bboxes' are {count}, got {len(boxes)}")
    shapes = row.get("segmentations") or [None] * count
    if not isinstance(shapes, list) or len(shapes) != count:
        raise BadRowError(f"'segmentations' are {count}, got {shown(shapes)}")
    return [_place(box, shape) for box, shape in zip(boxes, shapes, strict=True)]


def _place(box: object, shape: object) -> Region:
    found = outlines(shape) if isinstance(shape, list) else None
    return box_of(box, "a box") if found is None else Region(shape=found)


def _boxes(group: object) -> list[Region]:
    if not isinstance(group, list) or not group:
        raise BadRowError(f"boxes are a list, got {shown(group)}")
    return [box_of(box) for box in group]


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class _SourceForm:
    """The rows of a source are marked and asked so."""

    marking: Marking
    ask: Callable[[Record, Path, bool, Draws], SourceQuestions]


FORMS: dict[str, _SourceForm] = {
    "refcocog": _SourceForm(marking=EIGHT, ask=_described),
    "vg_rel": _SourceForm(marking=RELATION, ask=_related),
    "vcr": _SourceForm(marking=VCR, ask=_reasoned),
    "flickr30k": _SourceForm(marking=CAPTION, ask=_captioned),
    "v7w": _SourceForm(marking=POINTING, ask=_pointed),
    "pointQA_twice": _SourceForm(marking=COUNTING, ask=_counted),
}
