"""Adapters in a vision tower, and the tower with them merged in."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

from deixis.core.optional_parts import require_package
from deixis.train.model_parts import vision_layers

BASE, ADAPTER = ".base_layer", "lora_"
Rename = Callable[[str], str]


def add_lora(model: Any, rank: int, *, seed: int) -> None:  # Any: transformers' own classes
    """Adapters of this rank beside every matrix of the tower; all else is frozen by the caller."""
    require_package("peft", extra="tune", needed_for="training LoRA")
    from peft import LoraConfig, inject_adapter_in_model

    layers = vision_layers(model)
    config = LoraConfig(r=rank, lora_alpha=2 * rank, target_modules=layers, lora_dropout=0.0)
    with torch.random.fork_rng():
        torch.manual_seed(seed)  # a resumed run begins with the same adapters
        inject_adapter_in_model(config, model.get_encoder(modality="image"))


@contextmanager
def merged(model: Any) -> Iterator[tuple[Any, Rename]]:
    """The model with its adapters added to their matrices, as long as this lasts, and how its
    weights are called without them; empty for those that are of adapters.
    """
    layers = [module for module in model.modules() if _is_adapted(module)]
    for layer in layers:
        layer.merge()
    try:
        yield model, _plain
    finally:
        for layer in layers:
            layer.unmerge()


def _is_adapted(module: nn.Module) -> bool:
    return hasattr(module, "base_layer") and hasattr(module, "merge")


def _plain(name: str) -> str:
    return "" if ADAPTER in name else name.replace(BASE, "")
