"""Tuning with what is known of the pictures: told, drawn, or infused by a prompt that trains.

Notes are looked at where examples are prepared.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import final

import numpy as np
from typing_extensions import override

from deixis.ask.knowledge_forms import FORMS as KNOWN_FORMS
from deixis.ask.knowledge_forms import Knowledge
from deixis.core.errors import DeixisError, SampleError, UsageError
from deixis.core.image import Image
from deixis.core.region import Region
from deixis.knowledge.prompt import KnowledgePrompt, PromptConfig, tokens_of
from deixis.knowledge.saved import Trained, load_prompt, new_prompt, save_prompt
from deixis.models.interface import VisionLanguageModel
from deixis.models.meta_tensors import is_hollow
from deixis.models.tensor_interface import LocalModel
from deixis.sources import Looking, SourceOptions, origins
from deixis.train import tuning
from deixis.train.conversations import ConversationSource, ConversationsOver, OpenedTurn, Told
from deixis.train.tuning import TrainedBeside, Tuning, TuningOptions

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


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class KnowledgeTuningOptions(TuningOptions):
    """What is tuned, on what, and what is known of the pictures."""

    stored_name = "TuningOptions"

    knowledge: KnowledgeOptions = field(default_factory=KnowledgeOptions)  # of the pictures


@final
class KnowledgeBeside(TrainedBeside):
    """Notes that come with examples, in their form; a prompt trains where they are infused."""

    def __init__(self, options: KnowledgeOptions, model: VisionLanguageModel) -> None:
        self.options = options
        self.prompt = _prompt(options, model) if options.form == "infused" else None
        self.module = self.prompt
        self.rate = options.lr
        self.knowledge = Knowledge(look=_nothing, form=options.form, prompt=self.prompt)
        if self.prompt is None:
            self.knowledge = self.knowledge.of(model)

    @override
    def joined_to(self, model: LocalModel) -> LocalModel:
        if self.prompt is None:
            return model
        return model.with_token_change(self.prompt, place=self.prompt.place)

    @override
    def save(self, folder: Path, model: str) -> None:
        assert self.prompt is not None
        trained = Trained(model=model, sources=origins(self.options.sources))
        save_prompt(self.prompt, folder, trained)


def build(options: KnowledgeTuningOptions) -> Tuning:
    """The task of these options: data first, as its mistakes are found sooner."""
    source = tuning.source_of(options)
    if options.knowledge.form != "none" and not is_hollow():
        source = known(source, options.knowledge.sources, options.knowledge.looking)
    return with_knowledge(tuning.model_of(options), source, options)


def with_knowledge(
    model: VisionLanguageModel, source: ConversationSource, options: KnowledgeTuningOptions
) -> Tuning:
    """The task of a model and a source whose examples come with notes."""
    told, model = options.knowledge, tuning.trainable(model)
    beside = None if told.form == "none" else KnowledgeBeside(told, model)
    return Tuning(model, source, options, beside)


def _prompt(options: KnowledgeOptions, model: VisionLanguageModel) -> KnowledgePrompt:
    """The prompt to go on from, or an untrained one."""
    if options.start:
        return load_prompt(Path(options.start), model).prompt
    tokens = tokens_of(model, options.prompt.token_place).tokens
    size = float(tokens.detach().float().square().mean().sqrt()) or 1.0
    return new_prompt(options.prompt, model, tokens=tokens.shape[1], size=size, seed=options.seed)


def _nothing(image: Image) -> tuple[Region, ...]:
    """Notes come with the examples."""
    return ()
