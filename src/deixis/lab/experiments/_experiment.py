"""What an experiment is: questions under several conditions, and what they say of a claim."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, final

from deixis.ask.compose import Pointed
from deixis.core.errors import UsageError
from deixis.core.image import Image
from deixis.data.scenes.scene import Scene

SLIGHT = 5.0  # points that a condition may lose and still count as unharmed


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Trial:
    """One question under one condition.

    `text` has a `{slot}` for each of `regions`. Trials of one picture that differ in nothing but
    their condition have the same `pair`; only those are compared.
    """

    condition: str
    image: Image
    text: str
    answer: str
    regions: Mapping[str, Pointed] = field(default_factory=dict)
    pair: str = ""


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """Right answers under a condition in per cent, with a 95 % interval clustered by picture.

    `change` is the difference from the experiment's baseline on the same questions, with its own
    interval; None for the baseline.
    """

    condition: str
    asked: int
    value: float
    low: float
    high: float
    change: tuple[float, float, float] | None = None

    @property
    def loss(self) -> float:
        """Points below the baseline."""
        return 0.0 if self.change is None else -self.change[0]

    @property
    def is_lower(self) -> bool:
        """Whether it is below the baseline, and chance alone would hardly do that."""
        return self.change is not None and self.change[2] < 0

    @property
    def is_higher(self) -> bool:
        """Whether it is above the baseline, and chance alone would hardly do that."""
        return self.change is not None and self.change[1] > 0


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Harm:
    """The conditions that clearly lose, and whether it is sure that none loses more than SLIGHT."""

    clear: tuple[str, ...]
    is_none: bool

    @property
    def held(self) -> bool | None:
        """Whether the claim that nothing is lost held; None where the intervals are too wide."""
        if self.clear:
            return False
        return True if self.is_none else None

    @property
    def words(self) -> str:
        """Who loses."""
        if self.clear:
            return f"lost more than {SLIGHT:g} points: {', '.join(self.clear)}"
        if self.is_none:
            return f"none lost more than {SLIGHT:g} points"
        return f"no clear loss, but intervals reach beyond {SLIGHT:g} points; ask about more scenes"


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Findings:
    """What was found under each condition, in the experiment's order."""

    rows: tuple[Finding, ...]

    def __getitem__(self, condition: str) -> Finding:
        for row in self.rows:
            if row.condition == condition:
                return row
        raise UsageError(f"nothing was asked under {condition!r}; ask about more scenes")

    def __contains__(self, condition: object) -> bool:
        return any(row.condition == condition for row in self.rows)

    def harmed(self, conditions: Iterable[str] | None = None) -> Harm:
        """Which of the conditions (all) lose against the baseline: clearly and more than SLIGHT."""
        rows = [row for row in self.rows if row.change is not None]
        if conditions is not None:
            asked = set(conditions)
            rows = [row for row in rows if row.condition in asked]
        clear = tuple(r.condition for r in rows if r.is_lower and r.loss > SLIGHT)
        is_sure = all(r.change is not None and r.change[1] >= -SLIGHT for r in rows)
        return Harm(clear=clear, is_none=is_sure and bool(rows))

    @property
    def spread(self) -> float:
        """Highest less lowest."""
        values = [row.value for row in self.rows]
        return max(values) - min(values)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """Whether the claim held here, and the sentence that says so; None where it cannot be told."""

    held: bool | None
    words: str


class Experiment(ABC):
    """One claim and the questions that try it.

    `claim` is what a paper says or asks, in a sentence, and `source` where. `conditions` are in the
    order of tables and plots; `baseline` is the one that others are compared with. `axis` names
    what the conditions count where they are numbers.
    """

    claim: ClassVar[str]
    source: ClassVar[str]
    conditions: ClassVar[tuple[str, ...]]
    baseline: ClassVar[str]
    axis: ClassVar[str] = ""

    @abstractmethod
    def trials(self, scene: Scene, index: int) -> list[Trial]:
        """The questions on one picture; the same on every call."""

    @abstractmethod
    def verdict(self, findings: Findings) -> Verdict:
        """What the findings say of the claim."""
