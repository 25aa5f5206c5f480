"""The memory of a step: a task's own step, run on shapes alone, and every allocation counted.

A run that does not fit where it is to be trained is refused before its checkpoint is loaded.
"""

import os
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

import torch
from torch import Tensor, nn
from torch._subclasses.fake_tensor import (
    DataDependentOutputException,
    DynamicOutputShapeException,
)

from deixis.core.errors import UnsupportedError, UsageError
from deixis.models.meta_tensors import Allocated, hollowed
from deixis.train.config import RunConfig
from deixis.train.data_order import pieces_of
from deixis.train.distributed import Parallel, device_named, messages
from deixis.train.fsdp import repeated
from deixis.train.optimizer import Optimizer, computes_in_bf16
from deixis.train.task import Task

CPU = torch.device("cpu")
GATHERED = 2  # layers of spread weights that are whole at once: one computes, the next is fetched


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Memory:
    """Bytes of one device at the fullest moment of a run.

    `activations` is all that is there beside the other three then: what layers keep for the way
    back, what passes, and, of several devices, what is fetched from and sent to the others.
    """

    weights: int
    gradients: int
    optimizer: int
    activations: int
    examples: int  # that are computed at once

    @property
    def total(self) -> int:
        """Their sum."""
        return self.weights + self.gradients + self.optimizer + self.activations


def memory_of(task: Task, config: RunConfig, *, num_devices: int = 1, bf16: bool = False) -> Memory:
    """The memory of this task's run on each of so many devices of one kind.

    The task was built within `hollow_models`, and so is this called; it is of no use afterwards.
    """
    pieces = pieces_of(config, num_devices)
    examples = -(-config.batch_size // (num_devices * pieces))
    for module in (task.module, *task.held):
        hollowed(module)
    task.begin(config)
    weights = _bytes(_tensors((task.module, *task.held)))
    batch = task.largest_batch(examples)
    run = _TwoSteps(task, Optimizer(task, config.optim), batch, precision=_autocast(bf16=bf16))
    peak = run.peak(min(pieces, 2))  # with more of them nothing is added
    found = Memory(
        weights=weights,
        gradients=run.gradients,
        optimizer=run.states,
        activations=peak - run.gradients - run.states,
        examples=examples,
    )
    if num_devices == 1:
        return found
    return _among(num_devices, found, run, is_spread=config.spread)


def still(task: Task) -> int:
    """About what a task's weights, their gradients and an optimizer's memory of them take."""
    weights = list(_tensors((task.module, *task.held)))
    return _bytes(weights) + 3 * _bytes(weight for weight in weights if weight.requires_grad)


@final
class _TwoSteps:
    """Two steps of a task: the first makes the optimizer's memory, the second begins with it."""

    def __init__(
        self,
        task: Task,
        optimizer: Optimizer,
        batch: Any,  # Any: what the source collates
        *,
        precision: AbstractContextManager[object],
    ) -> None:
        self.task, self.optimizer, self.batch = task, optimizer, batch
        self.precision = precision
        self.gradients = 0

    def peak(self, num_pieces: int) -> int:
        """The most that the steps allocate at once."""
        self.task.module.train()
        held = list(_tensors((self.task.module, *self.task.held)))
        try:
            with Allocated(held) as allocated:
                for step in range(2):
                    for _ in range(num_pieces):
                        self._piece(step)
                    self.gradients = _bytes(
                        weight.grad
                        for weight in self.optimizer.parameters
                        if weight.grad is not None
                    )
                    self.optimizer.step(lr=1.0, weight=1.0, parallel=Parallel(device=CPU))
        except (DataDependentOutputException, DynamicOutputShapeException) as error:
            raise UnsupportedError(
                f"the memory of this model cannot be told by its shapes: {error.func} depends on "
                "its numbers"
            ) from None
        return allocated.peak

    @property
    def states(self) -> int:
        """Of the optimizer."""
        return _bytes(self.optimizer.tensors().values())

    def in_layers(self, layers: Iterable[nn.Module]) -> "list[_Layer]":
        """What spread layers have of weights, gradients and states."""
        return [self._layer(layer) for layer in layers]

    def _layer(self, layer: nn.Module) -> "_Layer":
        weights = list(layer.parameters())
        trained = [weight for weight in weights if weight in self.optimizer.names]
        names = {self.optimizer.names[weight] for weight in trained}
        states = [
            state
            for key, state in self.optimizer.tensors().items()
            if key.partition(".")[2] in names
        ]
        return _Layer(weights=_bytes(weights), gradients=_bytes(trained), states=_bytes(states))

    def _piece(self, step: int) -> None:
        with self.precision:
            losses = self.task.loss(self.batch, step)
        if losses.total.requires_grad:
            torch.autograd.backward(losses.total * losses.weight)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class _Layer:
    weights: int
    gradients: int
    states: int


def _among(num_devices: int, whole: Memory, run: _TwoSteps, *, is_spread: bool) -> Memory:
    """The memory of one of several devices, of what it is on one alone."""
    module = run.task.spreadable if is_spread else None
    spread = [] if module is None else repeated(module)
    layers = run.in_layers(spread)
    away = 1 - 1 / num_devices
    weights, gradients, states = (
        sum(getattr(layer, name) for layer in layers) for name in ("weights", "gradients", "states")
    )
    largest = max((layer.weights for layer in layers), default=0)
    summed = max((layer.gradients for layer in layers), default=0)
    inside = {weight for layer in spread for weight in layer.parameters()}
    beside = [weight for weight in run.optimizer.parameters if weight not in inside]
    sent = max((_bytes(some) for some in messages(beside)), default=0)
    return Memory(
        weights=whole.weights - int(away * weights),
        gradients=whole.gradients - int(away * gradients),
        optimizer=whole.optimizer - int(away * states),
        activations=whole.activations + GATHERED * largest + summed + sent,
        examples=whole.examples,
    )


def _tensors(modules: Iterable[nn.Module]) -> Iterable[Tensor]:
    for module in modules:
        yield from module.parameters()
        yield from module.buffers()


def _bytes(tensors: Iterable[Tensor]) -> int:
    """Of their storages, each once."""
    storages = (tensor.untyped_storage() for tensor in tensors)
    return sum({storage._cdata: storage.nbytes() for storage in storages}.values())


def _autocast(*, bf16: bool) -> AbstractContextManager[object]:
    return torch.autocast("cpu", dtype=torch.bfloat16) if bf16 else nullcontext()


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
