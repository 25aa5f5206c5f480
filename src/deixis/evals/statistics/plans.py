"""A plan states a question before its answer: arms, margin, sizes, gates, a control, a budget."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import final

from deixis.core.errors import UsageError
from deixis.evals.findings import SLIGHT, ClaimVerdict, Finding, JudgedTrial
from deixis.evals.statistics.effects import Effect


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Gate:
    """A claim has a precondition: a number, in per cent or points, whose whole interval lies from
    `least` to `most`. `needs` says in words what that is.
    """

    name: str
    needs: str
    least: float | None = None
    most: float | None = None

    def __post_init__(self) -> None:
        if self.least is None and self.most is None:
            raise UsageError(f"the gate {self.name!r} needs a least or a most")

    def tried(self, found: Finding | Effect) -> "TriedGate":
        """The number was measured, on pictures of its own (`check_apart`)."""
        is_passed = (self.least is None or found.low >= self.least) and (
            self.most is None or found.high <= self.most
        )
        told = found.told if isinstance(found, Finding) else str(found)
        return TriedGate(gate=self, is_passed=is_passed, found=told)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class TriedGate:
    """A gate was passed or not, and what was found says so."""

    gate: Gate
    is_passed: bool
    found: str

    @property
    def words(self) -> str:
        """A sentence tells what was asked for and what came."""
        ends = (("at least", self.gate.least), ("at most", self.gate.most))
        asked = " and ".join(f"{word} {end:g}" for word, end in ends if end is not None)
        outcome = "passed" if self.is_passed else "not passed"
        return f"{self.gate.name} ({self.gate.needs}): {asked}, found {self.found}: {outcome}"


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class ClaimPlan:
    """A plan is committed before the first full run, and a report prints it.

    `margin` is the effect that would matter, in points; `num_drawings` and `num_seeds` are planned
    so that the interval reaches no farther to either side (`planning.planned`). `family` counts
    the claims that are corrected together. `control` says how the effect is built in.
    """

    question: str
    arms: tuple[str, ...]
    num_drawings: int
    num_seeds: int
    core_hours: float
    control: str
    gates: tuple[Gate, ...] = ()
    margin: float = SLIGHT
    why: str = ""
    questions_per_drawing: float = 1.0
    family: int = 1

    def __post_init__(self) -> None:
        if len(self.arms) < 2 or self.margin <= 0:
            raise UsageError("a plan needs two arms and a margin above 0")
        if self.margin != SLIGHT and not self.why:
            raise UsageError(
                f"a margin of {self.margin:g} points needs a reason, {SLIGHT:g} do not"
            )
        if self.num_drawings < 2 or self.num_seeds < 1 or self.family < 1:
            raise UsageError("a plan needs two drawings, a seed and a claim")

    @property
    def sentences(self) -> tuple[str, ...]:
        """The plan is told line by line."""
        return (
            f"Question: {self.question}",
            f"Arms: {', '.join(self.arms)}.",
            f"Margin: {self.margin:g} points{self.why and f', since {self.why}'}.",
            f"Planned: {self.num_drawings} drawings with {self.questions_per_drawing:g} questions "
            f"each, from {self.num_seeds} seeds; {self.family} claims are corrected together.",
            *(f"Gate: {gate.name}: {gate.needs}." for gate in self.gates),
            f"Positive control: {self.control}.",
            f"Budget: {self.core_hours:g} core-hours.",
        )

    def missed(self, effect: Effect) -> tuple[str, ...]:
        """What came is less than what was planned, in these respects."""
        found = []
        for what, planned, came in (
            ("drawings", self.num_drawings, effect.num_clusters),
            ("seeds", self.num_seeds, effect.num_seeds),
        ):
            if came < planned:
                found.append(f"{came} {what} where {planned} were planned")
        if effect.half() > self.margin:
            found.append(
                f"the interval reaches {effect.half():.1f} points to either side, farther than the "
                f"margin of {self.margin:g}"
            )
        return tuple(found)


def gated(verdict: ClaimVerdict, tried: Iterable[TriedGate]) -> ClaimVerdict:
    """Nothing is judged where a precondition fails, whatever the numbers look like."""
    failed = [one.words for one in tried if not one.is_passed]
    if not failed:
        return verdict
    return replace(verdict, held=None, chance=None, untestable="gate", words="; ".join(failed))


def check_apart(first: Sequence[JudgedTrial], second: Sequence[JudgedTrial]) -> None:
    """A gate is measured on pictures of its own: UsageError if one stands in both."""
    both = {one.scene for one in first} & {one.scene for one in second}
    if both:
        raise UsageError(
            f"a gate is measured on pictures of its own, and {len(both)} pictures are in both, "
            f"{min(both)} among them"
        )
