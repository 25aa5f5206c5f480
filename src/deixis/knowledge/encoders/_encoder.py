"""The interface of a text encoder: words in, one vector each out."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar

from jaxtyping import Float
from torch import Tensor, nn

from deixis.models.interface import VisionLanguageModel


class TextEncoder(ABC):
    """What gives the words of notes their embeddings.

    `takes` says what stands behind its name ("clip:FOLDER"), None where nothing does. `is_kept`:
    its vectors depend on its record alone, so they may be kept on the disk.
    """

    takes: ClassVar[str | None] = None
    is_kept: ClassVar[bool] = True
    width: int

    @classmethod
    @abstractmethod
    def of(cls, argument: str, model: VisionLanguageModel | None) -> "TextEncoder":
        """The encoder that an argument names. `model` is the one that will read the embeddings."""

    @property
    @abstractmethod
    def record(self) -> Mapping[str, str]:
        """What its embeddings depend on: they are kept under it and the text."""

    @property
    def module(self) -> nn.Module | None:
        """The weights that may be tuned, if it has its own."""
        return None

    @abstractmethod
    def encode(self, texts: Sequence[str]) -> Float[Tensor, "text width"]:
        """A float32 vector for each text, which does not depend on the others; with a gradient
        where its weights want one.
        """
