"""Conversations about marks: regions drawn on the picture when their row is used, and spoken of.

A marked sample is a function of its row, the profile and the generator alone: nothing is stored,
and every epoch has marks of its own.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import final

import numpy as np
from typing_extensions import override

from deixis.core.errors import ImageError, RegionError, SampleError, UsageError
from deixis.core.image import Image
from deixis.core.portable_rng import Draws
from deixis.core.size import Size
from deixis.data import RegionSample, Turn
from deixis.marks import Mark, color_of, draw
from deixis.marks.sample import Chance, draws_from, sample_marks
from deixis.train.conversations import (
    ConversationSource,
    ConversationsOver,
    OpenedTurn,
    Told,
    spoken_turn,
)

SLOT = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
BEGINNING = re.compile(r"(?:^|\n|[.?!]\s)\Z")  # of a sentence


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class MarkedSample:
    """A sample with its marks by slot, the picture with them, and turns that speak of them."""

    sample: RegionSample
    image: Image
    unmarked: Image
    marks: Mapping[str, Mark]
    turns: tuple[Turn, ...]


def mark_sample(
    sample: RegionSample, generator: np.random.Generator, *, profile: Chance = "release"
) -> MarkedSample:
    """Draw a mark for each of a sample's regions, in the shapes that its source allows."""
    image = sample.image()
    marks = _marks(sample, image.size, draws_from(generator), profile)
    phrases = {slot: _phrase(sample, slot, mark) for slot, mark in marks.items()}
    return MarkedSample(
        sample=sample,
        image=draw(image, list(marks.values())) if marks else image,
        unmarked=image,
        marks=marks,
        turns=tuple(_spoken(turn, phrases) for turn in sample.turns),
    )


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class MarkedConversations(ConversationsOver):
    """The same answers with marks instead of regions."""

    source: ConversationSource
    file: Path
    profile: Chance = "release"
    bad: Mapping[int, str] = field(default_factory=dict)

    @property
    @override
    def summary(self) -> str:
        return f"{self.source.summary}; marked as in the {self.profile}"

    @override
    def opened(self, told: Told, generator: np.random.Generator) -> OpenedTurn:
        # two pictures for each example of a batch would need fresh memory for each
        return self._opened(told, generator, keeps_unmarked=False)

    @override
    def seen(self, told: Told, generator: np.random.Generator) -> OpenedTurn:
        return self._opened(told, generator, keeps_unmarked=True)

    def _opened(
        self, told: Told, generator: np.random.Generator, *, keeps_unmarked: bool
    ) -> OpenedTurn:
        if len(told.sample.pictures) != 1 and not told.sample.regions:
            return self.source.opened(told, generator)
        try:
            marked = mark_sample(_up_to(told), generator, profile=self.profile)
        except (ImageError, RegionError, UsageError) as error:
            raise SampleError(dataset=str(told.file), row=told.row, reason=str(error)) from None
        return OpenedTurn(
            turn=spoken_turn(marked.turns, told.number, told.sample.pictures, row=told.row),
            images=(marked.image,),
            unmarked=marked.unmarked if keeps_unmarked else None,
        )


def marked(source: ConversationSource, *, profile: Chance = "release") -> MarkedConversations:
    """The answers of a source, their regions drawn."""
    return MarkedConversations(source=source, file=source.file, profile=profile, bad=source.bad)


def _up_to(told: Told) -> RegionSample:
    """The sample up to its turn: what later ones speak of is not drawn for earlier ones."""
    sample = told.sample
    turns = sample.turns[: told.number + 1]
    slots = {slot for turn in turns for slot in sample.regions_of(turn)}
    if len(turns) == len(sample.turns) and len(slots) == len(sample.regions):
        return sample
    regions = {slot: one for slot, one in sample.regions.items() if slot in slots}
    return replace(sample, turns=turns, regions=regions)


def _marks(sample: RegionSample, size: Size, draws: Draws, profile: Chance) -> dict[str, Mark]:
    if not sample.regions:
        return {}
    marking = sample.marking
    regions = [region.within(size) for region in sample.regions.values()]
    marks = sample_marks(regions, draws, profile=profile, kinds=marking.shapes)
    if marking.is_constant:
        marks = tuple(replace(mark, style=replace(mark.style, width=None)) for mark in marks)
    if marking.colour is not None and len(marks) == 1:
        colour = color_of(marking.colour)
        marks = tuple(replace(mark, style=replace(mark.style, color=colour)) for mark in marks)
    return dict(zip(sample.regions, marks, strict=True))


def _phrase(sample: RegionSample, slot: str, mark: Mark) -> str:
    """The words that stand for a region: "the person within the red rectangle"."""
    return f"the {sample.regions[slot].label or 'object'} {mark.phrase}"


def _spoken(turn: Turn, phrases: Mapping[str, str]) -> Turn:
    """A turn whose slots are words; the same where it has none."""
    if not phrases:
        return turn
    question, answer, *more = (
        _filled(text, phrases)
        for text in (turn.question, turn.answer, *turn.choices, *turn.references)
    )
    choices = tuple(more[: len(turn.choices)])
    references = tuple(more[len(turn.choices) :])
    return replace(turn, question=question, answer=answer, choices=choices, references=references)


def _filled(text: str, phrases: Mapping[str, str]) -> str:
    if "{" not in text:
        return text

    def phrase(slot: re.Match[str]) -> str:
        words = phrases.get(slot[1], slot[0])
        begins = BEGINNING.search(text[: slot.start()]) is not None
        return words[0].upper() + words[1:] if begins else words

    return SLOT.sub(phrase, text)
