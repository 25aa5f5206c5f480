"""A running average of the weights beside the weights: it answers better than the last ones.

What batch norms have seen of their inputs is averaged, too: it belongs to the weights before it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import final

import torch
from torch import Tensor, nn

WARM_UP = 10  # steps over which the memory grows to its full length
SEEN = ("running_mean", "running_var")  # of batch norms


@final
class Averaged(nn.Module):
    """A module and, in buffers, the average of its training weights. `memory` 0 keeps none."""

    num_followed: Tensor

    def __init__(self, inner: nn.Module, *, memory: float) -> None:
        super().__init__()
        self.inner = inner
        self.memory = memory
        self.register_buffer("num_followed", torch.zeros((), dtype=torch.int64))
        if memory > 0:
            for name, weight in self._training():
                self.register_buffer(_buffer(name), weight.detach().clone())

    @torch.no_grad()
    def follow(self) -> None:
        """Take one step of the weights into the average."""
        self.num_followed += 1
        if self.memory <= 0:
            return
        step = int(self.num_followed)
        share = 1 - min(self.memory, step / (step + WARM_UP))
        for name, weight in self._training():
            self.get_buffer(_buffer(name)).lerp_(weight, share)

    @contextmanager
    def averaged(self) -> Iterator[None]:
        """The average in the place of the weights, for as long as this lasts."""
        if self.memory <= 0 or not int(self.num_followed):
            yield
            return
        self._exchange()
        try:
            yield
        finally:
            self._exchange()

    @torch.no_grad()
    def _exchange(self) -> None:
        for name, weight in self._training():
            kept = self.get_buffer(_buffer(name))
            other = kept.clone()
            kept.copy_(weight)
            weight.copy_(other)

    def _training(self) -> list[tuple[str, Tensor]]:
        weights = [
            (n, weight) for n, weight in self.inner.named_parameters() if weight.requires_grad
        ]
        seen = [(n, kept) for n, kept in self.inner.named_buffers() if n.endswith(SEEN)]
        return weights + seen


def _buffer(name: str) -> str:
    """Buffers' names have no dots."""
    return "average_" + name.replace(".", "_")
