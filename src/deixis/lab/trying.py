"""Trying an experiment on a model."""

from dataclasses import dataclass
from pathlib import Path
from typing import final

from deixis.data.scenes.world import SceneWorld
from deixis.lab.asking import ask_scenes
from deixis.lab.experiments import Experiment
from deixis.lab.findings import Findings, found_in
from deixis.nn.interface import VisionLanguageModel
from deixis.train.reporter import Reporter

WORLD = SceneWorld(seed=1, split="test", exponent=0.0)


@final
@dataclass(frozen=True, kw_only=True)
class Tried:
    """An experiment's findings and what they are of."""

    findings: Findings
    model: str
    num_scenes: int
    num_failed: int
    world: str


def try_out(
    experiment: Experiment,
    model: VisionLanguageModel,
    *,
    num_scenes: int,
    folder: Path,
    reporter: Reporter | None = None,
) -> Tried:
    """Ask about the first scenes of the test world; `folder` keeps the answers."""
    asked = ask_scenes(
        model,
        lambda index: experiment.trials(WORLD.scene(index), index),
        num_scenes=num_scenes,
        folder=folder,
        reporter=reporter,
    )
    return Tried(
        findings=found_in(asked.answers, experiment.conditions, baseline=experiment.baseline),
        model=model.name,
        num_scenes=num_scenes,
        num_failed=asked.num_failed,
        world=f"seed {WORLD.seed}, split {WORLD.split}",
    )
