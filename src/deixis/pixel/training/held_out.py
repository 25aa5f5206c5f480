"""How many of a task's held-out questions a model answers rightly."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from deixis.core.errors import UsageError
from deixis.data.tasks import PictureTask, TaskOptions, tasks
from deixis.models.interface import Generation, VisionLanguageModel
from deixis.pixel.training.questions import Asked, image_of, question_of

LONGEST_ANSWER = 8
IS_LEARNED = (
    "it would be measured on {part!r}, which it is learned from: set task.held_out to another "
    "part, or task.num_held_out=0"
)


def check_named(task: str) -> None:
    """UsageError where no task is named; without one there is nothing to learn."""
    if not task:
        raise UsageError("name what is learned: set task.task to one of `deixis pixel tasks`")


def check_apart(learned: str | None, held_out: str, num: int) -> None:
    """Refuse to measure on what is learned from."""
    if num and held_out == learned:
        raise UsageError(IS_LEARNED.format(part=held_out))


def opened_apart(task: str, options: TaskOptions, num: int) -> PictureTask | None:
    """So many samples that are measured on, opened before training, so that a part that is not
    there is told in time.
    """
    if not num:
        return None
    opened = tasks.get(task).open(replace(options, num=num))
    if opened.num_samples == 0:
        raise UsageError(f"the part {options.split!r} of {task} holds no sample")
    return opened


@torch.no_grad()
def right_share(model: VisionLanguageModel, asked: Sequence[Asked]) -> float:
    """How many of these a model answers rightly. Choices are scored as answers, by the mean
    log-probability of their tokens; where there are none, words are compared.
    """
    right = [_chosen(model, one) == one.sample.answer for one in asked if one.sample.choices]
    open_ones = [one for one in asked if not one.sample.choices]
    questions = [question_of(image_of(one), one.sample) for one in open_ones]
    said = model.generate(questions, Generation(max_new_tokens=LONGEST_ANSWER))
    right += [
        words.text.strip().rstrip(".").casefold() == one.sample.answer.casefold()
        for words, one in zip(said, open_ones, strict=True)
    ]
    return float(np.mean(right))


def _chosen(model: VisionLanguageModel, asked: Asked) -> str:
    question = question_of(image_of(asked), asked.sample)
    return max(model.answer_logprobs(question, asked.sample.choices), key=lambda s: s.mean).answer
