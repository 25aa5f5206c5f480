"""Muon (Jordan 2024): momentum for matrices, each step turned into its nearest orthogonal matrix.

torch has one too, but it takes Linear weights alone and computes in bfloat16, which a CPU
without it emulates at a sixth of float32's speed.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, final

import torch
from jaxtyping import Float
from torch import Tensor

from deixis.train.precision import has_bfloat16

COEFFICIENTS = (3.4445, -4.7750, 2.0315)  # of the quintic that pushes singular values towards one
ITERATIONS = 5
EPSILON = 1e-7


@final
class Muon(torch.optim.Optimizer):
    """Of weights of two or more dimensions; a convolution's count as one row an output."""

    def __init__(
        self,
        params: Iterable[dict[str, Any]],  # Any: torch's own parameter groups
        *,
        lr: float = 0.02,
        momentum: float = 0.95,
        weight_decay: float = 0.0,
    ) -> None:
        settings = {"lr": lr, "momentum": momentum, "weight_decay": weight_decay}
        super().__init__(params, settings)

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]  # no closure is used
        """Change every weight that has a gradient."""
        for group in self.param_groups:
            shapes = defaultdict(list)
            for weight in group["params"]:
                if weight.grad is not None:
                    shapes[weight.flatten(1).shape].append(weight)
            for (rows, columns), weights in shapes.items():
                pushes = [self._pushed(weight, group["momentum"]) for weight in weights]
                turned = orthogonalised(torch.stack(pushes))
                rate = group["lr"] * max(1.0, rows / columns) ** 0.5
                for weight, change in zip(weights, turned, strict=True):
                    weight.mul_(1 - group["lr"] * group["weight_decay"])
                    weight.add_(change.view_as(weight), alpha=-rate)

    def _pushed(self, weight: Tensor, momentum: float) -> Float[Tensor, "row column"]:
        """The gradient with Nesterov's momentum."""
        assert weight.grad is not None
        state = self.state[weight]
        if "momentum_buffer" not in state:
            state["momentum_buffer"] = torch.zeros_like(weight)
        buffer = state["momentum_buffer"]
        buffer.lerp_(weight.grad, 1 - momentum)
        return torch.lerp(weight.grad, buffer, momentum).flatten(1)


def orthogonalised(
    matrices: Float[Tensor, "matrix row column"],
) -> Float[Tensor, "matrix row column"]:
    """Near the orthogonal factor of each one's polar decomposition, by Newton and Schulz."""
    a, b, c = COEFFICIENTS
    dtype = torch.bfloat16 if has_bfloat16(matrices.device) else torch.float32
    found = matrices.to(dtype)
    is_tall = found.shape[1] > found.shape[2]
    if is_tall:
        found = found.mT
    found = found / found.norm(dim=(1, 2), keepdim=True).clamp(min=EPSILON)
    for _ in range(ITERATIONS):
        square = found @ found.mT
        found = a * found + (b * square + c * square @ square) @ found
    if is_tall:
        found = found.mT
    return found.to(matrices.dtype)
