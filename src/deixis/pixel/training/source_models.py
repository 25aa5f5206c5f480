"""The models that something is learned on, and what it brought them on held-out questions.

No weight of such a model wants a gradient, and none ever changes.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from deixis.core.errors import UnsupportedError, UsageError
from deixis.data.tasks import PictureTask, TaskOptions, tasks
from deixis.models.interface import Generation, VisionLanguageModel
from deixis.models.load_by_name import load
from deixis.models.tensor_interface import LocalModel
from deixis.pixel.training.questions import AskedSample, image_of, question_of
from deixis.train.model_parts import Recomputed, recompute_layers


def frozen(name: str, *, dtype: str, batch_size: int, recomputes: Recomputed) -> LocalModel:
    """The model of a name for gradients with respect to pixels alone.

    `recomputes` says how many of its layers are computed anew on the way back, which saves the
    memory of what is inside them.
    """
    model = loaded(name, dtype=dtype, batch_size=batch_size)
    if not isinstance(model, LocalModel) or not model.abilities.pixel_gradient:
        raise UnsupportedError(
            f"no prompt can be learned on {name}: gradients do not reach its pixels; learn it on "
            "another, and use it here"
        )
    return held(model, recomputes).without_rounding()


def loaded(name: str, *, dtype: str, batch_size: int) -> VisionLanguageModel | None:
    """The model of a name; None where it is behind a server."""
    if name.startswith("openai:"):
        return None
    return load(name, dtype=dtype, batch_size=batch_size)


def held(model: LocalModel, recomputes: Recomputed) -> LocalModel:
    """The model with all its weights as they are from now on."""
    model.module.requires_grad_(False).eval()
    recompute_layers(model.module, recomputes)
    return model


def join_device(model: LocalModel, device: torch.device) -> None:
    """The model where the prompt is; the runner moves what trains alone."""
    if model.device != device and not hasattr(model.module, "hf_device_map"):
        model.module.to(device)


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
def right_share(model: VisionLanguageModel, asked: Sequence[AskedSample]) -> float:
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


def _chosen(model: VisionLanguageModel, asked: AskedSample) -> str:
    question = question_of(image_of(asked), asked.sample)
    return max(model.answer_logprobs(question, asked.sample.choices), key=lambda s: s.mean).answer
