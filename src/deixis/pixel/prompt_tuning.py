"""Learning words: prompt tuning (arXiv 2104.08691) of a model that stays as it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import final

from torch import nn
from typing_extensions import override

from deixis.data.tasks import TaskOptions, tasks
from deixis.models.interface import Example
from deixis.models.learned_words import new_words, save_words, speaking
from deixis.models.soft_prompt import LearnedWords
from deixis.pixel.training.questions import AskedSample, PictureQuestions, image_of, question_of
from deixis.pixel.training.source_models import (
    check_apart,
    check_named,
    held,
    join_device,
    loaded,
    opened_apart,
    right_share,
)
from deixis.train.config import OptimConfig
from deixis.train.model_parts import Recomputed
from deixis.train.task import Losses, ParameterGroup, Task

AT_ONCE = 32  # questions that are measured together


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class WordsOptions:
    """What is learned, on which model, for which task."""

    stored_name = "WordsOptions"

    model: str = "nano"  # stays as it is
    task: str = ""  # one of `deixis pixel tasks`; it has to be named
    data: Path | None = None  # the task's files
    split: str | None = "train"  # the part of them that is learned from; None: the task's usual one
    num: int | None = None  # samples that are learned from; None: all
    begin: str = "This is a photo of a"  # the words that they are at first, said over and over
    num_words: int = 16  # vectors
    recomputes: Recomputed = "none"  # layers that are computed anew on the way back: half, all
    dtype: str = "float32"  # of the model
    held_out: str = "validation"  # the part that it is measured on
    num_held_out: int = 128  # of its samples; 0: none

    def __post_init__(self) -> None:
        check_apart(self.split, self.held_out, self.num_held_out)


@final
class WordsLearning(Task):
    """Some vectors before every question of a task; only these train."""

    module: LearnedWords

    def __init__(self, options: WordsOptions) -> None:
        check_named(options.task)
        opened = tasks.get(options.task).open(
            TaskOptions(data=options.data, split=options.split, num=options.num)
        )
        self.source = PictureQuestions(task=opened)
        self.held_out = opened_apart(
            options.task,
            TaskOptions(data=options.data, split=options.held_out),
            options.num_held_out,
        )
        model = loaded(options.model, dtype=options.dtype, batch_size=AT_ONCE)
        plain = speaking(model, options.model)
        self.module = new_words(plain, options.begin, options.num_words)
        # models' embeddings differ by a factor of 50, so rates are told in their size
        self.size = float(self.module.vectors.detach().square().mean().sqrt())
        held(plain, options.recomputes)
        self.model = plain.with_words(self.module)

    @property
    @override
    def held(self) -> list[nn.Module]:
        return [self.model.module]

    @property
    @override
    def rests_on(self) -> dict[str, str]:
        return {self.model.name: self.model.weights_digest()}

    @override
    def loss(self, batch: Sequence[AskedSample], step: int) -> Losses:
        join_device(self.model, self.device)
        examples = [
            Example(question=question_of(image_of(one), one.sample), answer=one.sample.answer)
            for one in batch
        ]
        total, num_tokens = self.model.loss_and_tokens(examples)
        return Losses(total=total, weight=float(num_tokens))

    @override
    def parameter_groups(self, optim: OptimConfig) -> list[ParameterGroup]:
        own = (self.module.vectors,)
        return [ParameterGroup(parameters=own, weight_decay=0.0, lr_share=self.size)]

    @override
    def save(self, folder: Path) -> None:
        save_words(self.module, self.model, folder)

    @override
    def evaluate(self, step: int) -> dict[str, float]:
        """The share of right answers on the held-out part."""
        if self.held_out is None:
            return {}
        join_device(self.model, self.device)
        questions = PictureQuestions(task=self.held_out)
        asked = [questions.asked(index) for index in range(self.held_out.num_samples or 0)]
        return {"right": right_share(self.model, asked)}
