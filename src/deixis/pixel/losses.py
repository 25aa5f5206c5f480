"""What TVP adds to the task's own loss (arXiv 2404.11207): consistency of the source's features,
and likeness to the words of the task.
"""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

MOST_SCALE = 100.0  # of CLIP's logits: its scale is learned, and held below ln 100


def consistency(
    prompted: Sequence[Float[Tensor, "_ dim"]], clean: Sequence[Float[Tensor, "_ dim"]]
) -> Float[Tensor, ""]:
    """Feature Consistency Alignment: the mean over all tokens of the distance (L2, not squared)
    between the projected token with the prompt and without.
    """
    apart = torch.cat(list(prompted)).float() - torch.cat(list(clean)).float()
    return torch.linalg.vector_norm(apart, dim=-1).mean()


def likeness(
    pictures: Float[Tensor, "picture dim"],
    texts: Float[Tensor, "picture dim"],
    scale: Float[Tensor, ""] | float,
) -> Float[Tensor, ""]:
    """Task Semantics Enrichment: the mean of scale · cos between each picture and its own words.
    Other pairs do not enter; `scale` is the exponential of CLIP's, at most 100.
    """
    scale = torch.as_tensor(scale, dtype=torch.float32, device=pictures.device)
    alike = functional.cosine_similarity(pictures.float(), texts.float(), dim=-1)
    return (scale.clamp(max=MOST_SCALE) * alike).mean()
