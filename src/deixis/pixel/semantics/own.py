"""The source model as its own encoder: the mean of its projected tokens against its words."""

from collections.abc import Mapping, Sequence
from typing import final

import torch
from jaxtyping import Float
from torch import Tensor
from typing_extensions import override

from deixis.core.errors import UsageError
from deixis.models.interface import VisionLanguageModel
from deixis.models.tensor_interface import VisionTokens
from deixis.pixel.losses import MOST_SCALE
from deixis.pixel.semantics._encoder import ImageTextEncoder


@final
class Own(ImageTextEncoder):
    """For models whose projected tokens were aligned with words, as nano's are; no CLIP of
    their pictures is needed then. A description is the mean of its tokens' embeddings.
    """

    def __init__(self, model: VisionLanguageModel) -> None:
        self.model = model
        self._known: dict[str, Tensor] = {}

    @classmethod
    @override
    def of(cls, argument: str, model: VisionLanguageModel | None) -> "Own":
        if model is None:
            raise UsageError("the encoder own is a model's: there is none here")
        return cls(model)

    @property
    @override
    def record(self) -> Mapping[str, str]:
        return {"encoder": "own", "model": self.model.name}

    @property
    @override
    def scale(self) -> float:
        return MOST_SCALE

    @override
    def pictures(self, pixels: Sequence[Float[Tensor, "3 _ _"]]) -> Float[Tensor, "picture dim"]:
        return self.pooled(self.model.vision_tokens(pixels))

    @staticmethod
    def pooled(seen: Sequence[VisionTokens]) -> Float[Tensor, "picture dim"]:
        """The same of tokens that are there already."""
        return torch.stack([one.tokens.float().mean(0) for one in seen])

    @override
    @torch.no_grad()
    def texts(self, texts: Sequence[str]) -> Float[Tensor, "text dim"]:
        for text in dict.fromkeys(texts):
            if text not in self._known:
                (embedded,) = self.model.word_embeddings([text])
                self._known[text] = embedded.float().mean(0)
        return torch.stack([self._known[text] for text in texts])
