"""A study: every variant trained from every seed, then asked about scenes that none has seen."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import final

from deixis.core.progress import Reporter, Silent
from deixis.core.settings import stored_text
from deixis.evals.claim_report import ClaimReport, as_family, summary_of, sure_of
from deixis.evals.findings import JudgedTrial, found_in
from deixis.evals.statistics.guesses import WrittenQuestion, measured_guesses
from deixis.evals.trial_asking import AskedTrials, ask_trials
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
    answers: list[JudgedTrial] = []
    questions: list[WrittenQuestion] = []
    bases: dict[str, str] = {}
    for seed in range(seeds):
        for variant in study.variants:
            reporter.say(f"{name}: {variant.name}, seed {seed}")
            model = taught(study.stages(variant), seed, more, folder, reporter)
            asked = _asked(study, variant.name, model, num_scenes, folder, reporter)
            for one in asked.answers:
                row = _row(variant.name, one.condition)
                bases[row] = _row(study.baseline, one.condition)
                answers.append(replace(one, condition=row, seed=seed))
            questions += [
                replace(one, condition=_row(variant.name, one.condition)) for one in asked.questions
            ]
    findings = found_in(
        answers,
        tuple(bases),
        baseline=bases,
        guesses=measured_guesses(questions),
        is_training=True,
    )
    report = ClaimReport(
        name=name,
        claim=study.claim,
        source=study.source,
        summary=summary_of(study),
        about=f"{seeds} seeds each, asked about {num_scenes} scenes (seed {study.world.seed}, "
        f"split {study.world.split}).",
        findings=findings,
        verdict=study.verdict(findings),
        baseline=study.baseline,
        sure=f"{sure_of(findings)} {study.trained}",
        command=f"deixis lab study {name} --seeds {seeds} --num {num_scenes} --out {name}",
        claims=study.claims(findings),
    )
    return as_family(report)


def _row(variant: str, condition: str) -> str:
    return f"{variant}: {condition}" if condition else variant


def _asked(
    study: Study, variant: str, taught: Taught, num_scenes: int, folder: Path, reporter: Reporter
) -> AskedTrials:
    model = load(str(taught.folder), batch_size=32)
    return ask_trials(
        model,
        lambda index: study.trials(study.world.scene(index), index, variant),
        num_groups=num_scenes,
        folder=folder,
        reporter=reporter,
        knowledge=knowledge_of(taught.options, taught.folder, model),
    )


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
