"""The memory of a step: a task's own step, run on shapes alone, and every allocation counted."""

from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, final

import torch
from torch import Tensor, nn
from torch._subclasses.fake_tensor import (
    DataDependentOutputException,
    DynamicOutputShapeException,
)

from deixis.core.errors import UnsupportedError
from deixis.models.hollow import Allocated, hollowed
from deixis.train.config import RunConfig
from deixis.train.data_order import pieces_of
from deixis.train.distributed import Parallel, messages
from deixis.train.fsdp import repeated
from deixis.train.optimizer import Optimizer
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
