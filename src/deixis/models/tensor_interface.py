"""What a model on this machine does besides answering: with tensors, gradients and weights."""

import hashlib
import json
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from importlib import metadata
from typing import Any, TypeAlias, final

import torch
from jaxtyping import Float
from torch import Tensor
from typing_extensions import override

from deixis.coordinates.contract import Contract
from deixis.coordinates.contracts import Match, told_match
from deixis.core.errors import UsageError
from deixis.core.image import Image
from deixis.core.region import Region
from deixis.core.token_grid import TokenGrid
from deixis.core.view import View
from deixis.models.control_words import control_words, spoken
from deixis.models.device_and_dtype import torch_dtype
from deixis.models.digests import SHORT, prepared_by, weights_digest
from deixis.models.interface import (
    Example,
    Picture,
    TokenPlace,
    VisionLanguageModel,
    image_of,
)
from deixis.models.local_contract import contract_of_checkpoint
from deixis.models.pointed_to import Told
from deixis.models.tensor_view import look

Pixels: TypeAlias = Float[Tensor, "3 height width"]  # 0..255, may carry a gradient
LOCAL_SOFTWARE = ("transformers", "torch")


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class VisionTokens:
    """What the language model sees of one picture: a row a token, and where each looks; and the
    notes that came with it.
    """

    tokens: Float[Tensor, "token dim"]
    grid: TokenGrid
    picture: Picture
    notes: tuple[Region, ...] = ()


TokenChange: TypeAlias = Callable[[Sequence[VisionTokens]], Sequence[Tensor]]
PixelChange: TypeAlias = Callable[[Tensor], Tensor]


def pixels_of(picture: Picture, device: torch.device | str = "cpu") -> Pixels:
    """The pixels of an image on that device; pixels stay what and where they are."""
    if isinstance(picture, Image):
        return torch.from_numpy(picture.pixels.copy()).to(device).permute(2, 0, 1).float()
    if not isinstance(picture, Tensor):
        raise UsageError(f"pixels are a torch tensor, got {type(picture).__name__}")
    return picture


@torch.no_grad()
def changed_image(change: PixelChange, image: Image) -> Image:
    """An image through a change of pixels, cut to 0..255 and rounded."""
    return image_of(change(pixels_of(image)))


class LocalModel(VisionLanguageModel):
    """A model whose weights are here: what it holds, and what it does with tensors."""

    batch_size: int
    processor: Any  # Any: transformers' own class
    told: Contract | None = None  # the contract that a user tells of it

    @property
    @abstractmethod
    def module(self) -> Any:  # Any: transformers' own class
        """The module that holds all its weights."""

    @property
    def device(self) -> torch.device:
        """Where the inputs go."""
        return self.module.device

    @property
    @override
    def contract(self) -> Match | None:
        if self.told is not None:
            return told_match(self.told)
        return contract_of_checkpoint(self.name, getattr(self.module, "config", None))

    @override
    def under(self: Told, contract: Contract) -> Told:
        told: Any = self  # Any: a frozen dataclass, as every kind of local model is
        return replace(told, told=contract)

    @property
    @override
    def num_at_once(self) -> int:
        return self.batch_size

    @property
    @override
    def identity(self) -> Mapping[str, str]:
        """The record, and digests of the weights and of the way in which questions are prepared."""
        prepared = {
            "pictures": self.processor.image_processor.to_dict(),
            "template": getattr(self.processor, "chat_template", None),
            "tokenizer": sorted(self.processor.tokenizer.get_vocab().items()),
            "generation": self.module.generation_config.to_dict(),
        }
        said = json.dumps(prepared, sort_keys=True, default=str)
        return {
            **super().identity,
            "weights": weights_digest(self.module),
            "prepared": hashlib.sha256(said.encode()).hexdigest()[:SHORT],
            **{name: metadata.version(name) for name in LOCAL_SOFTWARE},
        }

    @property
    @override
    def preparation(self) -> Mapping[str, str]:
        return prepared_by(self.processor.image_processor)

    @override
    def weights_digest(self, dtype: str = "") -> str:
        return weights_digest(self.module, torch_dtype(dtype) if dtype else None)

    @cached_property
    def control_words(self) -> tuple[str, ...]:
        """The tokenizer's own and added ones, the processor's, and the chat template's words of
        turns.
        """
        return control_words(self.processor)

    @override
    def spoken(self, text: str) -> str:
        return spoken(self.processor, text)

    @override
    def seen(self, view: View, image: Image) -> Image:
        shown = look(view, pixels_of(image)).round().to(torch.uint8)
        return Image(pixels=shown.permute(1, 2, 0).numpy(), source=image.source)

    @override
    def loss(self, examples: Sequence[Example]) -> Float[Tensor, ""]:
        return super().loss(examples)

    def loss_and_tokens(self, examples: Sequence[Example]) -> tuple[Float[Tensor, ""], int]:
        """The loss, and how many answer tokens it is a mean over, each answer's end included."""
        raise self._unsupported("be trained through Deixis")

    def num_answer_tokens(self, examples: Sequence[Example]) -> int:
        """What the loss of these will be a mean over."""
        raise self._unsupported("be trained through Deixis")

    def num_tokens(self, example: Example) -> int:
        """Its pictures' tokens and the answer's end are among them."""
        raise self._unsupported("be trained through Deixis")

    @override
    def prepare(self, pixels: Pixels) -> dict[str, Tensor]:
        return super().prepare(pixels)

    @override
    def vision_tokens(
        self,
        pictures: Sequence[Picture],
        text: str | Sequence[str] | None = None,
        *,
        place: TokenPlace = "after",
    ) -> list[VisionTokens]:
        return super().vision_tokens(pictures, text, place=place)

    def tokens_around(
        self, pictures: Sequence[Picture]
    ) -> tuple[list[VisionTokens], list[VisionTokens]]:
        """`vision_tokens` before the projector and after it, seen at once."""
        raise self._unsupported("show its vision tokens")

    @override
    def word_embeddings(self, texts: Sequence[str]) -> list[Float[Tensor, "token dim"]]:
        return super().word_embeddings(texts)

    @override
    def with_token_change(
        self, change: TokenChange | None, *, place: TokenPlace = "after"
    ) -> "LocalModel":
        raise self._unsupported("change its vision tokens")

    @override
    def with_pixel_change(self, change: PixelChange | None) -> "LocalModel":
        raise self._unsupported("change pixels before its own preparation")

    def without_rounding(self) -> "LocalModel":
        """The same model, which prepares pixels without the 8-bit roundings of its processor."""
        raise self._unsupported("give gradients to pixels")
