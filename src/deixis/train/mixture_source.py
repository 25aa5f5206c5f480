"""Conversations of a mixture of data sets, in an order that no number of workers changes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import final

import numpy as np
from typing_extensions import override

from deixis.core.errors import SampleError
from deixis.data.mixtures import Mixture, read_mixture
from deixis.train.conversations import ConversationSource, Told


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class MixedConversations(ConversationSource):
    """Endless: what comes at a position of the run is a function of its seed and that position.

    Of a row with several answers one is drawn. Rows are read when their turn comes; none before.
    """

    file: Path
    mixture: Mixture
    text_alone: bool = True  # rows without a picture are good
    bad: Mapping[int, str] = field(default_factory=dict)  # none is looked for before the run

    @property
    @override
    def num_examples(self) -> int | None:
        return None

    @property
    @override
    def num_an_epoch(self) -> int:
        return self.mixture.num_an_epoch

    @property
    @override
    def summary(self) -> str:
        parts = ", ".join(f"{part.num_an_epoch} of {part.name}" for part in self.mixture.parts)
        return f"{self.num_an_epoch} rows an epoch: {parts}"

    @override
    def told(self, index: int, generator: np.random.Generator) -> Told:
        place = self.mixture.at(index)
        dataset = self.mixture.parts[place.part].dataset
        sample = dataset.sample(place.index, generator)
        number = int(generator.integers(len(sample.turns)))
        row = dataset.row(place.index)
        is_seen = bool(sample.pictures) or (self.text_alone and not sample.regions)
        if not is_seen or not sample.turns[number].answer:
            what = "answer to learn" if is_seen else "image"
            raise SampleError(dataset=str(dataset.path), row=row, reason=f"it has no {what}")
        return Told(sample=sample, number=number, file=dataset.path, row=row)


def read_mixed(file: Path, *, seed: int, text_alone: bool = True) -> MixedConversations:
    """The conversations of a mixture's file."""
    mixture = read_mixture(file, seed=seed)
    return MixedConversations(file=file, mixture=mixture, text_alone=text_alone)
