"""CLIP, SigLIP, SigLIP 2 and their like in transformers: "dual:openai/clip-vit-base-patch32"."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, final

import torch
from jaxtyping import Float
from torch import Tensor
from transformers import AutoImageProcessor, AutoModel, AutoTokenizer
from typing_extensions import override

from deixis.core.errors import UnsupportedError
from deixis.models.dual_encoder import embed_texts, pooled
from deixis.models.weights import weights_digest
from deixis.priors.encoders._encoder import LoadModel, PriorEncoder, Seen
from deixis.priors.encoders._tower import (
    TEMPLATES,
    digest_of,
    in_batches,
    loaded,
    read,
    shown,
)


@final
class Dual(PriorEncoder):
    """A tower for pictures and one for texts that meet in one space; regions are close-ups."""

    takes: ClassVar[str] = "FOLDER or hub id"
    has_names: ClassVar[bool] = True
    templates: ClassVar[tuple[str, ...]] = TEMPLATES

    def __init__(self, name: str, model: Any, tokenizer: Any, processor: Any) -> None:
        # Any: transformers' own classes
        self.name, self.model, self.tokenizer, self.processor = name, model, tokenizer, processor
        self.weights = weights_digest(model)

    @classmethod
    @override
    def of(cls, argument: str, load: LoadModel | None) -> "Dual":
        model = loaded(AutoModel, argument)
        if not hasattr(model, "get_text_features"):
            raise UnsupportedError(
                f"a {type(model).__name__} has no text tower; write vision:{argument}"
            )
        tokenizer = read(AutoTokenizer, argument)
        return cls(argument, model, tokenizer, read(AutoImageProcessor, argument, backend="pil"))

    @property
    @override
    def record(self) -> Mapping[str, str]:
        return {
            "encoder": f"dual:{self.name}",
            "weights": self.weights,
            "prepared": digest_of(self.processor),
        }

    @override
    @torch.no_grad()
    def embed_pictures(self, pictures: Sequence[Seen]) -> Float[Tensor, "picture dim"]:
        return in_batches(pictures, self._look)

    @override
    @torch.no_grad()
    def embed_names(self, texts: Sequence[str]) -> Float[Tensor, "text dim"]:
        return in_batches(texts, self._read)

    def _look(self, pictures: Sequence[Seen]) -> Float[Tensor, "picture dim"]:
        inputs = shown(self.processor, pictures, self.model)
        return pooled(self.model.get_image_features(**inputs))

    def _read(self, texts: Sequence[str]) -> Float[Tensor, "text dim"]:
        # SigLIP was trained with all texts of one length
        return embed_texts(self.model, self.tokenizer, texts, padding=True)
