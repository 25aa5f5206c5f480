"""What a study is: variants of a training, each from several seeds, asked the same at the end."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, final

from deixis.evals.findings import ClaimVerdict, Findings, Judgement, Trial
from deixis_lab.things.world import HELD_OUT, ThingWorld
from deixis_lab.world.scene import Scene

# every variant begins with the tower of the nano that ships, and nothing else of it
ALIGN = ("task.start=nano", "task.only_tower=true", "steps=150", "evaluate_every=150")
INSTRUCT = ("task.asks=naming", "steps=200", "evaluate_every=200")


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Variant:
    """A training by its settings, beside those that all share."""

    name: str
    align: tuple[str, ...] = ()  # of `nano_align`
    instruct: tuple[str, ...] = ()  # of `nano_instruct`
    knowledge: tuple[str, ...] = ()  # of `nano_knowledge`


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """A recipe of a training and its settings; each stage begins where the one before ends."""

    recipe: str
    settings: tuple[str, ...]


class Study(ABC):
    """One claim about training and the variants that try it.

    `baseline` is the variant that others are compared with.
    """

    claim: ClassVar[str]
    source: ClassVar[str]
    variants: ClassVar[tuple[Variant, ...]]
    baseline: ClassVar[str]
    world: ClassVar[ThingWorld] = HELD_OUT  # whose scenes are asked about
    trained: ClassVar[str] = (
        "Every variant has the tower of the nano that ships, kept still; all else is trained anew."
    )

    def stages(self, variant: Variant) -> tuple[Stage, ...]:
        """The trainings of a variant, one after the other."""
        return (
            Stage(recipe="nano_align", settings=(*ALIGN, *variant.align)),
            Stage(recipe="nano_instruct", settings=(*INSTRUCT, *variant.instruct)),
        )

    @abstractmethod
    def trials(self, scene: Scene, index: int, variant: str) -> list[Trial]:
        """The questions on one picture for a model of that variant; the same on every call."""

    @abstractmethod
    def verdict(self, findings: Findings) -> ClaimVerdict:
        """What the findings say of the claim; a condition is "VARIANT" or "VARIANT: CONDITION"."""

    def claims(self, findings: Findings) -> tuple[Judgement, ...]:
        """Further claims that the same findings tell of."""
        return ()
