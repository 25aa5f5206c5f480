"""Notes made worse on purpose: what a poor source would have given, for asking what that costs."""

import string
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import final

import numpy as np

from deixis.core.errors import RegionError, UsageError
from deixis.core.mask import Mask
from deixis.core.portable_rng import Draws
from deixis.core.region import Region
from deixis.core.size import Size

LETTERS = string.ascii_uppercase
SURE, UNSURE = (0.5, 1.0), (0.3, 0.8)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class NoteCorruption:
    """What is done to notes; nothing by default. Shares are of the notes, in per cent."""

    stored_name = "Harm"

    dropped: int = 0  # are missing altogether
    mislabelled: int = 0  # have another label, one of those that the caller gives
    misread: int = 0  # of the letters of texts, not of the notes, are others
    shifted: int = 0  # pixels that every shape is moved by, each to a side of its own
    eroded: int = 0  # pixels that masks lose at their border
    boxed: bool = False  # shapes are known by their boxes alone
    things: bool = True  # labels are kept
    texts: bool = True  # texts are kept
    scored: bool = False  # each gets a score: of right ones 0.5 to 1, of wrong ones 0.3 to 0.8
    least_score: float = 0.0  # notes of which the source is less sure are left out

    def __post_init__(self) -> None:
        for name in ("dropped", "mislabelled", "misread"):
            if not 0 <= getattr(self, name) <= 100:
                raise UsageError(f"{name} is within 0..100, got {getattr(self, name)}")
        if self.shifted < 0 or self.eroded < 0:
            raise UsageError(f"pixels are ≥ 0, got {self.shifted}, {self.eroded}")


def harmed(
    notes: Sequence[Region],
    size: Size,
    harm: NoteCorruption,
    draws: Draws,
    *,
    labels: Sequence[str] = (),
) -> list[Region]:
    """The notes as a worse source would have found them; `labels` are what wrong ones are."""
    found: list[Region] = []
    for note in notes:
        gone = draws.chance(harm.dropped)
        place = _placed(_said(note, harm, draws, labels), size, harm, draws)
        if place is not None and harm.scored:
            place = _scored(place, note, draws)
        if gone or place is None or not (place.label or place.text):
            continue  # draws are used up, whatever is kept
        if place.score is None or place.score >= harm.least_score:
            found.append(place)
    return found


def _said(note: Region, harm: NoteCorruption, draws: Draws, labels: Sequence[str]) -> Region:
    label, text = note.label, note.text
    if draws.chance(harm.mislabelled) and label is not None:
        others = [one for one in labels if one != label]
        label = draws.pick(others) if others else label
    if text is not None:
        text = "".join(
            draws.pick(LETTERS) if draws.chance(harm.misread) and one.isalpha() else one
            for one in text
        )
    return replace(note, label=label if harm.things else None, text=text if harm.texts else None)


def _scored(found: Region, note: Region, draws: Draws) -> Region:
    """With a score that tells, not surely, whether its words are those of the true note."""
    is_right = found.label in (None, note.label) and found.text in (None, note.text)
    return replace(found, score=draws.uniform(*(SURE if is_right else UNSURE)))


def _placed(note: Region, size: Size, harm: NoteCorruption, draws: Draws) -> Region | None:
    """The note where it is thought to be; None where nothing of it is left."""
    across, down = (harm.shifted * (draws.between(0, 1) * 2 - 1) for _ in range(2))
    if not (harm.shifted or harm.eroded or harm.boxed):
        return note
    inside = note.mask(size).to_array()
    for _ in range(harm.eroded):
        inside = _eroded(inside)
    if harm.shifted:
        inside = _shifted(inside, across, down)
    try:
        mask = Mask.from_array(inside)
    except RegionError:
        return None
    return replace(note, shape=mask.box() if harm.boxed else mask)


def _eroded(inside: np.ndarray) -> np.ndarray:
    """Without the pixels that have a neighbour outside; what lies beyond the picture is inside."""
    padded = np.pad(inside, 1, constant_values=True)
    kept = inside.copy()
    for rows, columns in ((0, 1), (2, 1), (1, 0), (1, 2)):
        kept &= padded[rows : rows + inside.shape[0], columns : columns + inside.shape[1]]
    return kept


def _shifted(inside: np.ndarray, across: int, down: int) -> np.ndarray:
    height, width = inside.shape
    moved = np.zeros_like(inside)
    if abs(across) >= width or abs(down) >= height:
        return moved
    moved[max(down, 0) : height + min(down, 0), max(across, 0) : width + min(across, 0)] = inside[
        max(-down, 0) : height + min(-down, 0), max(-across, 0) : width + min(-across, 0)
    ]
    return moved
