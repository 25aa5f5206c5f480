"""Trying an experiment on a model, or on several, each for itself."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from deixis.core.progress import Reporter
from deixis.evals.claim_report import ClaimReport, as_family, summary_of, sure_of
from deixis.evals.findings import ClaimVerdict, Findings, all_of, found_in
from deixis.evals.statistics.guesses import measured_guesses
from deixis.evals.trial_asking import ask_trials
from deixis.models.interface import VisionLanguageModel
from deixis_lab.examine.knowing import knowledge_by
from deixis_lab.experiments import Experiment, experiments


def try_out(
    name: str,
    model: VisionLanguageModel,
    *,
    num_scenes: int,
    folder: Path,
    reporter: Reporter | None = None,
    knowledge: str | Path | None = None,
) -> ClaimReport:
    """Ask about the first scenes of the experiment's world; `folder` keeps the answers.

    `knowledge` is the folder of a trained prompt, or "told" or "drawn": how the trials' notes reach
    the model.
    """
    experiment: Experiment = experiments.get(name)()
    asked = ask_trials(
        model,
        lambda index: experiment.trials(experiment.world.scene(index), index),
        num_groups=num_scenes,
        folder=folder,
        reporter=reporter,
        knowledge=None if knowledge is None else knowledge_by(knowledge, model),
    )
    findings = found_in(
        asked.answers,
        experiment.conditions,
        baseline=experiment.baseline,
        guesses=measured_guesses(asked.questions),
    )
    world = experiment.world
    about = f"{num_scenes} scenes (seed {world.seed}, split {world.split}), model `{model.name}`"
    about += "." if knowledge is None else f" with `{knowledge}`."
    option = "" if knowledge is None else f" --knowledge {knowledge}"
    if asked.num_failed:
        about += f" {asked.num_failed} questions failed and are in no figure."
    report = ClaimReport(
        name=name,
        claim=experiment.claim,
        source=experiment.source,
        summary=summary_of(experiment),
        about=about,
        findings=findings,
        verdict=experiment.verdict(findings),
        baseline=experiment.baseline,
        sure=sure_of(findings),
        command=f"deixis lab report {name} --model {model.name}{option} --num {num_scenes} "
        f"--out {name}",
        axis=experiment.axis,
        claims=experiment.claims(findings),
    )
    return as_family(report)


def try_on_each(
    name: str,
    models: Iterable[VisionLanguageModel],
    *,
    num_scenes: int,
    folder: Path,
    reporter: Reporter | None = None,
    knowledge: str | Path | None = None,
) -> ClaimReport:
    """The same questions asked of each model, which are taken one by one; the claim holds if it
    holds for all. Conditions are "MODEL: CONDITION", compared with the same model's baseline.
    """
    found: dict[str, ClaimReport] = {}
    for model in models:
        found[model.name] = try_out(
            name,
            model,
            num_scenes=num_scenes,
            folder=folder,
            reporter=reporter,
            knowledge=knowledge,
        )
    first = next(iter(found.values()))
    if len(found) == 1:
        return first
    rows = [
        replace(row, condition=f"{model}: {row.condition}")
        for model, one in found.items()
        for row in one.findings.rows
    ]
    named = " ".join(f"--model {model}" for model in found)
    named += "" if knowledge is None else f" --knowledge {knowledge}"
    place = f"{name}_by_model"
    return replace(
        first,
        name=place,
        about=" ".join(one.about for one in found.values()),
        findings=Findings(rows=tuple(rows)),
        verdict=_together({model: one.verdict for model, one in found.items()}),
        sure=f"{first.sure} Each model is compared with itself.",
        command=f"deixis lab report {name} {named} --num {num_scenes} --out {place}",
        axis="",
        claims=(),
        family="",
    )


def _together(verdicts: dict[str, ClaimVerdict]) -> ClaimVerdict:
    words = "; ".join(f"{model}: {verdict.words}" for model, verdict in verdicts.items())
    return all_of(verdicts.values(), words)
