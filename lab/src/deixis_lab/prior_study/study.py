"""The claims of VisPRE tried on nano: its held-out entities, repaired in several ways.

Every way ends in the same questions, in the same number, from the same seed; all models are then
asked the same about scenes that no stage saw. Each seed has pictures of its own to learn from.
"""

import dataclasses
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from deixis.batch.jobs import carried_out
from deixis.core.files import cache_folder
from deixis.core.progress import Reporter, Silent
from deixis.evals.claim_report import ClaimReport, write_report
from deixis.evals.findings import JudgedTrial
from deixis.models.interface import VisionLanguageModel
from deixis.models.load_by_name import load
from deixis.priors.entity_trials import ENCODING
from deixis.priors.rank_entities import encoder_of
from deixis.priors.ranking import RankOptions, rank
from deixis.priors.ranks_and_answers import Joined, join
from deixis.priors.repair_plan import stage_recipe
from deixis.priors.report import write_prior_report
from deixis_lab.prior_study.claims import (
    BEFORE,
    by_band,
    of_seed,
    predicting,
    repairing,
    through_routes,
)
from deixis_lab.prior_study.frames import asked_through_frames, first_frame, frame_recipe
from deixis_lab.prior_study.frames_report import through_frames
from deixis_lab.prior_study.routes import (
    ByRoute,
    asked,
    entities_of,
    grouped,
    knowledge_recipe,
    questions_of,
    taught_prompt,
)
from deixis_lab.prior_study.runs import plan_of, repaired
from deixis_lab.prior_study.ways import GROUPS, MAIN, StudyOptions, Way, command_of

BATCH = 32


def study(
    options: StudyOptions, folder: Path, reporter: Reporter | None = None
) -> list[ClaimReport]:
    """A report a claim, each in a folder of its own. The same call goes on where it was."""
    reporter = reporter or Silent()
    ways = [way for name, some in GROUPS.items() if name in options.groups for way in some]
    turns = [
        (f"{way.name}, seed {seed}", (seed, way)) for seed in range(options.seeds) for way in ways
    ]
    _check(options, ways)
    has_main = "main" in options.groups
    prompt, frame = _before(options, folder, reporter) if has_main else (None, None)
    model = load(options.model, batch_size=BATCH)
    first = asked(options, model, folder, reporter, by_others=has_main, prompt=prompt)
    before = _joined(options, model, first[ENCODING])
    found = carried_out(
        partial(_one, options, folder, prompt),
        turns,
        jobs=options.jobs,
        threads=options.threads,
        reporter=reporter,
    )
    answers: dict[str, dict[str, list[JudgedTrial]]] = {}
    for seed in range(options.seeds):
        _add(answers, BEFORE, grouped(options, first), seed)
    for (_, (seed, way)), some in zip(turns, found, strict=True):
        _add(answers, way.name, some, seed)
    reports = [_predicting(options, before, folder)]
    if frame is not None:
        drawn = {way: by_route[ENCODING] for way, by_route in answers.items()}
        known = [before.ranking[name].band for name in entities_of(options).names]
        main = (BEFORE, *(way.name for way in MAIN))
        framed = asked_through_frames(options, folder, frame, reporter)
        reports += [
            repairing(options, drawn),
            by_band(options, drawn, known),
            through_routes(options, {way: answers[way] for way in main}),
            through_frames(options, framed),
        ]
    for one in reports:
        write_report(one, folder / one.name)
    return reports


def _check(options: StudyOptions, ways: Sequence[Way]) -> None:
    """A wrong setting is told before minutes of training."""
    knowledge_recipe(options)
    frame_recipe(options, options.model)
    for way in ways:
        plan = plan_of(options, way, seed=0)
        stage_recipe(plan, "encoder").with_settings(plan.encoder)
        stage_recipe(plan, "answers").with_settings(plan.answers)


def _before(
    options: StudyOptions, folder: Path, reporter: Reporter
) -> tuple[Path | None, Path | None]:
    """The prompts that are learned on the model as it was: of knowledge, and of pixels."""
    prompt, frame = carried_out(
        partial(_learned, options, folder),
        [("a knowledge prompt", taught_prompt), ("a frame of pixels", first_frame)],
        jobs=options.jobs,
        threads=options.threads,
        reporter=reporter,
    )
    if prompt is None:
        reporter.warn(f"{options.model} takes no knowledge prompt: that route is left out")
    return prompt, frame


def _learned(
    options: StudyOptions,
    folder: Path,
    learn: Callable[[StudyOptions, Path, Reporter], Path | None],
    reporter: Reporter,
) -> Path | None:
    return learn(options, folder, reporter)


def _joined(
    options: StudyOptions, model: VisionLanguageModel, answers: Sequence[JudgedTrial]
) -> Joined:
    """What a model knows, by its projector and words, and what it answered."""
    entities = entities_of(options)
    ranking = rank(entities, encoder_of(model), RankOptions(cache=cache_folder() / "priors"))
    return join(ranking, entities, questions_of(entities), answers, model=options.model)


def _predicting(options: StudyOptions, before: Joined, folder: Path) -> ClaimReport:
    """Two pages of the model as it is, and the report on both."""
    kept = RankOptions(cache=cache_folder() / "priors")
    ranking = rank(entities_of(options), encoder_of(f"tower:{options.model}"), kept)
    by_tower = dataclasses.replace(before, ranking=ranking)
    for joined, place in ((before, "entities"), (by_tower, "entities_by_tower")):
        write_prior_report(joined, folder / place, command=command_of(options))
    return predicting(options, before, by_tower)


def _one(
    options: StudyOptions,
    folder: Path,
    prompt: Path | None,
    turn: tuple[int, Way],
    reporter: Reporter,
) -> ByRoute:
    """One way from one seed: its model and its answers, which are kept in the folder."""
    seed, way = turn
    model = load(str(repaired(options, way, seed, folder, reporter)), batch_size=BATCH)
    is_main = way in MAIN
    found = asked(
        options,
        model,
        folder,
        reporter,
        by_others=is_main,
        prompt=prompt if is_main else None,
    )
    return grouped(options, found)


def _add(
    answers: dict[str, dict[str, list[JudgedTrial]]], way: str, found: ByRoute, seed: int
) -> None:
    for route, judged in found.items():
        answers.setdefault(way, {}).setdefault(route, []).extend(of_seed(judged, seed))
