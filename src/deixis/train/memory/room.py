"""The room that there is for a run, and whether it fits, before its weights are loaded."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import final

import torch

from deixis.core.errors import UsageError
from deixis.train.config import RunConfig
from deixis.train.distributed import device_named
from deixis.train.memory.estimate import Memory, memory_of, still
from deixis.train.optimizer import computes_in_bf16
from deixis.train.task import Task

GIB = 2**30
PLENTY = 0.05  # of the room: where so little is held, nothing is counted
CGROUP = Path("/sys/fs/cgroup")
ADVICE = (
    "Fewer examples at once (micro_batch), task.recomputes=all, --parts lora, or more devices with "
    "spread=true take less; --memory tells how much"
)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Fit:
    """What a run needs on each device, and what there is; None where that cannot be told."""

    memory: Memory
    device: str
    room: int | None

    @property
    def fits(self) -> bool | None:
        """Whether there is room for it."""
        return None if self.room is None else self.memory.total <= self.room


def fit_of(task: Task, config: RunConfig, *, num_devices: int) -> Fit:
    """The memory of a run on each of so many devices such as the one that it would take; `task` was
    built within `hollow_models`, and so is this called.
    """
    device = device_named(config.device)
    bf16 = computes_in_bf16(config.precision, device)
    memory = memory_of(task, config, num_devices=num_devices, bf16=bf16)
    return Fit(memory=memory, device=str(device), room=room_on(device))


def check_fits(task: Task, config: RunConfig) -> None:
    """Refuse a run for which there is no room, called as `fit_of`. Nothing of it is loaded yet."""
    room = room_on(device_named(config.device))
    if room is None or still(task) < PLENTY * room:
        return
    found = fit_of(task, config, num_devices=int(os.environ.get("WORLD_SIZE", "1")))
    if found.fits is False:
        memory = found.memory
        raise UsageError(
            f"training needs {memory.total / GIB:.1f} GiB on each device (weights "
            f"{memory.weights / GIB:.1f}, gradients {memory.gradients / GIB:.1f}, optimizer "
            f"{memory.optimizer / GIB:.1f}, activations {memory.activations / GIB:.1f}); "
            f"{found.device} has {room / GIB:.1f} GiB free. {ADVICE}"
        )


def room_on(device: torch.device) -> int | None:
    """Bytes that are free there, for one of the processes that share it; None: nobody knows."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    if device.type != "cpu":
        return None
    rooms = [room for room in (_available(), _allowed()) if room is not None]
    return min(rooms) // int(os.environ.get("LOCAL_WORLD_SIZE", "1")) if rooms else None


def _available() -> int | None:
    """What the machine has left, as Linux tells it."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    for line in lines:
        name, _, value = line.partition(":")
        if name == "MemAvailable":
            return int(value.split()[0]) * 1024
    return None


def _allowed() -> int | None:
    """What a container may still take."""
    try:
        most, used = (
            (CGROUP / name).read_text(encoding="ascii").strip()
            for name in ("memory.max", "memory.current")
        )
    except OSError:
        return None
    return int(most) - int(used) if most.isdigit() and used.isdigit() else None
