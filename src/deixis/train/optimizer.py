"""AdamW, Muon for matrices, or normalised steps, over a task's groups of weights.

Their memory is told as named tensors.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, final

import torch
from torch import Tensor
from torch.distributed.tensor import DTensor

from deixis.core.errors import TrainingError, UsageError
from deixis.train.config import OptimConfig
from deixis.train.distributed import Parallel
from deixis.train.fsdp import apart, number, placed
from deixis.train.muon import Muon
from deixis.train.normalised import NormalisedStep
from deixis.train.task import ParameterGroup, Task


@final
class Optimizer:
    """The weights that train, and how they are changed."""

    def __init__(self, task: Task, optim: OptimConfig) -> None:
        groups = task.parameter_groups(optim)
        named = task.module.named_parameters()
        self.names = {parameter: name for name, parameter in named if parameter.requires_grad}
        parameters = [parameter for group in groups for parameter in group.parameters]
        if not parameters:
            raise UsageError("nothing is to be trained: no weight of the task wants a gradient")
        if set(parameters) != set(self.names):
            raise UsageError("parameter_groups must hold each training weight of the module, once")
        self.parameters = parameters
        self.clip = optim.clip
        self.optimizers: list[torch.optim.Optimizer] = []
        adamw, muon, normalised = (
            _as_dicts(groups, kind) for kind in ("adamw", "muon", "normalised")
        )
        if adamw:
            settings: dict[str, Any] = {"betas": optim.betas, "eps": optim.eps, "fused": True}
            self.optimizers.append(torch.optim.AdamW(adamw, lr=0.0, **settings))
        if any(isinstance(weight, DTensor) for group in muon for weight in group["params"]):
            raise UsageError("Muon needs whole matrices; set spread=false")
        if muon:
            self.optimizers.append(Muon(muon, lr=0.0))
        if normalised:
            self.optimizers.append(NormalisedStep(normalised, lr=0.0))

    def step(self, *, lr: float, weight: float, parallel: Parallel) -> float:
        """Divide the summed gradients by the batch's weight, clip them, change the weights.

        The norm of the gradient before clipping; where it is not finite, nothing is changed.
        """
        gradients = self._gradients(parallel)
        # those of spread layers were summed on the way
        parallel.sum_tensors([g for g in gradients if not isinstance(g, DTensor)])
        kinds = apart(gradients)
        for same in kinds:
            torch._foreach_mul_(same, 1.0 / weight)
        norm = math.hypot(*(number(torch.nn.utils.get_total_norm(same)) for same in kinds))
        if self.clip > 0 and norm > self.clip:
            for same in kinds:
                torch._foreach_mul_(same, self.clip / norm)
        if norm < float("inf"):
            for optimizer in self.optimizers:
                for group in optimizer.param_groups:
                    group["lr"] = lr * group["lr_share"]
                optimizer.step()
        for optimizer in self.optimizers:
            optimizer.zero_grad(set_to_none=True)
        return norm

    def tensors(self) -> dict[str, Tensor]:
        """Its memory, as `exp_avg.NAME`, by the weights' names."""
        return {
            f"{kind}.{name}": value
            for parameter, name in self.names.items()
            for optimizer in self.optimizers
            if parameter in optimizer.state
            for kind, value in optimizer.state[parameter].items()
        }

    def load(self, tensors: Mapping[str, Tensor]) -> None:
        """Take the memory of a checkpoint."""
        by_name = {name: parameter for parameter, name in self.names.items()}
        for key, value in tensors.items():
            kind, _, name = key.partition(".")
            if name not in by_name:
                raise TrainingError(f"the checkpoint has {name!r}, which this task does not train")
            parameter = by_name[name]
            self._owner(parameter).state[parameter][kind] = placed(value, parameter)

    def _owner(self, parameter: Tensor) -> torch.optim.Optimizer:
        """The optimizer that changes this weight."""
        for optimizer in self.optimizers:
            if any(parameter is one for g in optimizer.param_groups for one in g["params"]):
                return optimizer
        raise AssertionError("each training weight is in a group")

    def _gradients(self, parallel: Parallel) -> list[Tensor]:
        """The gradients of all weights that any process reached; the others stay as they are."""
        reached = parallel.sum_numbers([float(p.grad is not None) for p in self.parameters])
        gradients: list[Tensor] = []
        for parameter, times in zip(self.parameters, reached, strict=True):
            if times and parameter.grad is None:
                parameter.grad = torch.zeros_like(parameter)
            if parameter.grad is not None:
                gradients.append(parameter.grad)
        return gradients


def _as_dicts(groups: Sequence[ParameterGroup], kind: str) -> list[dict[str, Any]]:
    return [
        {"params": same, "weight_decay": group.weight_decay, "lr_share": group.lr_share}
        for group in groups
        if group.kind == kind
        for same in apart(group.parameters)
    ]
