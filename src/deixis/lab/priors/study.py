"""The claims of VisPRE tried on nano: its held-out entities, repaired in several ways.

Every way ends in the same questions, in the same number, from the same seed; all models are then
asked the same about scenes that no stage saw. Each seed has pictures of its own to learn from.
"""

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import final

from deixis.ask.ranking import encoder_of
from deixis.core.entities import Entities
from deixis.core.errors import UsageError
from deixis.core.files import cache_folder
from deixis.data.entities.named import SCENES, EntitySource
from deixis.data.entities.questions import (
    NAMING,
    EntityQuestion,
    QuestionOptions,
    entity_questions,
)
from deixis.data.entities.scenes import held_out_names
from deixis.evals.correlation import spearman
from deixis.evals.identity import identity
from deixis.lab.findings import Findings, Verdict, found_in_runs
from deixis.lab.jobs import carried_out
from deixis.lab.priors.joined import Joined, column, join
from deixis.lab.priors.repairing import QUESTIONS, RANDOM, REPAIR, TOGETHER, RepairPlan, repair
from deixis.lab.priors.reporting import linked, write_prior_report
from deixis.lab.priors.trials import ask_questions
from deixis.lab.report import Reported, write_report
from deixis.lab.trial import Judged
from deixis.models.load import load
from deixis.priors.ranking import RankOptions, rank
from deixis.train.reporter import Reporter, Silent

BEFORE = "as it was"
NEW, OLD = "never seen", "seen before"
FEWEST = 3  # entities that a correlation is of
MOST_LOST = 2.0  # points elsewhere that a repair may cost
BATCH = 32
WORLD, FIRST_WORLD = 1, 2  # seeds of the scenes that are asked about, and first learnt from


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """One way to repair, with the settings of its first stage. `asks_all`: questions are on every
    picture that the encoder would be taught by.
    """

    name: str
    how: str
    encoder: tuple[str, ...] = ()
    asks_all: bool = False


MAIN = (Way(name="questions alone", how=QUESTIONS), Way(name="repair", how=REPAIR))
CONTROLS = (
    Way(name="other entities taught", how=RANDOM),
    Way(name="all at once", how=TOGETHER),
    Way(name="questions on every picture", how=QUESTIONS, asks_all=True),
)
PICTURES = tuple(
    Way(name=f"repair, {count} pictures each", how=REPAIR, encoder=(f"task.per_entity={count}",))
    for count in (1, 2, 4)
)
OBJECTIVES = (
    Way(name="repair by softmax", how=REPAIR, encoder=("task.objective=softmax",)),
    Way(name="repair, projector as it was", how=REPAIR, encoder=("task.projector=false",)),
    Way(
        name="repair, own tower distilled",
        how=REPAIR,
        encoder=("task.teacher=tower:nano",),
    ),
)
FLAGS = {
    "model": "--model",
    "seeds": "--seeds",
    "learnt": "--per-entity",
    "told": "--told",
    "rehearsed": "--rehearsed",
    "asked": "--asked",
    "seen": "--seen",
}
GROUPS = {"main": MAIN, "controls": CONTROLS, "pictures": PICTURES, "objectives": OBJECTIVES}


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class StudyOptions:
    """What is tried, of how much.

    `learnt` are pictures of each entity for the encoder, `told` those of each that was never seen
    that questions are on, `rehearsed` those of each other. `asked` are test pictures of each
    entity, `seen` how many of the entities that nano knows are asked about. `jobs` ways are carried
    out at a time, each on `threads` threads. `encoder` and `answers` are settings of the stages.
    """

    model: str = "nano"
    groups: tuple[str, ...] = tuple(GROUPS)
    seeds: int = 3
    learnt: int = 16
    told: int = 2
    rehearsed: int = 1
    asked: int = 4
    seen: int = 175
    jobs: int = 1
    threads: int = 1
    encoder: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("seeds", "learnt", "told", "rehearsed", "asked", "seen", "jobs", "threads"):
            if getattr(self, name) < 1:
                raise UsageError(f"{name} is at least 1, got {getattr(self, name)}")


def study(options: StudyOptions, folder: Path, reporter: Reporter | None = None) -> list[Reported]:
    """A report a claim, each in a folder of its own. The same call goes on where it was."""
    reporter = reporter or Silent()
    ways = [way for name, some in GROUPS.items() if name in options.groups for way in some]
    entities = _entities(options)
    model = load(options.model, batch_size=BATCH)
    questions = _questions(entities)
    before = ask_questions(model, questions, folder=folder / "asked", reporter=reporter)
    ranking = rank(entities, encoder_of(model), RankOptions(cache=cache_folder() / "priors"))
    joined = join(ranking, entities, questions, before.answers, model=options.model)
    reports = [_predicting(options, entities, joined, folder)]
    turns = [
        (f"{way.name}, seed {seed}", (seed, way)) for seed in range(options.seeds) for way in ways
    ]
    answers: dict[str, list[Judged]] = {BEFORE: []}
    for seed in range(options.seeds):
        answers[BEFORE] += _of_seed(_grouped(before.answers, entities, questions), seed)
    each = carried_out(
        partial(_one, options, folder),
        turns,
        jobs=options.jobs,
        threads=options.threads,
        reporter=reporter,
    )
    for (_, (seed, way)), found in zip(turns, each, strict=True):
        answers.setdefault(way.name, []).extend(_of_seed(found, seed))
    if any(way in MAIN for way in ways):
        reports.append(_repairing(options, answers))
    for one in reports:
        write_report(one, folder / one.name)
    return reports


def _one(
    options: StudyOptions, folder: Path, turn: tuple[int, Way], reporter: Reporter
) -> tuple[Judged, ...]:
    """One way from one seed: its model and its answers, which are kept in the folder."""
    seed, way = turn
    model = repair(_plan(options, way, seed), _home(options, way, seed, folder), reporter)
    entities = _entities(options)
    questions = _questions(entities)
    asked = ask_questions(
        load(str(model), batch_size=BATCH), questions, folder=folder / "asked", reporter=reporter
    )
    return _grouped(asked.answers, entities, questions)


def _of_seed(judged: Iterable[Judged], seed: int) -> list[Judged]:
    return [dataclasses.replace(one, pair=f"{seed} {one.pair}") for one in judged]


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


def _questions(entities: Entities) -> list[EntityQuestion]:
    """The same to every model."""
    return entity_questions(entities, QuestionOptions(kinds=(NAMING,), words=0))


def _grouped(
    answers: Iterable[Judged], entities: Entities, questions: Sequence[EntityQuestion]
) -> tuple[Judged, ...]:
    """Under NEW or OLD, clustered by entity and paired by their picture."""
    new, places = set(held_out_names()), {n: i for i, n in enumerate(entities.names)}
    return tuple(
        dataclasses.replace(
            one,
            scene=places[questions[one.scene].entity],
            condition=NEW if questions[one.scene].entity in new else OLD,
            pair=str(one.scene),
        )
        for one in answers
    )


def _predicting(
    options: StudyOptions, entities: Entities, before: Joined, folder: Path
) -> Reported:
    """Does the prior tell performance, per entity and per band?"""
    write_prior_report(before, folder / "entities", command=_command(options))
    found = linked(before)
    kept = RankOptions(cache=cache_folder() / "priors")
    ranking = rank(entities, encoder_of(f"tower:{options.model}"), kept)
    by_tower = linked(dataclasses.replace(before, ranking=ranking))
    write_prior_report(
        dataclasses.replace(before, ranking=ranking),
        folder / "entities_by_tower",
        command=_command(options),
    )
    told = [f"{one.name}: {one}." for one in found.correlations]
    told += [_among_seen(before)]
    told += [f"By the tower alone, {one.name}: {one}." for one in by_tower.correlations]
    return Reported(
        name="prior_predicts",
        claim="The better the encoder knows an entity, the better the model answers about it.",
        source="VisPRE, the correlation of Rank_e with performance; our own Rank_e",
        summary="Scenes' entities, 25 of which no training saw, ranked by the model's own "
        "projector and words, and without words by prototypes of its tower; asked by name under a "
        "mark.",
        about=" ".join(told),
        findings=found.by_band,
        verdict=found.verdict,
        baseline="",
        sure="Intervals are clustered by entity.",
        command=_command(options),
    )


def _among_seen(joined: Joined) -> str:
    """Whether the prior tells more than who was never seen."""
    new = set(held_out_names())
    seen = dataclasses.replace(joined, asked=tuple(a for a in joined.asked if a.name not in new))
    if len(seen.both) < FEWEST:
        return f"Fewer than {FEWEST} that it was trained on were asked about."
    found = spearman(column(seen, "prior"), column(seen, "accuracy"))
    return f"Among the {found.num_things} that it was trained on, {found.name}: {found}."


def _repairing(options: StudyOptions, answers: Mapping[str, Sequence[Judged]]) -> Reported:
    """What each way brings for entities that were never seen, and costs for the others."""
    base, seeds = MAIN[0].name, range(options.seeds)
    rows = [
        row
        for group in (NEW, OLD)
        for row in found_in_runs(
            [[one for one in _named(answers, group) if _seed(one) == s] for s in seeds],
            [f"{way}: {group}" for way in answers],
            baseline=f"{base}: {group}",
        ).rows
    ]
    findings = Findings(rows=tuple(rows))
    return Reported(
        name="prior_repair",
        claim="Teaching the encoder first helps on entities that it never saw more than the same "
        f"questions alone, and costs at most {MOST_LOST:g} points elsewhere.",
        source="VisPRE, two stages against fine-tuning on questions alone",
        summary="Each way ends in the same questions; entities that nano never saw, and those "
        "that it did.",
        about=f"{options.seeds} seeds, each with pictures of its own to learn from: the encoder "
        f"has {options.learnt} of each entity (a quarter held out), the questions are on "
        f"{options.told} of each that was never seen and {options.rehearsed} of each other. Asked "
        f"about {options.asked} test scenes of each of {25 + options.seen} entities.",
        findings=findings,
        verdict=_verdict(findings),
        baseline=base,
        sure="Differences are of the same questions from the same seed. "
        + (
            "Intervals are clustered by entity; they hold no spread over seeds."
            if options.seeds == 1
            else "Intervals hold both spreads: of entities (clusters, all seeds together) and of "
            "seeds (Student's), their squares added."
        ),
        command=_command(options),
    )


def _verdict(findings: Findings) -> Verdict:
    gain, cost = findings[f"{REPAIR}: {NEW}"], findings[f"{REPAIR}: {OLD}"]
    assert gain.change is not None
    assert cost.change is not None
    told = "{:+.1f} points ({:+.1f} to {:+.1f})"
    words = f"on those never seen {told.format(*gain.change)}, elsewhere "
    words += told.format(*cost.change)
    if gain.is_higher and cost.change[1] >= -MOST_LOST:
        return Verdict(held=True, words=words)
    is_refuted = gain.is_lower or cost.change[2] < -MOST_LOST
    return Verdict(held=False if is_refuted else None, words=words)


def _named(answers: Mapping[str, Sequence[Judged]], group: str) -> Iterable[Judged]:
    for way, judged in answers.items():
        for one in judged:
            if one.condition == group:
                yield dataclasses.replace(one, condition=f"{way}: {group}")


def _seed(judged: Judged) -> int:
    return int(judged.pair.split()[0])


def _command(options: StudyOptions) -> str:
    """What repeats it: all that was told otherwise than as it is."""
    told = [f"--group {name}" for name in options.groups] if len(options.groups) < 4 else []
    usual = StudyOptions()
    for name, flag in FLAGS.items():
        if getattr(options, name) != getattr(usual, name):
            told.append(f"{flag} {getattr(options, name)}")
    told += [f"--set-encoder {one}" for one in options.encoder]
    told += [f"--set-answers {one}" for one in options.answers]
    return " ".join(["deixis prior study", *told, "--out study"])


def _slug(name: str) -> str:
    return name.replace(",", "").replace(" ", "_")
