"""Conversations with what is known of their pictures, looked at where examples are prepared."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import final

import numpy as np
from typing_extensions import override

from deixis.ask.knowledge_forms import FORMS as KNOWN_FORMS
from deixis.core.errors import DeixisError, SampleError, UsageError
from deixis.knowledge.prompt import PromptConfig
from deixis.sources import Looking, SourceOptions
from deixis.train.conversations import ConversationSource, ConversationsOver, OpenedTurn, Told

FORMS = ("none", *KNOWN_FORMS)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class KnowledgeOptions:
    """What is known of the pictures, and how it reaches the model."""

    stored_name = "KnowledgeOptions"

    form: str = "none"  # none, infused, told, drawn
    sources: tuple[str, ...] = ()  # who looks: store:FOLDER, for what was extracted before
    looking: SourceOptions = field(default_factory=SourceOptions)  # what is asked of them
    prompt: PromptConfig = field(default_factory=PromptConfig)  # of infused
    start: str = ""  # folder of a prompt to go on from; empty: an untrained one
    lr: float | None = None  # the prompt's own highest rate; None: as all
    seed: int = 0  # of an untrained prompt's weights

    def __post_init__(self) -> None:
        if self.form not in FORMS:
            raise UsageError(f"a form of knowledge is one of {', '.join(FORMS)}, got {self.form!r}")
        if self.form == "none" and (self.sources or self.looking.given):
            raise UsageError("sources find knowledge: set knowledge.form to told, drawn or infused")
        if self.lr is not None and self.lr <= 0:
            raise UsageError(f"a rate is above 0, got {self.lr}")


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class KnownConversations(ConversationsOver):
    """The same answers, with notes on each of their pictures."""

    source: ConversationSource
    looking: Looking
    file: Path
    bad: Mapping[int, str]

    @property
    @override
    def summary(self) -> str:
        names = ", ".join(map(str, self.looking.names))
        return f"{self.source.summary}; with what {names} finds"

    @override
    def opened(self, told: Told, generator: np.random.Generator) -> OpenedTurn:
        opened = self.source.seen(told, generator)
        if not opened.images:
            return opened
        first, *others = opened.images
        try:  # before marks were drawn on it
            shown = (opened.unmarked or first, *others)
            notes = tuple(tuple(self.looking(image)) for image in shown)
        except SampleError:
            raise
        except DeixisError as problem:
            raise SampleError(dataset=str(told.file), row=told.row, reason=str(problem)) from None
        return replace(opened, notes=notes)


def known(
    source: ConversationSource, names: tuple[str, ...], options: SourceOptions | None = None
) -> KnownConversations:
    """The answers of a source with notes; those who look are loaded at once."""
    if not names:
        raise UsageError("who finds what is known? --set task.knowledge.sources=store:FOLDER")
    looking = Looking(names=names, options=options or SourceOptions())
    _ = looking.sources  # what cannot be loaded is told before the run
    return KnownConversations(source=source, looking=looking, file=source.file, bad=source.bad)
