"""A model that something is learned on: no weight of it wants a gradient, none ever changes."""

import torch

from deixis.core.errors import UnsupportedError
from deixis.models.interface import VisionLanguageModel
from deixis.models.load import load
from deixis.models.tensor_interface import LocalModel
from deixis.train.recompute import Recomputed, recompute_layers


def frozen(name: str, *, dtype: str, batch_size: int, recomputes: Recomputed) -> LocalModel:
    """The model of a name for gradients with respect to pixels alone.

    `recomputes` says how many of its layers are computed anew on the way back, which saves the
    memory of what is inside them.
    """
    model = loaded(name, dtype=dtype, batch_size=batch_size)
    if not isinstance(model, LocalModel) or not model.abilities.pixel_gradient:
        raise UnsupportedError(
            f"no prompt can be learned on {name}: gradients do not reach its pixels; learn it on "
            "another, and use it here"
        )
    return held(model, recomputes).without_rounding()


def loaded(name: str, *, dtype: str, batch_size: int) -> VisionLanguageModel | None:
    """The model of a name; None where it is behind a server."""
    if name.startswith("openai:"):
        return None
    return load(name, dtype=dtype, batch_size=batch_size)


def held(model: LocalModel, recomputes: Recomputed) -> LocalModel:
    """The model with all its weights as they are from now on."""
    model.module.requires_grad_(False).eval()
    recompute_layers(model.module, recomputes)
    return model


def join_device(model: LocalModel, device: torch.device) -> None:
    """The model where the prompt is; the runner moves what trains alone."""
    if model.device != device and not hasattr(model.module, "hf_device_map"):
        model.module.to(device)
