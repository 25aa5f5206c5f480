"""The step of EVP and TVP: the gradient divided by its own length, no momentum."""

from collections.abc import Iterable
from typing import Any, final

import torch

EPSILON = 1e-10  # of the length


@final
class NormalisedStep(torch.optim.Optimizer):
    """The gradient of all weights together is divided by its length, and each group is moved by its
    own `lr` along it: one of rate 0 counts in the length and stays.
    """

    def __init__(self, params: Iterable[dict[str, Any]], *, lr: float = 10.0) -> None:
        super().__init__(params, {"lr": lr, "weight_decay": 0.0})  # Any: torch's own groups

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]  # no closure is used
        """Change every weight that has a gradient."""
        reached = [
            (weight, group["lr"])
            for group in self.param_groups
            for weight in group["params"]
            if weight.grad is not None
        ]
        if not reached:
            return
        length = torch.nn.utils.get_total_norm([weight.grad for weight, _ in reached]) + EPSILON
        for weight, lr in reached:
            weight.sub_(weight.grad * (lr / length))
