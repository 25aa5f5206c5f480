"""A shard runner does independent tasks in any order: this is its interface."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import ClassVar, Generic, TypeVar

Task = TypeVar("Task")
Done = TypeVar("Done")


class Work(ABC, Generic[Task, Done]):
    """Work is what is done with tasks. It travels between processes, and may keep what it loads
    there.
    """

    @abstractmethod
    def __call__(self, task: Task) -> Done:
        """The task is done. Where the process is asked to stop, that part of it which is done."""

    @abstractmethod
    def in_hand(self, task: Task) -> str | None:
        """A process that died had this part of the task in hand; None: it had begun none."""

    @abstractmethod
    def without(self, task: Task, part: str) -> Task:
        """The task is given with that part counted as failed, since processes die of it."""


class Runner(ABC):
    """A runner does tasks. Work, tasks and results travel between processes.

    Tasks are idempotent: one that was interrupted is done again. No further one is begun when the
    command was asked to stop.
    """

    extra: ClassVar[str | None] = None

    def __init__(self, num_workers: int) -> None:
        self.num_workers = num_workers

    @abstractmethod
    def run(self, work: Work[Task, Done], tasks: Sequence[Task]) -> Iterator[Done]:
        """The results come as they are ready."""
