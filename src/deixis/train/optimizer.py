"""How a step changes weights: its arithmetic, and AdamW, Muon or normalised steps.

Muon (Jordan 2024) turns each step of a matrix into its nearest orthogonal matrix. torch has one
too, but it takes Linear weights alone and computes in bfloat16, which a CPU without it emulates at
a sixth of float32's speed. The normalised step is that of EVP and TVP: the gradient divided by its
own length, no momentum.
"""

import contextlib
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, final

import torch
from jaxtyping import Float
from torch import Tensor
from torch.distributed.tensor import DTensor

from deixis.core.errors import TrainingError, UsageError
from deixis.train.config import OptimConfig
from deixis.train.distributed import Parallel
from deixis.train.fsdp import apart, number, placed
from deixis.train.task import ParameterGroup, Task


def autocast(precision: str, device: torch.device) -> AbstractContextManager[object]:
    """bfloat16 where it is asked for, or where `auto` finds that the hardware has it."""
    if computes_in_bf16(precision, device):
        return torch.autocast(device.type, dtype=torch.bfloat16)
    return contextlib.nullcontext()


def computes_in_bf16(precision: str, device: torch.device) -> bool:
    """What a run's setting comes to on a device."""
    return precision == "bf16" or (precision == "auto" and has_bfloat16(device))


def has_bfloat16(device: torch.device) -> bool:
    """Whether matrices in bfloat16 are quicker there than in float32."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device.type != "cpu" or not hasattr(torch.cpu, "get_capabilities"):
        return False
    abilities = torch.cpu.get_capabilities()
    return bool(abilities.get("avx512_bf16") or abilities.get("amx_bf16"))


COEFFICIENTS = (3.4445, -4.7750, 2.0315)  # of the quintic that pushes singular values towards one
ITERATIONS = 5
LEAST_NORM = 1e-7


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
    found = found / found.norm(dim=(1, 2), keepdim=True).clamp(min=LEAST_NORM)
    for _ in range(ITERATIONS):
        square = found @ found.mT
        found = a * found + (b * square + c * square @ square) @ found
    if is_tall:
        found = found.mT
    return found.to(matrices.dtype)


LEAST_LENGTH = 1e-10


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
        length = (
            torch.nn.utils.get_total_norm([weight.grad for weight, _ in reached]) + LEAST_LENGTH
        )
        for weight, lr in reached:
            weight.sub_(weight.grad * (lr / length))


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
