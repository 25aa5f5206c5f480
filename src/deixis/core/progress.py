"""A run tells this while it goes. The command line brings the reporter that prints."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TypeAlias, final

from typing_extensions import override

WeightsTold: TypeAlias = Callable[[int, int], None]  # so many weights are loaded, of so many
_told: ContextVar[WeightsTold | None] = ContextVar("weights", default=None)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """How far a run is. `seconds_left` is None until it can be told; `steps` is 0 where nobody
    knows how many there will be.
    """

    step: int
    steps: int
    steps_per_second: float
    seconds_left: float | None
    numbers: Mapping[str, float]


class Reporter(ABC):
    """A run tells its reporter how it goes."""

    @abstractmethod
    def say(self, text: str) -> None:
        """The run has a line worth reading."""

    @abstractmethod
    def warn(self, text: str) -> None:
        """Something is not as it should be, and does not stop the run."""

    @abstractmethod
    def advance(self, progress: Progress) -> None:
        """The run calls this after every step; how often that is shown is the reporter's choice."""


@final
class Silent(Reporter):
    """The run tells nobody."""

    @override
    def say(self, text: str) -> None:
        pass

    @override
    def warn(self, text: str) -> None:
        pass

    @override
    def advance(self, progress: Progress) -> None:
        pass


@contextmanager
def weights_told(told: WeightsTold) -> Iterator[None]:
    """Within this, whatever loads a checkpoint tells how many of its weights it has."""
    token = _told.set(told)
    try:
        yield
    finally:
        _told.reset(token)


def who_is_told() -> WeightsTold | None:
    """Who wants to know how many weights are loaded."""
    return _told.get()
