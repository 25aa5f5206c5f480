"""Tuning with what is known of the pictures: told, drawn, or infused by a prompt that trains."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import final

from typing_extensions import override

from deixis.ask.knowledge_forms import Knowledge
from deixis.core.image import Image
from deixis.core.region import Region
from deixis.knowledge.noted_conversations import KnowledgeOptions, known
from deixis.knowledge.prompt import KnowledgePrompt, tokens_of
from deixis.knowledge.saved import Trained, load_prompt, new_prompt, save_prompt
from deixis.models.hollow import is_hollow
from deixis.models.interface import VisionLanguageModel
from deixis.models.tensor_interface import LocalModel
from deixis.sources import origins
from deixis.train import tuning
from deixis.train.conversations import ConversationSource
from deixis.train.tuning import TrainedBeside, Tuning, TuningOptions


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
