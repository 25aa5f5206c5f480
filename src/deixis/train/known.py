"""Conversations with what is known of their pictures, looked at where examples are prepared."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import final

import numpy as np
from typing_extensions import override

from deixis.core.errors import DeixisError, SampleError, UsageError
from deixis.core.images import open_image
from deixis.knowledge.look import built
from deixis.knowledge.prompt import PromptConfig
from deixis.knowledge.sources import KnowledgeSource
from deixis.train.conversations import ConversationSource, OpenedTurn, Told

FORMS = ("none", "told", "drawn", "infused")


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class KnowledgeOptions:
    """What is known of the pictures, and how it reaches the model."""

    form: str = "none"  # none, told, drawn, infused
    sources: tuple[str, ...] = ()  # who looks: store:FOLDER, for what was extracted before
    prompt: PromptConfig = field(default_factory=PromptConfig)  # of infused
    start: str = ""  # folder of a prompt to go on from; empty: an untrained one
    lr: float | None = None  # the prompt's own highest rate; None: as all

    def __post_init__(self) -> None:
        if self.form not in FORMS:
            raise UsageError(f"a form of knowledge is one of {', '.join(FORMS)}, got {self.form!r}")
        if self.form == "none" and self.sources:
            raise UsageError("sources find knowledge: set knowledge.form to told, drawn or infused")
        if self.lr is not None and self.lr <= 0:
            raise UsageError(f"a rate is above 0, got {self.lr}")


@final
@dataclass(kw_only=True, eq=False)
class KnownConversations(ConversationSource):
    """The same answers, with notes on the first picture of each. Sources are loaded in the process
    that prepares examples, once.
    """

    source: ConversationSource
    names: tuple[str, ...]
    file: Path
    bad: Mapping[int, str]
    _looking: list[KnowledgeSource] | None = field(default=None, repr=False)

    def __getstate__(self) -> dict[str, object]:
        return {**self.__dict__, "_looking": None}

    @property
    @override
    def num_examples(self) -> int | None:
        return self.source.num_examples

    @property
    @override
    def num_an_epoch(self) -> int:
        return self.source.num_an_epoch

    @property
    @override
    def summary(self) -> str:
        return f"{self.source.summary}; with what {', '.join(self.names)} finds"

    @override
    def told(self, index: int, generator: np.random.Generator) -> Told:
        return self.source.told(index, generator)

    @override
    def example(self, index: int, generator: np.random.Generator) -> OpenedTurn:
        told = self.told(index, copy.deepcopy(generator))  # the example draws the same
        opened = self.source.example(index, generator)
        if not told.sample.pictures:
            return opened
        if self._looking is None:
            self._looking = built(self.names)
        try:  # before marks are drawn on it
            image = open_image(told.sample.pictures[0])
            notes = tuple(note for one in self._looking for note in one.look(image))
        except SampleError:
            raise
        except DeixisError as problem:
            raise SampleError(dataset=str(told.file), row=told.row, reason=str(problem)) from None
        return replace(opened, notes=notes)


def known(source: ConversationSource, names: tuple[str, ...]) -> KnownConversations:
    """The answers of a source with notes; the sources are looked for at once."""
    if not names:
        raise UsageError("who finds what is known? --set task.knowledge.sources=store:FOLDER")
    built(names)
    return KnownConversations(source=source, names=names, file=source.file, bad=source.bad)
