"""What a judge is given, what it gives, and the interface of all judges."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import final


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """A question, its true answer (<AND> joins parts, <OR> alternatives), and what a model said."""

    question: str
    truth: str
    prediction: str


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Grade:
    """One score of 0..1 for each run of the judge, None where that run failed, with its reason.

    A failure is never a score.
    """

    scores: tuple[float | None, ...]
    failures: tuple[str, ...] = ()

    @property
    def value(self) -> float | None:
        """The mean of the runs that gave a score."""
        given = [score for score in self.scores if score is not None]
        return sum(given) / len(given) if given else None


class Judge(ABC):
    """Grades answers. Its `name` is part of the name of every result that rests on it."""

    name: str

    @abstractmethod
    def grade(self, items: Sequence[Judged]) -> list[Grade]:
        """One for each item, in their order."""
