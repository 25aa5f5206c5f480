"""The language side of a transformers model: generate, score given answers, loss.

Two forms: `CausalLanguage` (prompt and answer in one row) and `Seq2SeqLanguage` (the prompt in an
encoder, the answer in a decoder: BLIP-2 and InstructBLIP on T5).
"""

import copy
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias, final

import torch
from jaxtyping import Float, Int64
from torch import Tensor
from torch.nn import functional
from typing_extensions import override

Tensors: TypeAlias = dict[str, Tensor]
Output: TypeAlias = Any  # Any: the output classes of transformers differ by family
Answers: TypeAlias = Sequence[Sequence[int]]
ANSWERS_AT_ONCE = 64
CACHE_BYTES = 2 << 30
IGNORED = -100


class Language(ABC):
    """What can be done once the pictures are encoded. `text` are the processor's text tensors,
    left-padded; `features` is the output of the vision side, or None for text alone.
    """

    @abstractmethod
    def generate(self, text: Tensors, features: Output, **settings: object) -> list[list[int]]:
        """Token ids of the answers alone."""

    @abstractmethod
    def score(self, text: Tensors, features: Output, answers: Answers) -> list[list[float]]:
        """Log-probability of each token of each answer to one question."""

    @abstractmethod
    def loss(self, text: Tensors, features: Output, answers: Answers) -> Float[Tensor, ""]:
        """Mean cross-entropy over all answer tokens, one answer per question."""


@final
class CausalLanguage(Language):
    """Prompt and answer in one row, each token seeing those before it.

    `forward(text, features, kept, cached)` runs a whole row, gives its last `kept` logits, and, if
    `cached`, what further tokens need;
    `follow(ids, cache)` runs further tokens on a cache;
    `start(text, features, settings)` generates and gives whole rows or the new tokens alone.
    `answer_marks` are the values that text tensors take on answer tokens (PaliGemma's token types).
    """

    def __init__(
        self,
        *,
        forward: Callable[[Tensors, Output, int, bool], Output],
        follow: Callable[[Tensor, Output], Output],
        start: Callable[[Tensors, Output, dict[str, object]], Tensor],
        answer_marks: dict[str, int] | None = None,
    ) -> None:
        self._forward = forward
        self._follow = follow
        self._start = start
        self._answer_marks = answer_marks or {}

    @override
    def generate(self, text: Tensors, features: Output, **settings: object) -> list[list[int]]:
        return new_tokens(self._start(text, features, settings), text["input_ids"])

    @override
    @torch.no_grad()
    def score(self, text: Tensors, features: Output, answers: Answers) -> list[list[float]]:
        prefix = self._forward(text, features, 1, True)
        at_once = _answers_at_once(prefix.past_key_values)
        first = torch.log_softmax(prefix.logits[0, -1].float(), dim=-1)
        scores: list[list[float]] = []
        for begin in range(0, len(answers), at_once):
            chunk = answers[begin : begin + at_once]
            last = begin + at_once >= len(answers)
            cache = prefix.past_key_values if last else copy.deepcopy(prefix.past_key_values)
            scores.extend(self._score_chunk(first, cache, chunk))
        return scores

    def _score_chunk(
        self, first: Float[Tensor, " vocabulary"], cache: Output, answers: Answers
    ) -> list[list[float]]:
        heads = [float(first[answer[0]]) for answer in answers]
        longest = max(len(answer) for answer in answers)
        if longest == 1:
            return [[head] for head in heads]
        ids = _right_padded(answers, first.device)
        if len(answers) > 1:
            cache.batch_repeat_interleave(len(answers))
        # answers are padded on the right, where no real token looks: no mask is needed
        logits = self._follow(ids[:, :-1], cache).logits.float()
        following = torch.log_softmax(logits, dim=-1).gather(2, ids[:, 1:, None])[..., 0]
        return [
            [head, *following[i, : len(answer) - 1].tolist()]
            for i, (head, answer) in enumerate(zip(heads, answers, strict=True))
        ]

    @override
    def loss(self, text: Tensors, features: Output, answers: Answers) -> Float[Tensor, ""]:
        rows, labels = self._with_answers(text, answers)
        first = int((labels != IGNORED).any(0).nonzero()[0])
        labels = labels[:, first:]  # what stands before every answer says no token of one
        logits = self._forward(rows, features, labels.shape[1] + 1, False).logits[:, :-1]
        answered = labels != IGNORED
        return functional.cross_entropy(logits[answered].float(), labels[answered])

    def _with_answers(self, text: Tensors, answers: Answers) -> tuple[Tensors, Tensor]:
        """Rows of prompt and answer, padded on the right, so that positions count from 0."""
        mask = text["attention_mask"].bool()
        device = mask.device
        width = int(max(int(m.sum()) + len(a) for m, a in zip(mask, answers, strict=True)))
        rows: Tensors = {}
        for name, values in text.items():
            if values.shape != mask.shape:
                rows[name] = values
                continue
            row = torch.zeros((len(answers), width), dtype=values.dtype, device=device)
            for i, answer in enumerate(answers):
                prompt = values[i][mask[i]]
                row[i, : len(prompt)] = prompt
                after = slice(len(prompt), len(prompt) + len(answer))
                row[i, after] = self._answer_row(name, answer, row)
            rows[name] = row
        labels = torch.full((len(answers), width), IGNORED, device=device)
        for i, answer in enumerate(answers):
            begin = int(mask[i].sum())
            labels[i, begin : begin + len(answer)] = torch.tensor(answer, device=device)
        return rows, labels

    def _answer_row(self, name: str, answer: Sequence[int], like: Tensor) -> Tensor:
        if name == "input_ids":
            return torch.tensor(answer, dtype=like.dtype, device=like.device)
        value = 1 if name == "attention_mask" else self._answer_marks.get(name, 0)
        return torch.full((len(answer),), value, dtype=like.dtype, device=like.device)


@final
class Seq2SeqLanguage(Language):
    """The prompt in an encoder, the answer in a decoder."""

    def __init__(
        self,
        *,
        model: Any,  # Any: a transformers sequence-to-sequence model
        embed: Callable[[Tensors, Output], Tensor],
    ) -> None:
        self._model = model
        self._embed = embed

    @override
    def generate(self, text: Tensors, features: Output, **settings: object) -> list[list[int]]:
        rows = self._model.generate(
            inputs_embeds=self._embed(text, features),
            attention_mask=text["attention_mask"],
            **settings,
        )
        return [row[1:].tolist() for row in rows]  # the first is the decoder's start

    @override
    @torch.no_grad()
    def score(self, text: Tensors, features: Output, answers: Answers) -> list[list[float]]:
        mask = text["attention_mask"]
        encoded = self._model.get_encoder()(
            inputs_embeds=self._embed(text, features), attention_mask=mask, return_dict=True
        )
        scores: list[list[float]] = []
        for begin in range(0, len(answers), ANSWERS_AT_ONCE):
            chunk = answers[begin : begin + ANSWERS_AT_ONCE]
            logprobs = -self._token_losses(
                encoder_outputs=(encoded.last_hidden_state.expand(len(chunk), -1, -1),),
                attention_mask=mask.expand(len(chunk), -1),
                labels=_right_padded(chunk, mask.device, IGNORED),
            )
            scores.extend(logprobs[i, : len(answer)].tolist() for i, answer in enumerate(chunk))
        return scores

    @override
    def loss(self, text: Tensors, features: Output, answers: Answers) -> Float[Tensor, ""]:
        labels = _right_padded(answers, text["attention_mask"].device, IGNORED)
        losses = self._token_losses(
            inputs_embeds=self._embed(text, features),
            attention_mask=text["attention_mask"],
            labels=labels,
        )
        return losses.sum() / (labels != IGNORED).sum()

    def _token_losses(self, *, labels: Tensor, **inputs: object) -> Float[Tensor, "answer token"]:
        logits = self._model(labels=labels, **inputs).logits.float()
        losses = functional.cross_entropy(
            logits.flatten(0, 1), labels.flatten(), ignore_index=IGNORED, reduction="none"
        )
        return losses.view(labels.shape)


def new_tokens(
    rows: Int64[Tensor, "question _"], prompt: Int64[Tensor, "question _"]
) -> list[list[int]]:
    """What `generate` added: some models give the prompt before it, some do not."""
    length = prompt.shape[1]
    whole = rows.shape[1] >= length and bool((rows[:, :length] == prompt).all())
    return [row[length if whole else 0 :].tolist() for row in rows]


def _answers_at_once(cache: Output) -> int:
    """As many as keep the repeated prefix within CACHE_BYTES."""
    layers = [(layer.keys, layer.values) for layer in cache.layers]
    size = sum(part.nbytes for layer in layers for part in layer if isinstance(part, Tensor))
    return max(1, min(ANSWERS_AT_ONCE, CACHE_BYTES // max(size, 1)))


def _right_padded(
    answers: Answers, device: torch.device, fill: int = 0
) -> Int64[Tensor, "answer token"]:
    longest = max(len(answer) for answer in answers)
    rows = [[*answer, *[fill] * (longest - len(answer))] for answer in answers]
    return torch.tensor(rows, dtype=torch.long, device=device)
