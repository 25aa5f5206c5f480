"""The language model's own table of embeddings: no other model is needed."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, final

import torch
from jaxtyping import Float
from torch import Tensor
from typing_extensions import override

from deixis.core.errors import UsageError
from deixis.knowledge.encoders._encoder import TextEncoder
from deixis.models.interface import VisionLanguageModel


@final
class OwnTable(TextEncoder):
    """The mean of the embeddings of a text's tokens. The table may train with the model."""

    is_kept: ClassVar[bool] = False

    def __init__(self, model: VisionLanguageModel) -> None:
        self.model = model
        self.width = int(model.word_embeddings(["a"])[0].shape[-1])

    @classmethod
    @override
    def of(cls, argument: str, model: VisionLanguageModel | None) -> "OwnTable":
        if model is None:
            raise UsageError("the text encoder own is a model's: it needs the model")
        return cls(model)

    @property
    @override
    def record(self) -> Mapping[str, str]:
        return {"encoder": "own"}

    @override
    @torch.no_grad()
    def encode(self, texts: Sequence[str]) -> Float[Tensor, "text width"]:
        if not texts:
            return torch.empty(0, self.width)
        found = self.model.word_embeddings(texts)
        return torch.stack([tokens.float().mean(dim=0) for tokens in found])
