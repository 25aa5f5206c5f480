"""Several processes training one model: `torchrun` (or `accelerate launch`) starts them.

Each process computes its part of every batch, on a whole copy of the weights or, of spread layers
(`train/fsdp.py`), on what it fetches from the others; gradients are summed once a step.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, final

import torch
from torch import Tensor, distributed

from deixis.core.errors import UsageError
from deixis.models.device_and_dtype import usual_device

MESSAGE = 256 << 20  # bytes of tensors that are sent together, of which a copy is made


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Parallel:
    """One process among those of the run."""

    rank: int = 0
    num_processes: int = 1
    device: torch.device

    @property
    def is_first(self) -> bool:
        """Whether this one writes the files and tells the news."""
        return self.rank == 0

    def sum_tensors(self, tensors: Sequence[Tensor]) -> None:
        """Add up over all processes, in place, in as few messages as their size allows."""
        if self.num_processes == 1:
            return
        for dtype in sorted({tensor.dtype for tensor in tensors}, key=str):
            same = [tensor for tensor in tensors if tensor.dtype == dtype]
            for some in messages(same):
                flat = torch.cat([tensor.reshape(-1) for tensor in some])
                distributed.all_reduce(flat)
                sizes = [tensor.numel() for tensor in some]
                for tensor, part in zip(some, torch.split(flat, sizes), strict=True):
                    tensor.copy_(part.view_as(tensor))

    def sum_numbers(self, numbers: Sequence[float]) -> list[float]:
        """The same for plain numbers."""
        if self.num_processes == 1:
            return list(numbers)
        summed = torch.tensor(numbers, dtype=torch.float64, device=self.device)
        distributed.all_reduce(summed)
        return summed.tolist()

    def gather(self, value: Any) -> list[Any]:  # Any: plain values, as they were sent
        """What every process gives here, in the order of their ranks."""
        if self.num_processes == 1:
            return [value]
        values: list[Any] = [None] * self.num_processes
        distributed.all_gather_object(values, value)
        return values

    def wait(self) -> None:
        """Go on when all have come this far."""
        if self.num_processes > 1:
            distributed.barrier()


def messages(tensors: Sequence[Tensor]) -> list[list[Tensor]]:
    """The tensors in their order, in runs of at most `MESSAGE` bytes; a larger one is alone."""
    found: list[list[Tensor]] = []
    size = MESSAGE
    for tensor in tensors:
        size += tensor.nbytes
        if size > MESSAGE:
            found.append([])
            size = tensor.nbytes
        found[-1].append(tensor)
    return found


@contextmanager
def joined(device: str) -> Iterator[Parallel]:
    """The process, joined with the others that the launcher started."""
    num_processes = int(os.environ.get("WORLD_SIZE", "1"))
    chosen = device_named(device)
    if num_processes == 1:
        yield Parallel(device=chosen)
        return
    if chosen.type == "cuda":
        torch.cuda.set_device(chosen)
    distributed.init_process_group("nccl" if chosen.type == "cuda" else "gloo")
    try:
        rank = distributed.get_rank()
        yield Parallel(rank=rank, num_processes=num_processes, device=chosen)
    finally:
        distributed.destroy_process_group()


def device_named(name: str) -> torch.device:
    """The device that a run's setting means, on this process."""
    if name == "auto":
        name = usual_device() or ("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError:
        raise UsageError(f"device is auto, cpu, cuda, cuda:1 …, got {name!r}") from None
    if device.type == "cuda" and not torch.cuda.is_available():
        raise UsageError("there is no CUDA device here; set device=cpu")
    if device.type == "cuda" and device.index is None:
        return torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
    return device
