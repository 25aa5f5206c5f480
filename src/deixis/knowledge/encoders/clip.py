"""The text tower of any CLIP of transformers: "clip:openai/clip-vit-large-patch14"."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, final

import torch
from jaxtyping import Float
from torch import Tensor, nn
from transformers import CLIPTextModelWithProjection
from typing_extensions import override

from deixis.knowledge.encoders._encoder import TextEncoder
from deixis.models.checkpoints import load_tokenizer, load_weights, revision_of
from deixis.models.interface import VisionLanguageModel


@final
class Clip(TextEncoder):
    """Its projected embeddings, of length 1, where pictures are embedded too."""

    takes: ClassVar[str | None] = "FOLDER or hub id"

    def __init__(self, name: str, model: Any, tokenizer: Any) -> None:  # Any: transformers' own
        self.name, self.model, self.tokenizer = name, model, tokenizer
        self.width = int(model.config.projection_dim)
        self.revision = revision_of(name, model)

    @classmethod
    @override
    def of(cls, argument: str, model: VisionLanguageModel | None) -> "Clip":
        tower = load_weights(argument, CLIPTextModelWithProjection)
        return cls(argument, tower, load_tokenizer(argument))

    @property
    @override
    def record(self) -> Mapping[str, str]:
        return {"encoder": f"clip:{self.name}", "revision": self.revision}

    @property
    @override
    def module(self) -> nn.Module:
        module: nn.Module = self.model
        return module

    @override
    def encode(self, texts: Sequence[str]) -> Float[Tensor, "text width"]:
        longest = int(self.model.config.max_position_embeddings)
        vectors = []
        for text in texts:  # one by one: none is padded
            ids = self.tokenizer(
                [text], truncation=True, max_length=longest, return_tensors="pt"
            ).input_ids
            found = self.model(input_ids=ids.to(self.model.device)).text_embeds.float()
            vectors.append(torch.nn.functional.normalize(found, dim=-1)[0])
        return torch.stack(vectors) if vectors else torch.empty(0, self.width)
