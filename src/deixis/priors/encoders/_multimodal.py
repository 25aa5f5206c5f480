"""A multimodal model's tokens of an entity: those that look at its region, joined to one vector."""

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from jaxtyping import Float, Int64
from torch import Tensor

from deixis.core.errors import UsageError
from deixis.core.image import Image
from deixis.core.region import Region
from deixis.nn.grid import TokenGrid
from deixis.nn.interface import TokenPlace, VisionLanguageModel
from deixis.priors.encoders._encoder import LoadModel, Seen

PROBE = 64  # pixels a side


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
    vectors = []
    for one in pictures:
        (seen,) = model.vision_tokens([one.image], place=place)
        tokens = seen.tokens.float()
        chosen = tokens_over(seen.grid, one.region)
        vectors.append((tokens[chosen] if len(chosen) else tokens).mean(dim=0).cpu())
    return torch.stack(vectors)


def tokens_over(grid: TokenGrid, region: Region | None) -> Int64[np.ndarray, " token"]:
    """The tokens whose cell has its middle in the region's box, else the one nearest to the box's
    middle; all without a region; none where tokens have no place.
    """
    if region is None or not grid.spatial:
        return np.arange(grid.num_tokens if grid.spatial else 0)
    boxes, box = grid.boxes, region.box()
    x, y = boxes[:, [0, 2]].mean(1), boxes[:, [1, 3]].mean(1)
    inside = np.flatnonzero((x >= box.x0) & (x <= box.x1) & (y >= box.y0) & (y <= box.y1))
    if len(inside):
        return inside
    middle = ((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2)
    distance = (x - middle[0]) ** 2 + (y - middle[1]) ** 2
    return np.array([int(np.nanargmin(distance))])


@torch.no_grad()
def fingerprint(model: VisionLanguageModel, place: TokenPlace) -> Mapping[str, str]:
    """What tells this model's embeddings from another's: its record, and what it makes of a picture
    of noise. (The interface shows no weights.)
    """
    noise = np.random.default_rng(0).integers(0, 256, (PROBE, PROBE, 3), dtype=np.uint8)
    (seen,) = model.vision_tokens([Image(pixels=noise)], place=place)
    digest = hashlib.sha256(seen.tokens.float().cpu().numpy().tobytes())
    return {**model.record, "place": place, "fingerprint": digest.hexdigest()[:16]}
