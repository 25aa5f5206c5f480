"""Weights spread over the processes of a run (FSDP2), so that a model larger than a device trains.

Only a module's repeated layers are spread; all else is whole on each process. So a process whose
batch has no picture, and leaves the tower out, keeps nobody waiting.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, final

import torch
from torch import Tensor, nn
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import fully_shard
from torch.distributed.tensor import DTensor, distribute_tensor

from deixis.core.errors import UsageError
from deixis.train.distributed import Parallel


@final
class Spread:
    """The layers that are spread; none where every process holds all."""

    def __init__(self, module: nn.Module | None, parallel: Parallel) -> None:
        self.layers: list[nn.Module] = []
        if module is None:
            return
        mesh = init_device_mesh(parallel.device.type, (parallel.num_processes,))
        layers = repeated(module)
        if not layers:
            raise UsageError(f"a {type(module).__name__} has no repeated layers; set spread=false")
        inside = {weight for layer in layers for weight in layer.parameters()}
        outside = {weight for weight in module.parameters() if weight not in inside}
        for layer in layers:
            one = fully_shard(layer, mesh=mesh)
            one.set_gradient_divide_factor(1.0)  # sums: the optimizer divides by what they weigh
            one.set_force_sum_reduction_for_comms(True)
        # it holds nothing itself, but fetches each layer while the one before computes
        fully_shard(module, mesh=mesh, ignored_params=outside)
        self.layers = layers

    @contextmanager
    def whole(self, *, keep: bool) -> Iterator[None]:
        """All weights in the module, on the CPU, in the process that keeps them; it may be saved
        there, but not asked.
        """
        spread = [
            (owner, name, weight)
            for layer in self.layers
            for owner in layer.modules()
            for name, weight in owner.named_parameters(recurse=False)
            if isinstance(weight, DTensor)
        ]
        try:
            for owner, name, weight in spread:
                found = gathered(weight.detach(), keep=keep)
                if keep:
                    owner.register_parameter(name, nn.Parameter(found, weight.requires_grad))
            yield
        finally:
            for owner, name, weight in spread:
                owner.register_parameter(name, weight)


def repeated(module: nn.Module) -> list[nn.Module]:
    """The outermost layers that stand in a list of their like."""
    found: list[nn.Module] = []
    for child in module.children():
        found += list(child.children()) if isinstance(child, nn.ModuleList) else repeated(child)
    return [layer for layer in found if any(True for _ in layer.parameters())]


def apart(tensors: Sequence[Tensor]) -> list[list[Tensor]]:
    """Those that are spread and those that are not; no empty list."""
    kinds = ([t for t in tensors if isinstance(t, DTensor) is kind] for kind in (True, False))
    return [kind for kind in kinds if kind]


def gathered(tensor: Tensor, *, keep: bool) -> Tensor:
    """The whole of a tensor that may be spread, where it is kept; all processes ask at once."""
    if not isinstance(tensor, DTensor):
        return tensor
    whole = tensor.full_tensor()
    return whole.cpu() if keep else torch.empty(0)


def placed(value: Tensor, like: Tensor) -> Tensor:
    """A whole tensor as `like` is: on its device, and this process's part if it is spread."""
    here = value.to(like.device, copy=True)
    if not isinstance(like, DTensor) or value.shape != like.shape:
        return here
    return distribute_tensor(here, like.device_mesh, like.placements)


def number(tensor: Any) -> float:  # Any: DTensor's type is lost on the way
    """A single number that may be spread."""
    return float(tensor.full_tensor() if isinstance(tensor, DTensor) else tensor)
