"""A multimodal model's tokens of an entity: those that look at its region, joined to one vector."""

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from deixis.core.errors import UsageError
from deixis.core.image import Image
from deixis.models.interface import TokenPlace, VisionLanguageModel
from deixis.models.region_tokens import pooled_tokens
from deixis.priors.encoders._encoder import LoadModel, Seen

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
