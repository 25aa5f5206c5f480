"""Scenes with questions and with notes on what they show, for tuning with knowledge."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import final

import numpy as np
from typing_extensions import override

from deixis.core.errors import SampleError, UnsupportedError
from deixis.core.image import Image
from deixis.core.portable_rng import Draws
from deixis.knowledge.note_corruption import NoteCorruption, harmed
from deixis.train.conversations import ConversationSource, LearnedTurn, OpenedTurn, Told
from deixis.train.source import Source
from deixis_lab.things.world import SOURCE
from deixis_lab.zoo.training.asked_things import AskedThings
from deixis_lab.zoo.training.labels import NAMES

HARM = 7  # what draws are for
TRIES = 20  # of questions about a picture


@final
@dataclass(frozen=True, kw_only=True)
class KnownScenes(ConversationSource):
    """Endless marked scenes with notes from the truth after some harm; an example is one question
    about one of them.
    """

    asked: AskedThings
    harm: NoteCorruption = field(default_factory=NoteCorruption)
    file: Path = Path(SOURCE)
    bad: Mapping[int, str] = field(default_factory=dict)

    @property
    @override
    def num_examples(self) -> int | None:
        return None

    @property
    @override
    def num_an_epoch(self) -> int:
        raise UnsupportedError("scenes are endless: say how many steps")

    @property
    @override
    def summary(self) -> str:
        return "endless scenes"

    @override
    def told(self, index: int, generator: np.random.Generator) -> Told:
        raise UnsupportedError("scenes are drawn, no data set tells of them")

    @override
    def example(self, index: int, generator: np.random.Generator) -> OpenedTurn:
        return self.turns(index, generator)[0]

    def turns(self, index: int, generator: np.random.Generator) -> tuple[OpenedTurn, ...]:
        """All questions about a picture, in any order."""
        for _ in range(TRIES):
            shown = self.asked.example(index, generator)
            if shown.asked:
                break
        else:
            raise SampleError(dataset=SOURCE, row=index, reason="nothing can be asked about it")
        scene = self.asked.world.scene(index)
        notes = harmed(
            scene.regions,
            scene.image.size,
            self.harm,
            Draws(self.asked.world.seed, index, HARM),
            labels=NAMES,
        )
        image = Image(pixels=shown.pixels, source=scene.image.source)
        return tuple(
            OpenedTurn(
                turn=LearnedTurn(row=index, pictures=(), question=one.text, answer=one.answer),
                images=(image,),
                notes=(tuple(notes),),
                kind=one.kind,
            )
            for one in shown.asked
        )


@final
@dataclass(frozen=True, kw_only=True)
class ManyAsked(Source):
    """The same scenes, up to so many questions of each."""

    scenes: KnownScenes
    most: int

    @property
    @override
    def num_examples(self) -> int | None:
        return self.scenes.num_examples

    @override
    def example(self, index: int, generator: np.random.Generator) -> tuple[OpenedTurn, ...]:
        return self.scenes.turns(index, generator)[: self.most]
