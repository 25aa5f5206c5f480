"""Examine a model on held-out scenes."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

from deixis.core.progress import Reporter
from deixis.evals.findings import Findings, Trial, found_in
from deixis.evals.request_key import Identity
from deixis.evals.trial_asking import ask_trials
from deixis.models.interface import VisionLanguageModel
from deixis.models.tensor_interface import LocalModel
from deixis_lab.examine.probes import BY_MARK, examination
from deixis_lab.world.world import SceneWorld

Record = dict[str, Any]  # Any: what JSON holds


@final
@dataclass(frozen=True, kw_only=True)
class Measured:
    """What was found by kind of question, and how often a guess among a scene's things is right."""

    about: Record
    findings: Findings
    guess: float
    num_scenes: int
    num_failed: int

    @property
    def naming(self) -> float:
        """The mean over the eight kinds of mark, in per cent."""
        values = [self.findings[kind].value for kind in BY_MARK.values()]
        return sum(values) / len(values)

    def record(self) -> Record:
        """For JSON."""
        rows = {
            row.condition: {"asked": row.asked, "right": row.value, "interval": [row.low, row.high]}
            for row in self.findings.rows
        }
        return {
            **self.about,
            "num_scenes": self.num_scenes,
            "num_failed": self.num_failed,
            "naming": self.naming,
            "guess": self.guess,
            "per cent": rows,
        }


def measure(
    model: VisionLanguageModel,
    world: SceneWorld,
    *,
    num_scenes: int,
    folder: Path,
    reporter: Reporter | None = None,
) -> Measured:
    """Ask about the first scenes of that world; answers that `folder` has are not asked again."""
    guesses: list[float] = []

    def trials_of(index: int) -> Sequence[Trial]:
        examined = examination(world, index)
        if examined is None:
            return ()
        guesses.append(examined.guess)
        return examined.trials

    asked = ask_trials(model, trials_of, num_groups=num_scenes, folder=folder, reporter=reporter)
    kinds = sorted({answer.condition for answer in asked.answers})
    return Measured(
        about=_about(model, asked.who, world),
        findings=found_in(asked.answers, kinds),
        guess=100 * sum(guesses) / max(len(guesses), 1),
        num_scenes=num_scenes,
        num_failed=asked.num_failed,
    )


def _about(model: VisionLanguageModel, who: Identity, world: SceneWorld) -> Record:
    """What the numbers are of."""
    kind, parameters = _built_of(model)
    scenes = {
        "seed": world.seed,
        "split": world.split,
        "exponent": world.exponent,
        "side": world.side,
    }
    return {
        "identity": dict(who),
        "class": kind,
        "parameters": parameters,
        "scenes": scenes,
    }


def _built_of(model: VisionLanguageModel) -> tuple[str, int | None]:
    """The class behind an adapter and the number of its weights; a server tells neither."""
    if not isinstance(model, LocalModel):
        return type(model).__name__, None
    inner: Any = model.module  # Any: transformers' own classes
    return type(inner).__name__, sum(weight.numel() for weight in inner.parameters())
