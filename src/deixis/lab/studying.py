"""A study: every variant trained from every seed, then asked about scenes that none has seen."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from deixis.lab.asking import HELD_OUT, ask_scenes
from deixis.lab.findings import found_over_seeds
from deixis.lab.report import Reported, summary_of
from deixis.lab.studies import Study, Variant, studies
from deixis.lab.studies._study import ALIGN, INSTRUCT
from deixis.lab.training import trained
from deixis.models.load import load
from deixis.train import recipe as recipes
from deixis.train.recipe import Recipe
from deixis.train.reporter import Reporter, Silent


def carry_out(
    name: str,
    *,
    seeds: int,
    num_scenes: int,
    folder: Path,
    more: Sequence[str] = (),
    reporter: Reporter | None = None,
) -> Reported:
    """Train and ask; `folder` keeps the runs and the answers, so that the same call goes on.

    `more` are settings of both stages, beside the study's own.
    """
    study: Study = studies.get(name)()
    reporter = reporter or Silent()
    shares: dict[str, list[float]] = {}
    baselines: dict[str, str] = {}
    for seed in range(seeds):
        for variant in study.variants:
            reporter.say(f"{name}: {variant.name}, seed {seed}")
            model = _model(variant, seed, more, folder, reporter)
            found = _shares(study, variant.name, model, num_scenes, folder, reporter)
            for condition, share in found.items():
                row = _row(variant.name, condition)
                shares.setdefault(row, []).append(share)
                if variant.name != study.baseline:
                    baselines[row] = _row(study.baseline, condition)
    findings = found_over_seeds(shares, baselines)
    return Reported(
        name=name,
        claim=study.claim,
        source=study.source,
        summary=summary_of(study),
        about=f"{seeds} seeds each, asked about {num_scenes} scenes (seed {HELD_OUT.seed}, split "
        f"{HELD_OUT.split}).",
        findings=findings,
        verdict=study.verdict(findings),
        baseline=study.baseline,
        sure="Intervals are Student's over seeds; differences are taken seed by seed. Every "
        "variant has the tower of the nano that ships, kept still; all else is trained anew.",
        command=f"deixis lab study {name} --seeds {seeds} --num {num_scenes} --out {name}",
        of="seeds",
    )


def _row(variant: str, condition: str) -> str:
    return f"{variant}: {condition}" if condition else variant


def _shares(
    study: Study, variant: str, model: Path, num_scenes: int, folder: Path, reporter: Reporter
) -> dict[str, float]:
    """The share of right answers by condition."""
    asked = ask_scenes(
        load(str(model), batch_size=32),
        lambda index: study.trials(HELD_OUT.scene(index), index, variant),
        num_scenes=num_scenes,
        folder=folder,
        reporter=reporter,
    )
    by_condition: dict[str, list[bool]] = {}
    for answer in asked.answers:
        by_condition.setdefault(answer.condition, []).append(answer.is_right)
    return {condition: float(np.mean(right)) for condition, right in by_condition.items()}


def _model(
    variant: Variant, seed: int, more: Sequence[str], folder: Path, reporter: Reporter
) -> Path:
    """The trained model of a variant; stages that variants share are trained once."""
    seeded = (f"seed={seed}", f"task.seed={seed}", *more)
    align = recipes.get("nano_align").with_settings([*ALIGN, *variant.align, *seeded])
    aligned = trained(align, _place(folder, "align", align), reporter)
    start = f"task.start={aligned}"
    instruct = recipes.get("nano_instruct").with_settings(
        [*INSTRUCT, *variant.instruct, *seeded, start]
    )
    return trained(instruct, _place(folder, "instruct", instruct), reporter)


def _place(folder: Path, stage: str, recipe: Recipe) -> Path:
    """A run's own folder, by its settings; where it starts from lies in the same study."""
    told = json.dumps([repr(recipe.config), repr(recipe.options)])
    return folder / "runs" / f"{stage}-{hashlib.sha256(told.encode()).hexdigest()[:10]}"
