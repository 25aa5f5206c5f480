"""Learning a pixel prompt: the task's own loss, and TVP's two (arXiv 2404.11207).

L = L_task + consistency · L_FCA - semantics · S_TSE, a mean over the source models.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Literal, final

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn
from typing_extensions import override

from deixis.core.errors import UsageError
from deixis.core.settings import to_record
from deixis.data.tasks import TaskOptions, TaskSample, tasks
from deixis.models.interface import Example, Picture
from deixis.models.tensor_interface import VisionTokens, pixels_of
from deixis.pixel.card import Card, PromptSource
from deixis.pixel.export import quantised
from deixis.pixel.image_text_encoders import ImageTextEncoder, OwnTokens, image_text_encoder
from deixis.pixel.losses import consistency, likeness
from deixis.pixel.prompts import WHITE, Layout, PixelPrompt, build
from deixis.pixel.saved import load_prompt, save_prompt
from deixis.pixel.training.questions import (
    MOST_KEPT,
    AskedSample,
    KeptSamples,
    PictureQuestions,
    image_of,
    question_of,
)
from deixis.pixel.training.source_models import (
    check_apart,
    check_named,
    frozen,
    join_device,
    opened_apart,
    right_share,
)
from deixis.train.config import OptimConfig, RunConfig
from deixis.train.distributed import Parallel
from deixis.train.model_parts import Recomputed
from deixis.train.task import Losses, ParameterGroup, Task

AT_ONCE = 32  # questions that are measured together
DESCRIPTION = "this is a photo of a {label}"


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class PixelOptions:
    """What is learned, on which models, for which task."""

    stored_name = "PixelOptions"

    sources: tuple[str, ...] = ("nano",)  # models that it is learned on; they stay as they are
    task: str = ""  # one of `deixis pixel tasks`; it has to be named
    data: Path | None = None  # the task's files
    split: str | None = "train"  # the part of them that is learned from; None: the task's usual one
    corruption: str | None = None  # done to the pictures, as contrast:3
    num: int | None = None  # samples that are learned from; None: all
    question: str = ""  # instead of the task's own words
    crops: bool = False  # random squares, half of them mirrored
    kind: str = "frame"  # of the prompt: one of deixis.pixel.prompts
    layout: Layout = field(default_factory=Layout)  # its sizes and range
    start: str = ""  # folder of a prompt to go on from, as it is laid out; empty: an untrained one
    consistency: float = 0.005  # weight of FCA; 0: none
    clean: Literal["placed", "whole"] = "placed"  # FCA's other side: the picture without the
    # prompt as the prompt places it, or as it is
    semantics: float = 0.001  # weight of TSE; 0: none
    encoder: str = "own"  # of TSE: own, dual:NAME
    description: str = DESCRIPTION  # TSE's words; {label}: the answer, {topic}: what is shown
    step: Literal["normalised", "adam"] = "normalised"  # how the gradient is followed
    recomputes: Recomputed = "none"  # layers that are computed anew on the way back: half, all
    dtype: str = "float32"  # of the models
    held_out: str = "validation"  # the part that it is measured on
    num_held_out: int = 128  # of its samples; 0: none

    def __post_init__(self) -> None:
        if not self.sources:
            raise UsageError("a prompt is learned on at least one model: set task.sources")
        check_apart(self.split, self.held_out, self.num_held_out)
        if self.consistency < 0 or self.semantics < 0:
            raise UsageError(
                f"weights of losses are at least 0, got {self.consistency} and {self.semantics}"
            )
        try:
            self.description.format(label="", topic="")
        except (KeyError, IndexError, ValueError):
            raise UsageError(
                f"a description holds {{label}} and {{topic}} alone, got {self.description!r}"
            ) from None


@final
class _Learned(nn.Module):
    """The prompt, and how many steps it has had.

    `picture` is added to the picture itself: zeros that never move. In TVP's release the length of
    a step is that of the gradient over the whole square, and the picture's part of it is masked
    after; so it has to be known.
    """

    steps: Tensor

    def __init__(self, prompt: PixelPrompt, *, counts_picture: bool) -> None:
        super().__init__()
        self.prompt = prompt
        self.register_buffer("steps", torch.zeros((), dtype=torch.long))
        touched = prompt.touched
        self.picture: nn.Parameter | None = None
        if counts_picture and touched is not None and not touched.all():
            self.picture = nn.Parameter(torch.zeros(3, *touched.shape))

    @override
    def forward(self, pixels: Tensor) -> Tensor:
        prompted, touched = self.prompt(pixels), self.prompt.touched
        if self.picture is None or touched is None:
            return prompted
        return prompted + WHITE * torch.where(touched.to(pixels.device), 0.0, self.picture)


@final
class PixelLearning(Task):
    """One prompt, learned on all sources together; only its numbers train."""

    weighs_steps: ClassVar[bool] = True

    def __init__(self, options: PixelOptions) -> None:
        self.options = options
        check_named(options.task)
        opened = tasks.get(options.task).open(_task_options(options, options.split, options.num))
        self.source = PictureQuestions(task=opened, crops=options.crops, question=options.question)
        held_out = _task_options(options, options.held_out, None)
        self.held_out = opened_apart(options.task, held_out, options.num_held_out)
        self.prompt = _prompt(options)
        self.module: _Learned = _Learned(self.prompt, counts_picture=options.step == "normalised")
        self.models = [
            frozen(name, dtype=options.dtype, batch_size=AT_ONCE, recomputes=options.recomputes)
            for name in options.sources
        ]
        self.encoders: list[ImageTextEncoder] = []
        if options.semantics:
            self.encoders = [image_text_encoder(options.encoder, model) for model in self.models]
        self.seed: int | None = None
        self._clean_tokens: KeptSamples[tuple[int, int], Tensor] = KeptSamples(most=MOST_KEPT)
        self._answer_lengths: tuple[float, ...] = ()  # of the step, on each model; if in pieces

    @property
    @override
    def held(self) -> list[nn.Module]:
        return [model.module for model in self.models]

    @override
    def begin(self, config: RunConfig) -> None:
        self.seed = config.seed

    @property
    @override
    def rests_on(self) -> dict[str, str]:
        return {model.name: model.weights_digest() for model in self.models}

    @override
    def begin_step(self, batches: Sequence[Sequence[AskedSample]], parallel: Parallel) -> None:
        """The task's loss is a mean over answer tokens, the others are over pictures."""
        asked = [one for batch in batches for one in batch]
        examples = [_example(image_of(one), one.sample) for one in asked]
        tokens = [float(model.num_answer_tokens(examples)) for model in self.models]
        *sums, pictures = parallel.sum_numbers([*tokens, float(len(asked))])
        self._answer_lengths = tuple(one / max(pictures, 1.0) for one in sums)

    @override
    def loss(self, batch: Sequence[AskedSample], step: int) -> Losses:
        self._join_device()
        pictures = [pixels_of(image_of(one), self.device) for one in batch]
        prompted = [self.module(picture) for picture in pictures]
        found = [self._on(place, batch, pictures, prompted) for place in range(len(self.models))]
        names = found[0].keys()
        parts = {name: torch.stack([one[name] for one in found]).mean() for name in names}
        total = parts["task"]
        if "consistency" in parts:
            total = total + self.options.consistency * parts["consistency"]
        if "likeness" in parts:
            total = total - self.options.semantics * parts["likeness"]
        return Losses(total=total, weight=float(len(batch)), parts=parts)

    @override
    def after_step(self, step: int) -> None:
        self.module.steps.fill_(step + 1)
        self._answer_lengths = ()

    @override
    def parameter_groups(self, optim: OptimConfig) -> list[ParameterGroup]:
        kind: Literal["adamw", "normalised"] = (
            "adamw" if self.options.step == "adam" else "normalised"
        )
        own = tuple(self.prompt.parameters())
        groups = [ParameterGroup(parameters=own, weight_decay=0.0, kind=kind)]
        if self.module.picture is not None:
            still = (self.module.picture,)
            groups.append(
                ParameterGroup(parameters=still, weight_decay=0.0, lr_share=0.0, kind=kind)
            )
        return groups

    @override
    def save(self, folder: Path) -> None:
        told = to_record(self.options)
        card = Card(
            sources=tuple(PromptSource.of(model) for model in self.models),
            task=self.options.task,
            steps=int(self.module.steps),
            seed=self.seed,
            settings={name: told[name] for name in sorted(told)},
            encoder=dict(self.encoders[0].record) if self.encoders else {},
            quantised=quantised(self.prompt),
        )
        save_prompt(self.prompt, card, folder)

    @override
    def evaluate(self, step: int) -> dict[str, float]:
        """The share of right answers of each source on the held-out part."""
        if self.held_out is None:
            return {}
        self._join_device()
        questions = PictureQuestions(task=self.held_out, question=self.options.question)
        asked = [questions.asked(index) for index in range(self.held_out.num_samples or 0)]
        shares = {
            model.name: right_share(model.with_pixel_change(self.prompt), asked)
            for model in self.models
        }
        return {"right": float(np.mean(list(shares.values()))), **shares}

    def _on(
        self,
        place: int,
        batch: Sequence[AskedSample],
        pictures: Sequence[Tensor],
        prompted: Sequence[Tensor],
    ) -> dict[str, Float[Tensor, ""]]:
        """The losses on one model, by their names."""
        model, options = self.models[place], self.options
        kept: list[VisionTokens] = []

        def keep(seen: Sequence[VisionTokens]) -> Sequence[Tensor]:
            kept.extend(seen)
            return [one.tokens for one in seen]

        examples = [
            _example(picture, one.sample) for picture, one in zip(prompted, batch, strict=True)
        ]
        task, num_tokens = model.with_token_change(keep).loss_and_tokens(examples)
        losses = {"task": task}
        if self._answer_lengths:  # a piece of longer answers has more of the step's tokens
            length = num_tokens / len(examples)
            losses["task"] = losses["task"] * (length / self._answer_lengths[place])
        tokens = [one.tokens for one in kept]
        if options.consistency:
            losses["consistency"] = consistency(tokens, self._clean(place, batch, pictures))
        if options.semantics:
            encoder = self.encoders[place]
            seen = (
                encoder.pooled(kept)
                if isinstance(encoder, OwnTokens)
                else encoder.pictures(prompted)
            )
            words = encoder.texts([self._described(one.sample) for one in batch])
            losses["likeness"] = likeness(seen, words, encoder.scale)
        return losses

    @torch.no_grad()
    def _clean(
        self, place: int, batch: Sequence[AskedSample], pictures: Sequence[Tensor]
    ) -> list[Tensor]:
        """The tokens of the pictures without the prompt, on one model."""
        model = self.models[place]
        shown = pictures
        if self.options.clean == "placed":
            shown = [self.prompt.placed(picture) for picture in pictures]
        texts = [one.sample.question for one in batch]
        if not self._keeps_clean:
            return [one.tokens for one in model.vision_tokens(shown, texts)]
        found: list[Tensor] = []
        for picture, text, one in zip(shown, texts, batch, strict=True):
            tokens = self._clean_tokens.get((place, one.index))
            if tokens is None:  # alone: its bits depend on no batch and on nothing that was kept,
                (seen,) = model.vision_tokens([picture], text)  # so a resumed run has the same
                tokens = seen.tokens
                self._clean_tokens.add((place, one.index), tokens, tokens.nbytes)
            found.append(tokens)
        return found

    @property
    def _keeps_clean(self) -> bool:
        """Whether clean tokens are computed once: pictures come again, and are the same."""
        return self.source.num_examples is not None and not self.options.crops

    def _described(self, sample: TaskSample) -> str:
        return self.options.description.format(
            label=sample.answer, topic=sample.topic or sample.answer
        )

    def _join_device(self) -> None:
        """The models where the prompt is; the runner moves what trains alone."""
        for model in self.models:
            join_device(model, self.device)
        for encoder in self.encoders:
            encoder.to(self.device)


def _example(picture: Picture, sample: TaskSample) -> Example:
    return Example(question=question_of(picture, sample), answer=sample.answer)


def _prompt(options: PixelOptions) -> PixelPrompt:
    if not options.start:
        return build(options.kind, options.layout)
    prompt = load_prompt(options.start).prompt
    return prompt.requires_grad_(True)


def _task_options(options: PixelOptions, split: str | None, num: int | None) -> TaskOptions:
    return TaskOptions(data=options.data, split=split, corruption=options.corruption, num=num)
