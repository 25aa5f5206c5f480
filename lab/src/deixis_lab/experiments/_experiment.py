"""What an experiment is: questions under several conditions, and what they say of a claim."""

from abc import ABC, abstractmethod
from typing import ClassVar

from deixis.evals.findings import ClaimVerdict, Findings, Judgement, Trial
from deixis_lab.things.world import HELD_OUT, ThingWorld
from deixis_lab.world.scene import Scene


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
    world: ClassVar[ThingWorld] = HELD_OUT  # whose scenes are asked about

    @abstractmethod
    def trials(self, scene: Scene, index: int) -> list[Trial]:
        """The questions on one picture; the same on every call."""

    @abstractmethod
    def verdict(self, findings: Findings) -> ClaimVerdict:
        """What the findings say of the claim."""

    def claims(self, findings: Findings) -> tuple[Judgement, ...]:
        """Further claims that the same findings tell of."""
        return ()
