"""Instruction tuning: any model that has a loss, on anyone's conversations about pictures."""

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, final

import torch
from torch import Tensor
from typing_extensions import override

from deixis.ask.compose import compose
from deixis.coordinates import conventions
from deixis.core.errors import (
    MissingExtraError,
    RegionError,
    SampleError,
    UnsupportedError,
    UsageError,
)
from deixis.encodings import encodings
from deixis.models.load import load
from deixis.models.transformers_model import TransformersModel
from deixis.nn.interface import Example, Question, VisionLanguageModel
from deixis.train.config import OptimConfig, RunConfig
from deixis.train.conversations import ConversationSource, OpenedTurn, read_conversations
from deixis.train.marked import marked
from deixis.train.mixed import read_mixed
from deixis.train.parts import PARTS, language_layers, weights_of
from deixis.train.task import Losses, Task

BETWEEN = "\x1e"  # question and answer, while their regions are said
# what LLaVA-1.5 and its LoRA were tuned with; where several parts train, the lowest
RATES = {"projector": 1e-3, "lora": 2e-4, "language": 2e-5, "vision": 2e-6, "all": 2e-5}


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class TuningOptions:
    """What is tuned, on what."""

    data: Path  # a file or folder
    images: Path | None  # the folder that its pictures lie in; None: where they are published
    model: str  # a folder, a hub id, or tiny:FAMILY
    parts: tuple[str, ...] = ("projector",)  # of vision, projector, language; or lora, or all
    encoding: str = "said"  # how the rows' regions reach the model
    dtype: str = "float32"  # of the weights that stay; those that train are float32
    lora_rank: int = 16  # of the adapters, where lora trains
    format: str = "llava"  # of the data: one of `deixis data cards`, or mixture
    split: str | None = None  # only that part of the data
    order_seed: int = 0  # of a mixture: which rows meet when
    marks: Literal["none", "paper", "release"] = "none"  # draw regions by lot, as ViP-LLaVA does


@final
class Tuning(Task):
    """A model of a known family, some of its parts trained on the answers of conversations."""

    def __init__(
        self,
        model: VisionLanguageModel,
        source: ConversationSource,
        *,
        parts: Sequence[str] = ("projector",),
        encoding: str = "said",
        lora_rank: int = 16,
    ) -> None:
        if not isinstance(model, TransformersModel) or not model.abilities.loss:
            raise UnsupportedError(
                f"{model.name} cannot be trained through Deixis; `deixis models` shows what can"
            )
        self.model = model
        self.source: ConversationSource = source
        self.module: Any = model.family.model  # Any: transformers' own class
        self.encoding = encodings.get(encoding)
        self.convention = conventions.get(model.convention)(**model.convention_settings)
        self.dtypes = {name: p.dtype for name, p in self.module.named_parameters()}
        self._choose(tuple(parts), lora_rank)

    @override
    def loss(self, batch: Sequence[OpenedTurn], step: int) -> Losses:
        examples = [self._example(opened) for opened in batch]
        tokenizer = self.model.family.processor.tokenizer
        answers = [example.answer for example in examples]
        num_tokens = sum(len(ids) for ids in tokenizer(answers, add_special_tokens=False).input_ids)
        # each answer's end is learned too
        return Losses(total=self.model.loss(examples), weight=float(num_tokens + len(answers)))

    @override
    def save(self, folder: Path) -> None:
        """A checkpoint for `from_pretrained`, or an adapter for `load(…, adapter=folder)`."""
        if self.trains_lora:
            self.module.save_pretrained(folder)
            return
        self.module.save_pretrained(folder, state_dict=self._as_loaded())
        self.model.family.processor.save_pretrained(folder)

    def _choose(self, parts: tuple[str, ...], lora_rank: int) -> None:
        self.trains_lora = "lora" in parts
        self.module.requires_grad_(False)
        if self.trains_lora:
            if len(parts) > 1:
                raise UsageError(f"lora trains alone, got {', '.join(parts)}")
            self._add_lora(lora_rank)
            return
        for parameter in weights_of(self.module, PARTS if parts == ("all",) else parts):
            parameter.data = parameter.data.float()  # small steps vanish in fewer bits
            parameter.requires_grad_(True)

    def _add_lora(self, rank: int) -> None:
        if importlib.util.find_spec("peft") is None:
            raise MissingExtraError(package="peft", extra="tune", needed_for="training LoRA")
        from peft import LoraConfig

        layers = language_layers(self.module)
        with torch.random.fork_rng():
            torch.manual_seed(0)  # a resumed run begins with the same adapters
            self.module.add_adapter(
                LoraConfig(r=rank, lora_alpha=2 * rank, target_modules=layers, lora_dropout=0.05)
            )
        for parameter in self.module.parameters():
            if parameter.requires_grad:
                parameter.data = parameter.data.float()

    def _example(self, opened: OpenedTurn) -> Example:
        turn = opened.turn
        pointed = {name: self.encoding.of(region) for name, region in turn.regions.items()}
        question, answer = Question(pictures=opened.images, text=turn.text), turn.answer
        if pointed:
            if len(opened.images) > 1:
                raise UsageError(
                    f"{self.source.file}, row {turn.row}: regions of several images are not told "
                    "apart; give one image"
                )
            # regions are said in answers too
            said = f"{turn.text}{BETWEEN}{turn.answer}"
            try:
                asked = compose(opened.images[0], said, pointed, self.convention).question(None)
            except RegionError as error:  # this model sees less than the whole picture
                file = str(self.source.file)
                raise SampleError(dataset=file, row=turn.row, reason=str(error)) from None
            text, _, answer = asked.text.partition(BETWEEN)
            question = Question(pictures=asked.pictures, text=text)
        return Example(question=question, answer=answer)

    def _as_loaded(self) -> dict[str, Tensor]:
        """All weights in the dtypes that they came in; tied ones stay one tensor."""
        done: dict[tuple[int, torch.Size], Tensor] = {}
        weights: dict[str, Tensor] = {}
        for name, tensor in self.module.state_dict().items():
            dtype = self.dtypes.get(name, tensor.dtype)
            weights[name] = done.setdefault((tensor.data_ptr(), tensor.shape), tensor.to(dtype))
        return weights


def build(options: TuningOptions, *, skip_bad: bool = False) -> Tuning:
    """The task of these options: data first, as its mistakes are found sooner."""
    source = _source(options, skip_bad=skip_bad)
    if options.marks != "none":
        source = marked(source, profile=options.marks)
    given: dict[str, Any] = {"dtype": options.dtype}
    return Tuning(
        load(options.model, **given),
        source,
        parts=options.parts,
        encoding=options.encoding,
        lora_rank=options.lora_rank,
    )


def _source(options: TuningOptions, *, skip_bad: bool) -> ConversationSource:
    if options.format != "mixture":
        return read_conversations(
            options.data,
            options.images,
            form=options.format,
            split=options.split,
            skip_bad=skip_bad,
        )
    if options.images is not None or options.split is not None:
        raise UsageError("a mixture names the pictures and the split of each of its parts itself")
    return read_mixed(options.data, seed=options.order_seed)


def default_config(options: TuningOptions) -> RunConfig:
    """Settings to begin with."""
    rates = [RATES[part] for part in options.parts if part in RATES]
    optim = OptimConfig(lr=min(rates, default=1e-4), weight_decay=0.0, betas=(0.9, 0.999))
    return RunConfig(batch_size=16, optim=optim, save_every=200, log_every=10)
