"""The rows of ViP-LLaVA-Instruct: six sources of their own form among plain conversations."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias, final

import numpy as np

from deixis.core.region import Region
from deixis.core.size import Size
from deixis.data import _asked
from deixis.data._coco import outlines
from deixis.data._conversation import Spoken, picture_names
from deixis.data._fields import (
    BadRowError,
    Record,
    box_of,
    field_of,
    id_of,
    list_of,
    shown,
    size_of,
    text_of,
)
from deixis.data._pictures import picture_in
from deixis.data._sample import Marking, RegionSample, Turn
from deixis.data._shapes import CAPTION, COUNTING, EIGHT, POINTING, RELATION, VCR
from deixis.data._vcr import names_of, vcr_question
from deixis.data._words import joined, literal
from deixis.data.llava import conversation
from deixis.data.vcr import objects_in

Draws: TypeAlias = np.random.Generator | None
PAIR = ("subject", "object")
FOUR = ("first", "second", "third", "fourth")
BOX = re.compile(r" ?<bbox(\d{0,4})>")


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What is asked of a row."""

    kind: str
    turns: tuple[Turn, ...]
    regions: Mapping[str, Region]
    size: Size | None = None


def vip_sample(row: Record, images: Path, name: str, generator: Draws) -> RegionSample:
    """The sample of a row, whatever its source."""
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


def _described(row: Record, images: Path, is_talk: bool, generator: Draws) -> Asked:
    found = dict(zip(("object",), _places(row, 1), strict=True))
    if is_talk:
        return Asked(kind="conversation", turns=_talk(row, ("object",)), regions=found)
    said = literal(text_of(row, "answer"))
    turn = _asked.description((said,), generator)
    return Asked(kind="description", turns=(turn,), regions=found)


def _related(row: Record, images: Path, is_talk: bool, generator: Draws) -> Asked:
    found = dict(zip(PAIR, _places(row, 2), strict=True))
    if is_talk:
        return Asked(kind="conversation", turns=_talk(row, PAIR), regions=found)
    turn = Turn(question=_asked.RELATED, answer=literal(text_of(row, "answer")))
    return Asked(kind="relation", turns=(turn,), regions=found)


def _reasoned(row: Record, images: Path, is_talk: bool, generator: Draws) -> Asked:
    name = text_of(row, "meta_dir").removeprefix("./").removeprefix("dataset/")
    meta = objects_in(images, name)
    asked = vcr_question(row, meta, names_of(row, "class_names"), generator)
    size = size_of(meta) if "width" in meta else None
    return Asked(kind="reasoning", turns=asked.turns, regions=asked.regions, size=size)


def _captioned(row: Record, images: Path, is_talk: bool, generator: Draws) -> Asked:
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
    turn = _asked.caption(BOX.sub(with_slots, words), BOX.sub("", words), tuple(found), generator)
    return Asked(kind="caption", turns=(turn,), regions=found)


def _pointed(row: Record, images: Path, is_talk: bool, generator: Draws) -> Asked:
    boxes = list_of(row, "bboxes")
    answer = field_of(row, "answer")
    if len(boxes) != len(FOUR) or answer not in boxes:
        raise BadRowError("four boxes are expected, one of them the answer")
    choices = [f"{{{slot}}}" for slot in FOUR]
    turn = _asked.choice(literal(text_of(row, "question")), choices, boxes.index(answer))
    found = dict(zip(FOUR, _boxes(boxes), strict=True))
    return Asked(kind="pointing", turns=(turn,), regions=found)


def _counted(row: Record, images: Path, is_talk: bool, generator: Draws) -> Asked:
    found = dict(zip(("object",), _places(row, 1), strict=True))
    answer = literal(id_of(row, "answer").strip())
    turn = _asked.counted(literal(text_of(row, "general_question")), answer)
    return Asked(kind="counting", turns=(turn,), regions=found)


def _talk(row: Record, slots: Sequence[str]) -> tuple[Turn, ...]:
    """A dialogue that GPT-4V wrote, its `<bbox>`s as slots."""

    def slot(mark: re.Match[str]) -> str:
        place = int(mark[1] or 0)
        if place >= len(slots):
            raise BadRowError(f"{mark[0].strip()} has no box among {len(slots)}")
        is_behind_a_word = mark[0].startswith(" ") and mark.start() > 0
        return f" ({{{slots[place]}}})" if is_behind_a_word else f"{{{slots[place]}}}"

    pairs = (tuple(BOX.sub(slot, literal(words)) for words in pair) for pair in Spoken(row).pairs)
    return tuple(Turn(question=asked, answer=told) for asked, told in pairs)


def _places(row: Record, count: int) -> list[Region]:
    """The outlines of a row's things, or their boxes."""
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
class _Form:
    """How the rows of a source are marked and asked."""

    marking: Marking
    ask: Callable[[Record, Path, bool, Draws], Asked]


FORMS: dict[str, _Form] = {
    "refcocog": _Form(marking=EIGHT, ask=_described),
    "vg_rel": _Form(marking=RELATION, ask=_related),
    "vcr": _Form(marking=VCR, ask=_reasoned),
    "flickr30k": _Form(marking=CAPTION, ask=_captioned),
    "v7w": _Form(marking=POINTING, ask=_pointed),
    "pointQA_twice": _Form(marking=COUNTING, ask=_counted),
}
