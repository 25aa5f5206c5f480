"""What TVP adds to the task's own loss (arXiv 2404.11207): consistency of the source's features,
and likeness to the words of the task.

Both compute in float32, or in what they are given where that is finer.
"""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

MOST_SCALE = 100.0  # of CLIP's logits: its scale is learned, and held below ln 100
# the same picture, computed twice, gives tokens that differ by up to 13 units of rounding in
# float32 (nano, four instruction sets), and by up to 1.4 in bfloat16, whose sums are finer
SAME = 32.0  # units of rounding, of a token's length, within which two tokens are the same
SAME_HALF = 2.0  # the same, of numbers of 16 bits


def consistency(
    prompted: Sequence[Float[Tensor, "_ dim"]], clean: Sequence[Float[Tensor, "_ dim"]]
) -> Float[Tensor, ""]:
    """Feature Consistency Alignment: the mean over all tokens of the distance (L2, not squared)
    between the projected token with the prompt and without.

    Tokens that differ by rounding alone (`same_within`) have distance and gradient zero: the norm's
    gradient has length one there, in whatever direction the processor happened to round.
    """
    ours, theirs = torch.cat(list(prompted)), torch.cat(list(clean))
    within = max(same_within(ours), same_within(theirs))
    ours, theirs = _fine(ours), _fine(theirs)
    distance = torch.linalg.vector_norm(ours - theirs, dim=-1)
    length = torch.linalg.vector_norm(theirs.detach(), dim=-1)
    return distance.where(distance.detach() > within * length, 0.0).mean()


def same_within(tokens: Float[Tensor, "token dim"]) -> float:
    """The part of its length by which a token computed twice may differ."""
    kinds = [tokens.dtype]
    if torch.is_autocast_enabled(tokens.device.type):
        kinds.append(torch.get_autocast_dtype(tokens.device.type))
    return max((SAME_HALF if kind.itemsize < 4 else SAME) * torch.finfo(kind).eps for kind in kinds)


def likeness(
    pictures: Float[Tensor, "picture dim"],
    texts: Float[Tensor, "picture dim"],
    scale: Float[Tensor, ""] | float,
) -> Float[Tensor, ""]:
    """Task Semantics Enrichment: the mean of scale · cos between each picture and its own words.
    Other pairs do not enter; `scale` is the exponential of CLIP's, at most 100.
    """
    pictures, texts = _fine(pictures), _fine(texts)
    alike = functional.cosine_similarity(pictures, texts, dim=-1)
    scale = torch.as_tensor(scale, dtype=alike.dtype, device=alike.device)
    return (scale.clamp(max=MOST_SCALE) * alike).mean()


def _fine(tensor: Tensor) -> Tensor:
    return tensor.to(torch.promote_types(tensor.dtype, torch.float32))
