"""Learned words on their way into a language side: vectors in the place of embeddings."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, final

from jaxtyping import Float
from torch import Tensor, nn
from typing_extensions import override

from deixis.core.errors import ModelError
from deixis.models.language import Answers, Language, Output, Tensors
from deixis.models.soft_prompt import LearnedWords


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
