"""Trying an experiment on a model."""

from pathlib import Path

from deixis.lab.asking import HELD_OUT, ask_scenes
from deixis.lab.experiments import Experiment, experiments
from deixis.lab.findings import found_in
from deixis.lab.report import Reported, summary_of
from deixis.nn.interface import VisionLanguageModel
from deixis.train.reporter import Reporter


def try_out(
    name: str,
    model: VisionLanguageModel,
    *,
    num_scenes: int,
    folder: Path,
    reporter: Reporter | None = None,
) -> Reported:
    """Ask about the first scenes of the test world; `folder` keeps the answers."""
    experiment: Experiment = experiments.get(name)()
    asked = ask_scenes(
        model,
        lambda index: experiment.trials(HELD_OUT.scene(index), index),
        num_scenes=num_scenes,
        folder=folder,
        reporter=reporter,
    )
    findings = found_in(asked.answers, experiment.conditions, baseline=experiment.baseline)
    about = (
        f"{num_scenes} scenes (seed {HELD_OUT.seed}, split {HELD_OUT.split}), model `{model.name}`."
    )
    if asked.num_failed:
        about += f" {asked.num_failed} questions failed and are in no figure."
    return Reported(
        name=name,
        claim=experiment.claim,
        source=experiment.source,
        summary=summary_of(experiment),
        about=about,
        findings=findings,
        verdict=experiment.verdict(findings),
        baseline=experiment.baseline,
        sure="Intervals are clustered by picture; differences are of the same questions.",
        command=f"deixis lab report {name} --model {model.name} --num {num_scenes} --out {name}",
        axis=experiment.axis,
    )
