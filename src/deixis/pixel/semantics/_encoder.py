"""The interface of an image-text encoder."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor

from deixis.models.interface import VisionLanguageModel


class ImageTextEncoder(ABC):
    """Pictures and words as vectors of one space. Gradients reach the pixels; its weights stay."""

    takes: ClassVar[str | None] = None  # what follows its name and a colon, if anything does

    @classmethod
    @abstractmethod
    def of(cls, argument: str, model: VisionLanguageModel | None) -> "ImageTextEncoder":
        """The encoder of an argument; `model` is the source that the prompt is trained on."""

    @property
    @abstractmethod
    def record(self) -> Mapping[str, str]:
        """Which encoder it is."""

    @property
    @abstractmethod
    def scale(self) -> float:
        """What cosines are multiplied by: the exponential of CLIP's learned scale."""

    @abstractmethod
    def pictures(self, pixels: Sequence[Float[Tensor, "3 _ _"]]) -> Float[Tensor, "picture dim"]:
        """A vector each, of any length."""

    @abstractmethod
    def texts(self, texts: Sequence[str]) -> Float[Tensor, "text dim"]:
        """A vector each, of any length."""

    def to(self, device: torch.device) -> None:  # noqa: B027  # one without weights stays
        """Move its weights."""
