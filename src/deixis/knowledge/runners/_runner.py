"""The interface of a shard runner: independent tasks, done by somebody, in any order."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import ClassVar, TypeVar

Task = TypeVar("Task")
Done = TypeVar("Done")


class Runner(ABC):
    """Does tasks. Work, tasks and results travel between processes; work may keep what it loads.

    Tasks are idempotent: one that was interrupted is done again.
    """

    extra: ClassVar[str | None] = None

    def __init__(self, num_workers: int) -> None:
        self.num_workers = num_workers

    @abstractmethod
    def run(self, work: Callable[[Task], Done], tasks: Sequence[Task]) -> Iterator[Done]:
        """The results as they come. DeixisError if a worker dies; what is done is done."""
