"""A model that a prompt is learned on: no weight of it wants a gradient, none ever changes."""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any

import torch
from torch.utils.checkpoint import checkpoint
from transformers.modeling_layers import GradientCheckpointingLayer

from deixis.core.errors import UnsupportedError
from deixis.models.load import load
from deixis.models.transformers_model import TransformersModel


def frozen(name: str, *, dtype: str, batch_size: int, saves_memory: bool) -> TransformersModel:
    """The model of a name for gradients with respect to pixels alone.

    `saves_memory` computes each layer anew on the way back instead of keeping what is inside it.
    """
    model = None if name.startswith("openai:") else load(name, dtype=dtype, batch_size=batch_size)
    if not isinstance(model, TransformersModel) or not model.abilities.pixel_gradient:
        raise UnsupportedError(
            f"no prompt can be learned on {name}: gradients do not reach its pixels; learn it on "
            "another, and use it here"
        )
    model.family.model.requires_grad_(False).eval()
    if saves_memory:
        recompute_layers(model.family.model)
    return replace(model, rounding=False)


def recompute_layers(model: torch.nn.Module) -> None:
    """Every layer's inside is computed anew on the way back; also in evaluation mode, where
    transformers' own switch does nothing.
    """
    for layer in model.modules():
        if isinstance(layer, GradientCheckpointingLayer):
            layer.forward = _recomputed(layer.forward)


def _recomputed(forward: Callable[..., Any]) -> Callable[..., Any]:  # Any: a layer's own values
    @wraps(forward)
    def again(*given: Any, **named: Any) -> Any:
        if not torch.is_grad_enabled():
            return forward(*given, **named)
        return checkpoint(forward, *given, use_reentrant=False, **named)

    return again
