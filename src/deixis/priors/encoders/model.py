"""A whole multimodal model by its projector and its own word embeddings: "model:nano"."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, final

import torch
from jaxtyping import Float
from torch import Tensor
from typing_extensions import override

from deixis.models.interface import VisionLanguageModel
from deixis.priors.encoders._encoder import LoadModel, PriorEncoder, Seen
from deixis.priors.encoders._multimodal import fingerprint, joined_tokens, model_named


@final
class Model(PriorEncoder):
    """Projected tokens over the entity against the words of its name, where the two meet: at the
    language side's door. How well they meet there differs between models: compare it within one.
    """

    takes: ClassVar[str] = "MODEL"
    has_names: ClassVar[bool] = True

    def __init__(self, model: VisionLanguageModel) -> None:
        self.model = model
        self.marks = fingerprint(model, "after")

    @classmethod
    @override
    def of(cls, argument: str, load: LoadModel | None) -> "Model":
        return cls(model_named(argument, load))

    @property
    @override
    def record(self) -> Mapping[str, str]:
        return {"encoder": f"model:{self.model.name}", **self.marks}

    @override
    def embed_pictures(self, pictures: Sequence[Seen]) -> Float[Tensor, "picture dim"]:
        return joined_tokens(self.model, pictures, "after")

    @override
    @torch.no_grad()
    def embed_names(self, texts: Sequence[str]) -> Float[Tensor, "text dim"]:
        words = self.model.word_embeddings(texts)
        return torch.stack([word.float().mean(dim=0).cpu() for word in words])
