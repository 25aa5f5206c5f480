"""The claims of VisPRE tried on nano: its held-out entities, repaired in several ways.

Every way ends in the same questions, in the same number, from the same seed; all models are then
asked the same about scenes that no stage saw. Each seed has pictures of its own to learn from.
"""

import dataclasses
import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache, partial
from pathlib import Path

from deixis.ask.ranking import encoder_of
from deixis.core.entities import Entities
from deixis.core.files import cache_folder
from deixis.data.entities.named import SCENES, EntitySource
from deixis.data.entities.questions import (
    NAMING,
    EntityQuestion,
    QuestionOptions,
    entity_questions,
)
from deixis.data.entities.scenes import held_out_names
from deixis.evals.identity import identity
from deixis.lab.jobs import carried_out
from deixis.lab.priors.claims import (
    BEFORE,
    NEW,
    OLD,
    by_band,
    of_seed,
    predicting,
    repairing,
    through_routes,
)
from deixis.lab.priors.joined import Joined, join
from deixis.lab.priors.repairing import RepairPlan, repair
from deixis.lab.priors.reporting import write_prior_report
from deixis.lab.priors.trials import ENCODING, ask_questions
from deixis.lab.priors.ways import GROUPS, MAIN, StudyOptions, Way, command_of
from deixis.lab.report import Reported, write_report
from deixis.lab.trial import Judged
from deixis.models.load import load
from deixis.nn.interface import VisionLanguageModel
from deixis.priors.ranking import RankOptions, rank
from deixis.train.reporter import Reporter, Silent

BATCH = 32
WORLD, FIRST_WORLD = 1, 2  # seeds of the scenes that are asked about, and first learnt from
# encodings that MAIN's models are asked through beside the one that they are taught by
ROUTES = ("said", "cropped", "dimmed", "blurred", "masked")
ByRoute = Mapping[str, tuple[Judged, ...]]


def study(options: StudyOptions, folder: Path, reporter: Reporter | None = None) -> list[Reported]:
    """A report a claim, each in a folder of its own. The same call goes on where it was."""
    reporter = reporter or Silent()
    ways = [way for name, some in GROUPS.items() if name in options.groups for way in some]
    turns = [
        (f"{way.name}, seed {seed}", (seed, way)) for seed in range(options.seeds) for way in ways
    ]
    has_main = "main" in options.groups
    model = load(options.model, batch_size=BATCH)
    first = _asked(options, model, ROUTES if has_main else (), folder, reporter)
    before = _joined(options, model, first[ENCODING])
    found = carried_out(
        partial(_one, options, folder),
        turns,
        jobs=options.jobs,
        threads=options.threads,
        reporter=reporter,
    )
    answers: dict[str, dict[str, list[Judged]]] = {}
    for seed in range(options.seeds):
        _add(answers, BEFORE, _grouped(options, first), seed)
    for (_, (seed, way)), some in zip(turns, found, strict=True):
        _add(answers, way.name, some, seed)
    reports = [_predicting(options, before, folder)]
    if has_main:
        drawn = {way: by_route[ENCODING] for way, by_route in answers.items()}
        known = [before.ranking[name].band for name in _entities(options).names]
        main = (BEFORE, *(way.name for way in MAIN))
        reports += [
            repairing(options, drawn),
            by_band(options, drawn, known),
            through_routes(options, {way: answers[way] for way in main}),
        ]
    for one in reports:
        write_report(one, folder / one.name)
    return reports


def _joined(options: StudyOptions, model: VisionLanguageModel, answers: Sequence[Judged]) -> Joined:
    """What a model knows, by its projector and words, and what it answered."""
    entities = _entities(options)
    ranking = rank(entities, encoder_of(model), RankOptions(cache=cache_folder() / "priors"))
    return join(ranking, entities, _questions(entities), answers, model=options.model)


def _predicting(options: StudyOptions, before: Joined, folder: Path) -> Reported:
    """Two pages of the model as it is, and the report on both."""
    kept = RankOptions(cache=cache_folder() / "priors")
    ranking = rank(_entities(options), encoder_of(f"tower:{options.model}"), kept)
    by_tower = dataclasses.replace(before, ranking=ranking)
    for joined, place in ((before, "entities"), (by_tower, "entities_by_tower")):
        write_prior_report(joined, folder / place, command=command_of(options))
    return predicting(options, before, by_tower)


def _one(options: StudyOptions, folder: Path, turn: tuple[int, Way], reporter: Reporter) -> ByRoute:
    """One way from one seed: its model and its answers, which are kept in the folder."""
    seed, way = turn
    repaired = repair(_plan(options, way, seed), _home(options, way, seed, folder), reporter)
    model = load(str(repaired), batch_size=BATCH)
    routes = ROUTES if way in MAIN else ()
    return _grouped(options, _asked(options, model, routes, folder, reporter))


def _asked(
    options: StudyOptions,
    model: VisionLanguageModel,
    routes: Sequence[str],
    folder: Path,
    reporter: Reporter,
) -> ByRoute:
    """A model's answers under a mark, and by other routes."""
    return {
        route: ask_questions(
            model,
            _questions(_subjects(options, route)),
            folder=folder / "asked",
            encoding=route,
            reporter=reporter,
        ).answers
        for route in (ENCODING, *routes)
    }


def _add(answers: dict[str, dict[str, list[Judged]]], way: str, found: ByRoute, seed: int) -> None:
    for route, judged in found.items():
        answers.setdefault(way, {}).setdefault(route, []).extend(of_seed(judged, seed))


def _plan(options: StudyOptions, way: Way, seed: int) -> RepairPlan:
    threads = f"threads={options.threads}"
    return RepairPlan(
        model=options.model,
        source=EntitySource(what=SCENES, per_entity=options.learnt, seed=FIRST_WORLD + seed),
        names=held_out_names(),
        how=way.how,
        kinds=(NAMING,),
        asked=options.learnt if way.asks_all else options.told,
        rehearsed=options.rehearsed,
        seed=seed,
        encoder=(threads, *options.encoder, *way.encoder),
        answers=(threads, *options.answers),
    )


def _home(options: StudyOptions, way: Way, seed: int, folder: Path) -> Path:
    """A run's own folder, by what it is told and the weights that it begins with: another nano has
    another.
    """
    plan = _plan(options, way, seed)
    told = json.dumps([dataclasses.asdict(plan), _weights(options.model)], default=str)
    digest = hashlib.sha256(told.encode()).hexdigest()[:10]
    return folder / "runs" / f"{_slug(way.name)}-{seed}-{digest}"


@cache
def _weights(model: str) -> dict[str, str]:
    """Who is repaired, with the digest of its weights."""
    return dict(identity(load(model)))


@cache
def _entities(options: StudyOptions) -> Entities:
    """Those that are asked about, on scenes that no stage saw."""
    every = EntitySource(what=SCENES, per_entity=options.asked, seed=WORLD).entities()
    new = set(held_out_names())
    seen = [name for name in every.names if name not in new]
    return every.of([*new, *seen[: options.seen]])


def _subjects(options: StudyOptions, route: str) -> Entities:
    """All of them under a mark; by other routes those never seen, and as many others."""
    entities, new = _entities(options), held_out_names()
    if route == ENCODING:
        return entities
    others = [name for name in entities.names if name not in new]
    return entities.of([*new, *others[: len(new)]])


def _questions(entities: Entities) -> list[EntityQuestion]:
    """The same to every model."""
    return entity_questions(entities, QuestionOptions(kinds=(NAMING,), words=0))


def _grouped(options: StudyOptions, answers: ByRoute) -> ByRoute:
    """Under NEW or OLD, clustered by entity and paired by their picture."""
    new, places = set(held_out_names()), {n: i for i, n in enumerate(_entities(options).names)}
    grouped: dict[str, tuple[Judged, ...]] = {}
    for route, judged in answers.items():
        names = [one.entity for one in _questions(_subjects(options, route))]
        grouped[route] = tuple(
            dataclasses.replace(
                one,
                scene=places[names[one.scene]],
                condition=NEW if names[one.scene] in new else OLD,
                pair=str(one.scene),
            )
            for one in judged
        )
    return grouped


def _slug(name: str) -> str:
    return name.replace(",", "").replace(" ", "_")
