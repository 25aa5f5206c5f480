"""A study: every variant trained from every seed, then asked about scenes that none has seen."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import final

import numpy as np

from deixis.core.progress import Reporter, Silent
from deixis.core.settings import stored_text
from deixis.evals.claim_report import ClaimReport, summary_of
from deixis.evals.findings import found_over_seeds
from deixis.evals.trial_asking import ask_trials
from deixis.models.load_by_name import load
from deixis.train.recipe import Recipe, recipes, trained
from deixis_lab.examine.knowing import knowledge_of
from deixis_lab.studies import Stage, Study, studies


@final
@dataclass(frozen=True, kw_only=True)
class Taught:
    """The folder of a trained model, and the options of its last stage."""

    folder: Path
    options: object


def carry_out(
    name: str,
    *,
    seeds: int,
    num_scenes: int,
    folder: Path,
    more: Sequence[str] = (),
    reporter: Reporter | None = None,
) -> ClaimReport:
    """Train and ask; `folder` keeps the runs and the answers, so that the same call goes on.

    `more` are settings of all stages, beside the study's own.
    """
    study: Study = studies.get(name)()
    reporter = reporter or Silent()
    shares: dict[str, list[float]] = {}
    baselines: dict[str, str] = {}
    for seed in range(seeds):
        for variant in study.variants:
            reporter.say(f"{name}: {variant.name}, seed {seed}")
            model = taught(study.stages(variant), seed, more, folder, reporter)
            found = _shares(study, variant.name, model, num_scenes, folder, reporter)
            for condition, share in found.items():
                row = _row(variant.name, condition)
                shares.setdefault(row, []).append(share)
                if variant.name != study.baseline:
                    baselines[row] = _row(study.baseline, condition)
    findings = found_over_seeds(shares, baselines)
    return ClaimReport(
        name=name,
        claim=study.claim,
        source=study.source,
        summary=summary_of(study),
        about=f"{seeds} seeds each, asked about {num_scenes} scenes (seed {study.world.seed}, "
        f"split {study.world.split}).",
        findings=findings,
        verdict=study.verdict(findings),
        baseline=study.baseline,
        sure="Intervals are Student's over seeds; differences are taken seed by seed. "
        + study.trained,
        command=f"deixis lab study {name} --seeds {seeds} --num {num_scenes} --out {name}",
        of="seeds",
        claims=study.claims(findings),
    )


def _row(variant: str, condition: str) -> str:
    return f"{variant}: {condition}" if condition else variant


def _shares(
    study: Study, variant: str, taught: Taught, num_scenes: int, folder: Path, reporter: Reporter
) -> dict[str, float]:
    """The share of right answers by condition."""
    model = load(str(taught.folder), batch_size=32)
    asked = ask_trials(
        model,
        lambda index: study.trials(study.world.scene(index), index, variant),
        num_groups=num_scenes,
        folder=folder,
        reporter=reporter,
        knowledge=knowledge_of(taught.options, taught.folder, model),
    )
    by_condition: dict[str, list[bool]] = {}
    for answer in asked.answers:
        by_condition.setdefault(answer.condition, []).append(answer.is_right)
    return {condition: float(np.mean(right)) for condition, right in by_condition.items()}


def taught(
    stages: Sequence[Stage], seed: int, more: Sequence[str], folder: Path, reporter: Reporter
) -> Taught:
    """The model after its stages; those that variants share are trained once."""
    start: tuple[str, ...] = ()
    for stage in stages:
        settings = [*stage.settings, f"seed={seed}", f"task.seed={seed}", *more, *start]
        recipe = recipes.get(stage.recipe).with_settings(settings)
        place = _place(folder, stage.recipe.removeprefix("nano_"), recipe)
        model = trained(recipe, place, reporter)
        start = (f"task.start={model}",)
    return Taught(folder=model, options=recipe.options)


def _place(folder: Path, stage: str, recipe: Recipe) -> Path:
    """A run's own folder, by its settings; where it starts from lies in the same study."""
    told = json.dumps([stored_text(recipe.config), stored_text(recipe.options)])
    return folder / "runs" / f"{stage}-{hashlib.sha256(told.encode()).hexdigest()[:10]}"
