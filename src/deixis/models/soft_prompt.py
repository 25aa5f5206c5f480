"""Words whose vectors are learned (prompt tuning, arXiv 2104.08691): k rows in a text's place.

A language side reads them in the place of the embeddings of a prompt's first words.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, final

import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn
from typing_extensions import override

from deixis.core.errors import ModelError, UsageError
from deixis.models.digests import SHORT
from deixis.models.language import Answers, Language, Output, Tensors

BETWEEN = " "


@final
class LearnedWords(nn.Module):
    """A text that is said before every question, most of whose tokens are read as other vectors.

    `tokens` are the ids of consecutive tokens of it; their embeddings give way to `vectors`. Where
    they stand in a prompt is found by these ids, so templates, pictures and padding around them may
    be any.
    """

    tokens: Tensor

    def __init__(
        self, text: str, tokens: tuple[int, ...], vectors: Float[Tensor, "token dim"]
    ) -> None:
        super().__init__()
        if not tokens or len(tokens) != len(vectors):
            raise UsageError(f"{len(tokens)} tokens of words cannot have {len(vectors)} vectors")
        self.text = text
        self.register_buffer("tokens", torch.tensor(tokens), persistent=False)
        self.vectors = nn.Parameter(vectors.detach().float().clone())

    def before(self, question: str) -> str:
        """The words and the question's."""
        return self.text + BETWEEN + question

    @property
    def digest(self) -> str:
        """Of all that decides what is read."""
        numbers = self.vectors.detach().cpu().contiguous().numpy().tobytes()
        told = f"{self.text}\n{self.tokens.tolist()}\n".encode()
        return hashlib.sha256(told + numbers).hexdigest()[:SHORT]

    @override
    def forward(
        self, ids: Int64[Tensor, "*row token"], embedded: Float[Tensor, "*row token dim"]
    ) -> Float[Tensor, "*row token dim"] | None:
        """The embeddings of these ids, the words' (where they stand first in each row) replaced by
        the vectors. None where a row does not hold them.
        """
        tokens = self.tokens.to(ids.device)
        if ids.ndim != 2 or ids.shape[1] < len(tokens):
            return None
        found = (ids.unfold(1, len(tokens), 1) == tokens).all(-1)
        if not found.any(1).all():
            return None
        first = found.int().argmax(1, keepdim=True)
        places = first + torch.arange(len(tokens), device=ids.device)
        rows = torch.arange(len(ids), device=ids.device)[:, None].expand_as(places)
        vectors = self.vectors.to(embedded).expand(len(ids), -1, -1)
        return embedded.index_put((rows, places), vectors)


@final
class WordedLanguage(Language):
    """A language side that reads learned words in every prompt."""

    def __init__(self, language: Language, embeddings: nn.Module, words: LearnedWords) -> None:
        self._language = language
        self._embeddings = embeddings
        self._words = words

    @override
    def generate(self, text: Tensors, features: Output, **settings: object) -> list[list[int]]:
        with read_as(self._words, self._embeddings):
            return self._language.generate(text, features, **settings)

    @override
    def score(self, text: Tensors, features: Output, answers: Answers) -> list[list[float]]:
        with read_as(self._words, self._embeddings):
            return self._language.score(text, features, answers)

    @override
    def loss(self, text: Tensors, features: Output, answers: Answers) -> Float[Tensor, ""]:
        with read_as(self._words, self._embeddings):
            return self._language.loss(text, features, answers)


@contextmanager
def read_as(words: LearnedWords, embeddings: nn.Module) -> Iterator[None]:
    """While it lasts, the first rows that hold these words are read with their vectors: the
    prompts. What is embedded after is an answer, even where it says the same.
    """
    is_read = False

    def hook(module: nn.Module, given: tuple[Any, ...], embedded: Tensor) -> Tensor | None:
        nonlocal is_read
        changed = None if is_read else words(given[0], embedded)
        is_read = is_read or changed is not None
        return changed

    handle = embeddings.register_forward_hook(hook)
    try:
        yield
    finally:
        handle.remove()
    if not is_read:
        raise ModelError(
            f"the words {words.text!r:.80} do not stand in the prompt with the tokens that they "
            "were learned by: the tokenizer or the chat template changed them"
        )
