"""Instruction tuning: any model that has a loss, on anyone's conversations about pictures."""

import copy
import importlib.util
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, final

import torch
from torch import nn
from typing_extensions import override

from deixis.ask.composer import Asking, Composer, Exchange
from deixis.ask.knowledge_forms import Knowledge
from deixis.core.errors import (
    MissingExtraError,
    RegionError,
    SampleError,
    UnsupportedError,
    UsageError,
)
from deixis.core.image import Image
from deixis.encodings import Encoding, encodings
from deixis.models.checkpoint_model import pad_to_squares
from deixis.models.interface import Example, VisionLanguageModel
from deixis.models.load_by_name import load
from deixis.models.meta_tensors import is_hollow
from deixis.models.processors import save_processor
from deixis.models.tensor_interface import LocalModel
from deixis.train.config import OptimConfig, RunConfig
from deixis.train.conversations import (
    ConversationSource,
    LearnedTurn,
    OpenedTurn,
    read_conversations,
)
from deixis.train.mark_source import marked
from deixis.train.memory.longest_example import NoData, longest
from deixis.train.mixture_source import read_mixed
from deixis.train.model_parts import (
    PARTS,
    Recomputed,
    as_loaded,
    language_layers,
    recompute_layers,
    weights_of,
    whole_modules,
)
from deixis.train.task import Losses, ParameterGroup, Task, decayed_groups

# what LLaVA-1.5 and its LoRA were tuned with; where several parts train, the lowest
RATES = {
    "knowledge": 1e-3,
    "projector": 1e-3,
    "lora": 2e-4,
    "language": 2e-5,
    "vision": 2e-6,
    "all": 2e-5,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class TuningOptions:
    """What is tuned, on what; `deixis.knowledge.tuning` adds what is known of the pictures."""

    stored_name = "TuningOptions"

    data: Path | None = None  # a file or folder
    images: Path | None = None  # the folder of its pictures; None: where they are published
    model: str = ""  # a folder, a hub id, or tiny:FAMILY
    parts: tuple[str, ...] = ("projector",)  # of vision, projector, language, lora, knowledge; all
    encoding: str = "said"  # how the rows' regions reach the model
    dtype: str = "float32"  # of the weights that stay; those that train are float32
    lora_rank: int = 16  # of the adapters, where lora trains
    lora_alpha: int | None = None  # of the adapters; None: twice their rank
    lora_dropout: float = 0.05  # of the adapters
    projector_lr: float | None = None  # the projector's own highest rate; None: as all
    template: Literal["chat", "plain"] = "chat"  # plain: the answer right behind the picture
    format: str = "llava"  # of the data: one of `deixis data cards`, or mixture
    split: str | None = None  # only that part of the data
    order_seed: int = 0  # of a mixture: which rows meet when
    marks: Literal["none", "paper", "release"] = "none"  # draw regions by lot, as ViP-LLaVA does
    pad: bool = False  # pictures to squares, in the mean colour, before they are prepared
    text_alone: bool = True  # learn from rows without a picture too
    skip_bad: bool = False  # leave out, and count, rows that are bad before training begins
    recomputes: Recomputed = "none"  # layers that are computed anew on the way back: half, all
    max_tokens: int | None = None  # of an example; a longer one is a bad row. None: no limit


class TrainedBeside(ABC):
    """What comes with a model's questions, and may train beside its own parts, as a knowledge
    prompt does.

    `knowledge` is the form in which it comes. `module` holds its weights, None where it has none,
    and `rate` is their own highest rate, None: as all.
    """

    knowledge: Knowledge
    module: nn.Module | None
    rate: float | None

    @abstractmethod
    def joined_to(self, model: LocalModel) -> LocalModel:
        """The model with the change that its weights make."""

    @abstractmethod
    def save(self, folder: Path, model: str) -> None:
        """Its weights are written, with the name of the model that they were trained on."""


@final
class Tuning(Task):
    """A model of a known family, some of its parts trained on the answers of conversations."""

    def __init__(
        self,
        model: VisionLanguageModel,
        source: ConversationSource,
        options: TuningOptions | None = None,
        beside: TrainedBeside | None = None,
    ) -> None:
        options = options or TuningOptions()
        model = trainable(model)
        self.source: ConversationSource = source
        self.options = options
        self.beside = beside
        self.knowledge = None if beside is None else beside.knowledge
        self.model = model if beside is None else beside.joined_to(model)
        self.tuned: Any = model.module  # Any: transformers' own class
        self.module: Any = self.tuned
        self.prompt = None if beside is None else beside.module
        if self.prompt is not None:
            self.module = nn.ModuleDict({"model": self.tuned, "knowledge": self.prompt})
        self.encoding = encodings.get(options.encoding)
        self.composer = Composer(
            model=self.model,
            dialect=model.own_dialect(),
            knowledge=self.knowledge,
        )
        self.dtypes = {name: p.dtype for name, p in self.tuned.named_parameters()}
        processor = model.processor
        self.template = processor.chat_template
        if options.template == "plain":
            processor.chat_template = plain_template(processor)
        self.trains_lora = "lora" in options.parts
        self._choose(tuple(options.parts))
        # adapters alone join weights of fewer bits by themselves
        fewer_bits = any(dtype != torch.float32 for dtype in self.dtypes.values())
        self.is_mixed = fewer_bits and not {"lora", "knowledge"}.issuperset(options.parts)
        recompute_layers(self.tuned, options.recomputes)
        self.skips_bad = options.skip_bad

    @override
    def begin(self, config: RunConfig) -> None:
        self.skips_bad = config.skip_bad

    @override
    def loss(self, batch: Sequence[OpenedTurn], step: int) -> Losses:
        if self.is_mixed and not torch.is_autocast_enabled(self.device.type):
            raise UsageError(
                "weights of fewer bits and those that train, in float32, meet only with --set "
                "precision=bf16; or load all with --set task.dtype=float32"
            )
        examples = [self.example(opened) for opened in batch]
        bad = self._too_long(batch, examples)
        fitting = [one for place, one in enumerate(examples) if place not in bad]
        if not fitting:
            return Losses(total=torch.zeros((), device=self.device), weight=0.0, bad=bad)
        total, weight = self.model.loss_and_tokens(fitting)
        return Losses(total=total, weight=float(weight), bad=bad)

    def _too_long(self, batch: Sequence[OpenedTurn], examples: Sequence[Example]) -> dict[int, str]:
        """Why examples above the limit are left out, by their places; where none may be, the first
        is an error.
        """
        most, bad = self.options.max_tokens, dict[int, str]()
        if most is None:
            return bad
        for place, (opened, example) in enumerate(zip(batch, examples, strict=True)):
            tokens = self.model.num_tokens(example)
            if tokens <= most:
                continue
            reason = f"an example of it has {tokens:,} tokens, task.max_tokens is {most:,}"
            file = str(self.source.file)
            error = SampleError(dataset=file, row=opened.turn.row, reason=reason)
            if not self.skips_bad:
                raise error
            bad[place] = str(error)
        return bad

    @override
    def save(self, folder: Path) -> None:
        """A checkpoint for `from_pretrained`, or an adapter for `load(…, adapter=folder)`."""
        if self.beside is not None and self.prompt is not None:
            alone = self.options.parts == ("knowledge",)
            self.beside.save(folder if alone else folder / "knowledge", self.model.name)
            if alone:
                return
        if self.trains_lora:
            self.tuned.save_pretrained(folder)
        else:
            self.tuned.save_pretrained(folder, state_dict=as_loaded(self.tuned, self.dtypes))
        processor = copy.copy(self.model.processor)
        processor.chat_template = self.template
        save_processor(processor, folder)

    @property
    @override
    def num_saved_bytes(self) -> int:
        if not self.trains_lora and self.options.parts != ("knowledge",):
            return super().num_saved_bytes
        trained = [weight for weight in self.module.parameters() if weight.requires_grad]
        return sum(weight.numel() * weight.element_size() for weight in trained)

    @override
    def largest_batch(self, num: int) -> list[OpenedTurn]:
        def length(opened: OpenedTurn) -> int:
            return self.model.num_tokens(self.example(opened))

        return [longest(length, self.options.max_tokens)] * num

    @property
    @override
    def spreadable(self) -> nn.Module:
        decoder: nn.Module = self.tuned.get_decoder()
        return decoder

    @override
    def parameter_groups(self, optim: OptimConfig) -> list[ParameterGroup]:
        groups = decayed_groups(self.module, optim.weight_decay)
        if self.options.projector_lr is not None:
            own = weights_of(self.tuned, ["projector"])
            groups = at_rate(groups, own, self.options.projector_lr, optim.lr)
        if self.beside is not None and self.prompt is not None and self.beside.rate is not None:
            own = list(self.prompt.parameters())
            groups = at_rate(groups, own, self.beside.rate, optim.lr)
        return groups

    def _choose(self, parts: tuple[str, ...]) -> None:
        self.module.requires_grad_(False)
        beside = [part for part in parts if part not in ("lora", "knowledge")]
        whole = weights_of(self.tuned, PARTS if parts == ("all",) else beside)
        if ("knowledge" in parts or parts == ("all",)) and self.prompt is not None:
            self.prompt.requires_grad_(True)
        elif "knowledge" in parts:
            raise UsageError("what trains as knowledge is a prompt: set knowledge.form to infused")
        if self.trains_lora:
            if set(beside) - {"projector"}:
                raise UsageError(
                    "beside lora only projector and knowledge train, got " + ", ".join(parts)
                )
            self._add_lora(whole_modules(self.tuned, whole))
        else:
            for weight in whole:
                weight.requires_grad_(True)
        for weight in self.tuned.parameters():
            if weight.requires_grad:
                weight.data = weight.data.float()  # small steps vanish in fewer bits

    def _add_lora(self, whole: list[str]) -> None:
        """Adapters in the language side; the modules `whole` train, and are saved, as they are."""
        if importlib.util.find_spec("peft") is None:
            raise MissingExtraError(package="peft", extra="tune", needed_for="training LoRA")
        from peft import LoraConfig

        options = self.options
        config = LoraConfig(
            r=options.lora_rank,
            lora_alpha=options.lora_alpha or 2 * options.lora_rank,
            target_modules=language_layers(self.tuned),
            lora_dropout=options.lora_dropout,
            modules_to_save=whole or None,
        )
        with torch.random.fork_rng():
            torch.manual_seed(0)  # a resumed run begins with the same adapters
            self.tuned.add_adapter(config)

    def example(self, opened: OpenedTurn) -> Example:
        """A turn as the model is asked it: regions said, knowledge in its form."""
        turn, images = opened.turn, opened.images
        pointed = {name: self.encoding.of(region) for name, region in turn.regions.items()}
        if pointed and len(images) > 1:
            raise UsageError(
                f"{self.source.file}, row {turn.row}: regions of several images are not told "
                "apart; give one image"
            )
        asking = self._asking(turn, images, pointed)
        notes = opened.notes or ((),) * len(images)
        try:
            composed = self.composer.compose(asking, marks="widened", notes=notes)
        except RegionError as error:  # this model sees less than the whole picture
            file = str(self.source.file)
            raise SampleError(dataset=file, row=turn.row, reason=str(error)) from None
        return Example(question=composed.question(None), answer=composed.answer)

    def _asking(
        self, turn: LearnedTurn, images: tuple[Image, ...], pointed: Mapping[str, Encoding]
    ) -> Asking:
        """The answer after its question; what was said before are turns of the chat, or lines where
        the model has none.
        """
        history = [Exchange(question=one.question, answer=one.answer) for one in turn.earlier]
        has_turns = self.template is not None
        return Asking(
            images=images,
            text=turn.question if has_turns else turn.text,
            regions=pointed,
            history=tuple(history) if has_turns else (),
            answer=turn.answer,
        )


def trainable(model: VisionLanguageModel) -> LocalModel:
    """The model, if it is one that has a loss; else it is refused."""
    if not isinstance(model, LocalModel) or not model.abilities.loss:
        raise UnsupportedError(
            f"{model.name} cannot be trained through Deixis; `deixis models` shows what can"
        )
    return model


def build(options: TuningOptions) -> Tuning:
    """The task of these options: data first, as its mistakes are found sooner."""
    source = source_of(options)
    return Tuning(model_of(options), source, options)


def model_of(options: TuningOptions) -> VisionLanguageModel:
    """The model that these options name."""
    if not options.model:
        raise UsageError("which model is to be trained? --model MODEL")
    model = load(options.model, dtype=options.dtype)
    return pad_to_squares(model) if options.pad else model


def plain_template(processor: Any) -> str:  # Any: transformers' own class
    """A chat template that shows pictures and says nothing, as LLaVA's first stage has it."""
    if not processor.chat_template or not getattr(processor, "image_token", None):
        raise UnsupportedError(
            f"a {type(processor).__name__} has no chat template to make plain; train with chat"
        )
    pictures = "{% for part in message['content'] if part['type'] == 'image' %}"
    return (
        "{% for message in messages if message['role'] == 'user' %}"
        f"{pictures}{processor.image_token}{{% endfor %}}{{% endfor %}}"
    )


def source_of(options: TuningOptions) -> ConversationSource:
    """The conversations that these options name."""
    if is_hollow():
        return NoData()
    if options.data is None:
        raise UsageError("which data is to be learnt from? --set task.data=FILE")
    source = _read(options, options.data)
    return source if options.marks == "none" else marked(source, profile=options.marks)


def at_rate(
    groups: Sequence[ParameterGroup], own: Sequence[nn.Parameter], rate: float, lr: float
) -> list[ParameterGroup]:
    """The groups with these weights apart, at a rate of their own beside the run's."""
    if lr == 0:
        return list(groups)
    named = {id(weight) for weight in own}
    return [
        replace(group, parameters=tuple(chosen), lr_share=share)
        for group in groups
        for share, is_own in ((rate / lr, True), (group.lr_share, False))
        if (chosen := [p for p in group.parameters if (id(p) in named) == is_own])
    ]


def _read(options: TuningOptions, data: Path) -> ConversationSource:
    # a plain template says nothing but the picture
    text_alone = options.text_alone and options.template != "plain"
    if options.format != "mixture":
        return read_conversations(
            data,
            options.images,
            form=options.format,
            split=options.split,
            skip_bad=options.skip_bad,
            text_alone=text_alone,
        )
    if options.images is not None or options.split is not None:
        raise UsageError("a mixture names the pictures and the split of each of its parts itself")
    return read_mixed(data, seed=options.order_seed, text_alone=text_alone)


def default_config(options: TuningOptions) -> RunConfig:
    """Settings to begin with."""
    rates = [RATES[part] for part in options.parts if part in RATES]
    optim = OptimConfig(lr=min(rates, default=1e-4), weight_decay=0.0, betas=(0.9, 0.999))
    return RunConfig(epochs=1, batch_size=16, optim=optim, save_every=200, log_every=10)
