"""Answers that are heard while a batch of them is made, token by token."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, final

import torch
from jaxtyping import Bool, Int64
from torch import Tensor
from transformers import StoppingCriteria
from typing_extensions import override

from deixis.models.generation import Completion, Usage
from deixis.models.interface import Hear
from deixis.models.language import Language, Output, Tensors

HALF_A_LETTER = "\ufffd"


@final
class HeardRows(StoppingCriteria):
    """transformers tells it of each new token of all rows. A row of which nobody wants more ends.

    What is told of a row is always the beginning of its answer as it will be in the end: spaces
    around it, letters of which a part came, and what may be a stop's beginning are held back.
    """

    def __init__(
        self,
        numbers: Sequence[int],
        *,
        hear: Hear | None,
        completed: Callable[[list[int]], Completion],
        stops: Sequence[str],
    ) -> None:
        self._hear, self._completed, self._stops = hear, completed, tuple(stops)
        self._numbers = numbers  # of the questions, as `hear` is told them
        self._tokens: list[list[int]] = [[] for _ in numbers]
        self._told = [""] * len(numbers)
        self._is_over = [False] * len(numbers)

    @override
    def __call__(
        self,
        input_ids: Int64[Tensor, "row token"],
        scores: Any,  # Any: what transformers gives, which is not looked at
        **_: Any,
    ) -> Bool[Tensor, " row"]:
        """The last token of each row is new."""
        for row, token in enumerate(input_ids[:, -1].tolist()):
            if not self._is_over[row]:
                self._tokens[row].append(token)
                self._tell(row)
        return torch.tensor(self._is_over, device=input_ids.device)

    def completions(
        self, language: Language, text: Tensors, features: Output, chosen: dict[str, object]
    ) -> list[Completion]:
        """The answers to a batch, heard while they are made, if anybody hears."""
        if self._hear is None:
            return [self._completed(ids) for ids in language.generate(text, features, **chosen)]
        ids = language.generate(text, features, **chosen, stopping_criteria=[self])
        return self._ended(ids, text["attention_mask"].sum(1).tolist(), self._hear)

    def _ended(
        self, rows: Sequence[list[int]], prompts: Sequence[int], hear: Hear
    ) -> list[Completion]:
        """The whole answers, and the last words of each told; one that nobody wanted more of is as
        long as it had become.
        """
        completions = []
        for row, (ids, prompt) in enumerate(zip(rows, prompts, strict=True)):
            is_unwanted = self._is_over[row]
            whole = self._completed(self._tokens[row] if is_unwanted else ids)
            usage = Usage(prompt=int(prompt), answer=len(whole.tokens))
            completions.append(replace(whole, usage=usage))
            rest = whole.text[len(self._told[row]) :]
            if rest and not is_unwanted:
                hear(self._numbers[row], rest)
        return completions

    def _tell(self, row: int) -> None:
        text = self._completed(self._tokens[row]).text
        sure = text.rstrip(HALF_A_LETTER).rstrip()
        held = max((_overlap(sure, stop) for stop in self._stops), default=0)
        sure = sure[: len(sure) - held].rstrip()
        told = self._told[row]
        if self._hear is not None and len(sure) > len(told) and sure.startswith(told):
            self._told[row] = sure
            self._is_over[row] = not self._hear(self._numbers[row], sure[len(told) :])


def _overlap(text: str, stop: str) -> int:
    """So many letters at the text's end may be the beginning of the stop."""
    for length in range(min(len(stop) - 1, len(text)), 0, -1):
        if text.endswith(stop[:length]):
            return length
    return 0
