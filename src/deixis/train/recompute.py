"""Layers whose inside is computed anew on the way back (gradient checkpointing), to save memory."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Literal, TypeAlias

import torch
from torch.utils.checkpoint import checkpoint
from transformers.modeling_layers import GradientCheckpointingLayer

Recomputed: TypeAlias = Literal["none", "half", "all"]  # of a model's layers


def recompute_layers(model: torch.nn.Module, recomputes: Recomputed) -> None:
    """The inside of all layers, or of every second one, is computed anew on the way back; also in
    evaluation mode, where transformers' own switch does nothing. Dropout is drawn as it was.
    """
    if recomputes == "none":
        return
    layers = [one for one in model.modules() if isinstance(one, GradientCheckpointingLayer)]
    for layer in layers[:: 2 if recomputes == "half" else 1]:
        layer.forward = _recomputed(layer.forward)


def _recomputed(forward: Callable[..., Any]) -> Callable[..., Any]:  # Any: a layer's own values
    @wraps(forward)
    def again(*given: Any, **named: Any) -> Any:
        if not torch.is_grad_enabled():
            return forward(*given, **named)
        return checkpoint(forward, *given, use_reentrant=False, **named)

    return again
