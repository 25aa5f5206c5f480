"""VCR's questions: words mixed with lists of objects, four choices, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import final

import numpy as np

from deixis.core.region import Region
from deixis.core.shapes import Polygon
from deixis.data import _asked
from deixis.data._fields import (
    BadRowError,
    Record,
    box_of,
    field_of,
    list_of,
    paired_ring,
    place_of,
    shown,
    text_of,
    whole,
)
from deixis.data._sample import Turn
from deixis.data._words import detokenized, joined, literal, slot_name, slots_in


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class VcrQuestion:
    """The two turns of a row, and the regions that they speak of."""

    turns: tuple[Turn, ...]
    regions: Mapping[str, Region]


def vcr_question(
    row: Record, meta: Record, names: Sequence[str], generator: np.random.Generator | None
) -> VcrQuestion:
    """What is asked of a row. `names` are its objects' classes, `meta` has their places."""
    slots = [f"{slot_name(name)}{place}" for place, name in enumerate(names, start=1)]
    question = _spoken(field_of(row, "question"), slots)
    answers = _choices(row, "answer_choices", slots)
    reasons = _choices(row, "rationale_choices", slots)
    answer = _label(row, "answer_label", answers)
    reason = _label(row, "rationale_label", reasons)
    why = _asked.picked(_asked.ASKED_WHY, generator)
    first = _turn(question, answers, answer, generator)
    second = _turn(why, reasons, reason, generator)
    said: set[str] = set()
    for turn in (first, second):
        said |= slots_in(turn.question) | slots_in(turn.answer)
    places = {slot: place for place, slot in enumerate(slots) if slot in said}
    regions = {slot: vcr_region(meta, place, label=names[place]) for slot, place in places.items()}
    return VcrQuestion(turns=(first, second), regions=regions)


def vcr_region(meta: Record, place: int, *, label: str) -> Region:
    """An object's outline, or its box where it has none."""
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
    """The classes of a row's objects."""
    names = list_of(record, key)
    if not all(isinstance(name, str) for name in names):
        raise BadRowError(f"{key!r} are names, got {shown(names)}")
    return names


def text_or_tokens(row: Record, key: str) -> str:
    """Words that are written as one text or taken apart."""
    value = field_of(row, key)
    return text_of(row, key) if isinstance(value, str) else _spoken(value, [])


def _turn(
    question: str, choices: Sequence[str], right: int | None, generator: np.random.Generator | None
) -> Turn:
    if right is None:
        return _asked.choice(question, choices, None)
    return _asked.chosen_or_said(question, choices, right, generator)


def _label(row: Record, key: str, choices: Sequence[str]) -> int | None:
    """The right one; None in the test split, which does not tell."""
    return place_of(row, key, len(choices)) if key in row else None


def _choices(row: Record, key: str, slots: Sequence[str]) -> list[str]:
    choices = [_spoken(choice, slots) for choice in list_of(row, key)]
    if len(choices) != 4:
        raise BadRowError(f"{key!r} are four, got {len(choices)}")
    return choices


def _spoken(tokens: object, slots: Sequence[str]) -> str:
    """Words and lists of objects as text with slots."""
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
