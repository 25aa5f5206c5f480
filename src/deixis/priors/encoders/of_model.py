"""A multimodal model's tokens of an entity: those that look at its region, joined to one vector.

"tower:MODEL" are its vision tower's, before the projector; "model:MODEL" the projected ones,
against the model's own word embeddings.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import ClassVar, final

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from typing_extensions import override

from deixis.core.errors import UsageError
from deixis.core.image import Image
from deixis.models.interface import TokenPlace, VisionLanguageModel
from deixis.models.vision_tokens import pooled_tokens
from deixis.priors.encoders._encoder import LoadModel, PriorEncoder, Seen

PROBE = (56, 72)  # pixels: no square, as what a model does at the borders tells it apart too


def model_named(argument: str, load: LoadModel | None) -> VisionLanguageModel:
    """A model by its name."""
    if load is None:
        raise UsageError(f"pass the loaded model itself, or how {argument!r} is loaded")
    return load(argument)


@torch.no_grad()
def joined_tokens(
    model: VisionLanguageModel, pictures: Sequence[Seen], place: TokenPlace
) -> Float[Tensor, "picture dim"]:
    """The mean of each picture's tokens, of those over the region where there is one."""
    rows = [pooled_tokens(model, one.image, one.region, place).cpu() for one in pictures]
    return torch.stack(rows)


@torch.no_grad()
def fingerprint(model: VisionLanguageModel, place: TokenPlace) -> Mapping[str, str]:
    """What tells this model's embeddings from another's: its record, and what it makes of a picture
    of noise. (The interface shows no weights.)
    """
    noise = np.random.default_rng(0).integers(0, 256, (*PROBE, 3), dtype=np.uint8)
    (seen,) = model.vision_tokens([Image(pixels=noise)], place=place)
    digest = hashlib.sha256(seen.tokens.float().cpu().numpy().tobytes())
    return {**model.record, "place": place, "fingerprint": digest.hexdigest()[:16]}


@final
class TowerStates(PriorEncoder):
    """The mean of the tower's states over the entity; it has no words."""

    takes: ClassVar[str] = "MODEL"
    has_names: ClassVar[bool] = False

    def __init__(self, model: VisionLanguageModel) -> None:
        self.model = model
        self.marks = fingerprint(model, "before")

    @classmethod
    @override
    def of(cls, argument: str, load: LoadModel | None) -> "TowerStates":
        return cls(model_named(argument, load))

    @property
    @override
    def record(self) -> Mapping[str, str]:
        return {"encoder": f"tower:{self.model.name}", **self.marks}

    @override
    def embed_pictures(self, pictures: Sequence[Seen]) -> Float[Tensor, "picture dim"]:
        return joined_tokens(self.model, pictures, "before")


@final
class ModelTokens(PriorEncoder):
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
    def of(cls, argument: str, load: LoadModel | None) -> "ModelTokens":
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
