"""The vectors that towers of transformers give for pictures and for texts."""

from collections.abc import Sequence
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor


def pooled(output: Any) -> Float[Tensor, "item dim"]:  # Any: what a tower of transformers gives
    """The vector of each picture or text: the tower's own, else the mean of its tokens."""
    own = getattr(output, "pooler_output", None)
    if own is not None:
        found: torch.Tensor = own.flatten(1).float()  # some pool to 1 x 1
        return found
    states: torch.Tensor = output.last_hidden_state.float()
    return states.mean(dim=1) if states.ndim == 3 else states.flatten(2).mean(dim=2)


def embed_texts(
    model: Any,  # Any: transformers' own classes
    tokenizer: Any,
    texts: Sequence[str],
    *,
    padding: bool,
) -> Float[Tensor, "text dim"]:
    """A dual encoder's vectors of texts, cut to what its tower takes; `padding` fills each up to
    that length.
    """
    inputs = tokenizer(
        list(texts),
        padding="max_length" if padding else False,
        max_length=int(model.config.text_config.max_position_embeddings),
        truncation=True,
        return_tensors="pt",
    ).to(model.device)
    return pooled(model.get_text_features(**inputs))
