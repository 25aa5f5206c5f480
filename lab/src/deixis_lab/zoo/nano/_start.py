"""Initial weights at which models of this size learn quickly.

Every tower starts as CLIP's do: at 1/sqrt(fan-in), less for what is added to the residual stream.
The language side's matrices start at 1/sqrt(fan-in) too, and its word embeddings at 0.07; at the
0.02 of transformers, meant for widths in the thousands, nothing is learned.
"""

import math

import torch
from torch import Tensor, nn

EMBEDDING_SCALE = 0.07
VISION_EMBEDDING_SCALE = 0.02  # of patches, positions and class tokens: a norm follows, or nothing
_QUERIES = ("query_tokens",)
_LOOKED_UP = ("class_embedding", "cls_token", "position_embedding", "patch_embedding")
# inside of a tower's layer, what CLIP starts smaller by the root of twice the number of layers
_DAMPED = (
    "q_proj",
    "k_proj",
    "v_proj",
    "qkv",
    "fc2",
    "projection_out",
    ".query",
    ".key",
    ".value",
    ".output.dense",
)


@torch.no_grad()
def start(model: nn.Module, generator: torch.Generator, *, num_layers: int) -> None:
    """Draw every parameter anew at its scale; norms stay at one and biases at zero.

    `num_layers` is the tower's.
    """
    done: set[int] = set()
    for module_name, module in model.named_modules():
        for name, parameter in module.named_parameters(recurse=False):
            if id(parameter) in done:
                continue
            done.add(id(parameter))
            if parameter.ndim >= 2 or name in _LOOKED_UP:
                noise = torch.randn(parameter.shape, generator=generator)
                full_name = f"{module_name}.{name}"
                parameter.copy_(noise * _scale(parameter, module, full_name, num_layers))
            elif name.endswith("bias"):
                parameter.zero_()


def _scale(parameter: Tensor, module: nn.Module, name: str, num_layers: int) -> float:
    if name.endswith(_QUERIES):
        return 1.0
    if "vision" in name and any(part in name for part in _LOOKED_UP):
        return VISION_EMBEDDING_SCALE
    if isinstance(module, nn.Embedding):
        return EMBEDDING_SCALE
    scale = 1.0 / math.sqrt(parameter[0].numel())
    if name.endswith("embeddings.projection.weight"):  # from convolutions that no norm follows
        return scale / 10
    if "vision" in name and any(part in name for part in _DAMPED):
        return scale / math.sqrt(2 * num_layers)
    return scale / math.sqrt(2) if "vision" in name and "fc1" in name else scale
