"""CLIP, SigLIP, SigLIP 2 and their like in transformers: "dual:openai/clip-vit-base-patch32"."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, final

import torch
from jaxtyping import Float
from torch import Tensor
from transformers import AutoImageProcessor, AutoModel, AutoTokenizer
from typing_extensions import override

from deixis.core.errors import UnsupportedError
from deixis.nn.weights import weights_digest
from deixis.priors.encoders._encoder import LoadModel, PriorEncoder, Seen
from deixis.priors.encoders._tower import close_up, loaded, pooled, read

AT_ONCE = 32


@final
class Dual(PriorEncoder):
    """A tower for pictures and one for texts that meet in one space; regions are close-ups."""

    takes: ClassVar[str] = "FOLDER or hub id"
    has_names: ClassVar[bool] = True
    templates: ClassVar[tuple[str, ...]] = (
        "a photo of a {}.",
        "a picture of the {}.",
        "this is a {}.",
    )

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
        return cls(argument, model, tokenizer, read(AutoImageProcessor, argument))

    @property
    @override
    def record(self) -> Mapping[str, str]:
        return {"encoder": f"dual:{self.name}", "weights": self.weights}

    @override
    @torch.no_grad()
    def embed_pictures(self, pictures: Sequence[Seen]) -> Float[Tensor, "picture dim"]:
        found = []
        for begin in range(0, len(pictures), AT_ONCE):
            shown = [close_up(one).pil() for one in pictures[begin : begin + AT_ONCE]]
            inputs = self.processor(images=shown, return_tensors="pt").to(self.model.device)
            found.append(pooled(self.model.get_image_features(**inputs)).cpu())
        return torch.cat(found)

    @override
    @torch.no_grad()
    def embed_names(self, texts: Sequence[str]) -> Float[Tensor, "text dim"]:
        longest = int(self.model.config.text_config.max_position_embeddings)
        found = []
        for begin in range(0, len(texts), AT_ONCE):
            inputs = self.tokenizer(  # SigLIP was trained with all texts of one length
                list(texts[begin : begin + AT_ONCE]),
                padding="max_length",
                max_length=longest,
                truncation=True,
                return_tensors="pt",
            ).to(self.model.device)
            found.append(pooled(self.model.get_text_features(**inputs)).cpu())
        return torch.cat(found)
