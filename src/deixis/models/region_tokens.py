"""A model's vision tokens of one region: which they are, and their mean."""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float, Int64
from torch import Tensor

from deixis.core.region import Region
from deixis.core.token_grid import TokenGrid
from deixis.models.interface import Picture, TokenPlace, VisionLanguageModel
from deixis.models.tensor_interface import VisionTokens


def pooled_tokens(
    model: VisionLanguageModel, picture: Picture, region: Region | None, place: TokenPlace
) -> Float[Tensor, " dim"]:
    """The mean of a picture's tokens, of those over the region where there is one. With a gradient,
    where the weights want one.
    """
    return mean_over(model.vision_tokens([picture], place=place), [region])[0]


def mean_over(
    seen: Sequence[VisionTokens], regions: Sequence[Region | None]
) -> Float[Tensor, "picture dim"]:
    """The mean of each picture's tokens, of those over its region where it has one."""
    rows = []
    for one, region in zip(seen, regions, strict=True):
        chosen = tokens_over(one.grid, region)
        tokens = one.tokens[chosen] if len(chosen) else one.tokens
        rows.append(tokens.float().mean(dim=0))
    return torch.stack(rows)


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
