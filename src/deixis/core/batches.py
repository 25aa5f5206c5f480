"""A sequence, some at a time."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

Thing = TypeVar("Thing")


def batches(things: Sequence[Thing], size: int) -> Iterator[Sequence[Thing]]:
    """In their order; the last may be fewer."""
    for begin in range(0, len(things), size):
        yield things[begin : begin + size]
