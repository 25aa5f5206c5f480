"""Runs are compared question by question, ranked by encoding, and voted on."""

import dataclasses
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import final

import numpy as np

from deixis.core.errors import UsageError
from deixis.evals.figures import Figure, clustered, figure, headline
from deixis.evals.folder import LoadedRun
from deixis.evals.intervals import Clusters
from deixis.evals.measure import Measure
from deixis.evals.paired import ChangedAnswers, Difference, changed, difference
from deixis.evals.report import Report, summarised
from deixis.evals.results import Row


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """Two runs' headlines are compared on the questions for which both have numbers.

    `changes` is only given for shares. `num_left_out` questions have numbers in one run alone.
    """

    first: str
    second: str
    measure: str
    difference: Difference
    changes: ChangedAnswers | None
    scale: float
    num_questions: int
    num_pictures: int
    num_left_out: int


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class EncodingRanking:
    """One model answered the same questions under several encodings, ranked here from best to
    worst.

    `spread` is the standard deviation over encodings. `gap` is how much the worst loses against the
    best, paired. Because they were picked out of several, best and worst lie farther apart than
    they would on new questions.
    """

    benchmark: str
    model: str
    judge: str | None
    figures: tuple[tuple[str, Figure], ...]
    mean: float
    spread: float
    gap: Difference | None
    num_questions: int
    num_left_out: int

    @property
    def best(self) -> str:
        """One encoding has the highest figure."""
        return self.figures[0][0]

    @property
    def worst(self) -> str:
        """One encoding has the lowest figure."""
        return self.figures[-1][0]


def compare(first: LoadedRun, second: LoadedRun) -> Comparison:
    """The second run is compared with the first; UsageError if they did not ask the same."""
    ours, theirs = first.report, second.report
    if ours.questions != theirs.questions:
        raise UsageError(
            f"these are runs of two benchmarks, {ours.questions} and {theirs.questions}; only runs "
            "of one can be compared"
        )
    if ours.judge != theirs.judge:
        raise UsageError(
            f"two judges graded these runs, {ours.judge} and {theirs.judge}; grade both by one"
        )
    (rows, others), num_left_out = common([first, second])
    measure, rows = headline(first.benchmark, rows)
    _, others = headline(first.benchmark, others)
    by_picture, by_other = joined_pictures(measure, rows, others)
    found = difference(measure, by_picture, by_other)
    changes = None
    if measure.is_share:
        changes = changed(_right(rows), _right(others))
    return Comparison(
        first=ours.name,
        second=theirs.name,
        measure=measure.name,
        difference=found,
        changes=changes,
        scale=measure.scale,
        num_questions=len(rows),
        num_pictures=len(by_picture.sums),
        num_left_out=num_left_out,
    )


def rank_encodings(runs: Sequence[LoadedRun]) -> list[EncodingRanking]:
    """The encodings are ranked for each benchmark, model and judge that used several on the same
    questions.
    """
    return [ranking_of(group) for group in alike(runs)]


def alike(runs: Sequence[LoadedRun]) -> list[list[LoadedRun]]:
    """Runs that differ in their encodings alone are grouped; a group has at least two."""
    groups: dict[tuple[str, ...], dict[str, LoadedRun]] = {}
    for run in runs:
        who = json.dumps(dict(run.report.who), sort_keys=True)
        group = (run.report.questions, who, run.report.judge or "")
        same = groups.setdefault(group, {})
        other = same.get(run.report.encoding)
        if other is None or len(other.rows) < len(run.rows):  # of two alike, the longer one
            same[run.report.encoding] = run
    return [list(group.values()) for group in groups.values() if len(group) > 1]


def common(runs: Sequence[LoadedRun]) -> tuple[list[list[Row]], int]:
    """Every run keeps the rows for which all runs have numbers, in the same order; the number of
    other rows comes with them. UsageError if two runs asked different things under one key.
    """
    tables = [{row.key: row for row in run.rows if row.problem is None} for run in runs]
    for run in runs[1:]:
        _check_same(runs[0], run)
    every = {key for table in tables for key in table}
    shared = sorted(key for key in every if all(key in table for table in tables))
    if not shared:
        raise UsageError("these runs have no question in common")
    return [[table[key] for key in shared] for table in tables], len(every) - len(shared)


def joined_pictures(
    measure: Measure, rows: Sequence[Row], others: Sequence[Row]
) -> tuple[Clusters, Clusters]:
    """Both runs' sums by picture come in one order; pictures are named as in the first."""
    named = [replace(row, picture=first.picture) for row, first in zip(others, rows, strict=True)]
    return clustered(measure, rows), clustered(measure, named)


def ranking_of(runs: Sequence[LoadedRun]) -> EncodingRanking:
    """These runs' encodings are ranked on the questions that all of them have; UsageError if
    there are none.
    """
    tables, num_left_out = common(runs)
    benchmark = runs[0].benchmark
    figured = []
    for run, table in zip(runs, tables, strict=True):
        measure, rows = headline(benchmark, table)
        figured.append((run.report.encoding, figure(measure, rows, part="all"), rows))
    figured.sort(key=lambda one: (-one[1].value, one[0]))
    values = np.array([one.value for _, one, _ in figured])
    measure, _ = headline(benchmark, tables[0])
    best, worst = joined_pictures(measure, figured[0][2], figured[-1][2])
    report = runs[0].report
    return EncodingRanking(
        benchmark=report.questions,
        model=report.model,
        judge=report.judge,
        figures=tuple((name, one) for name, one, _ in figured),
        mean=float(values.mean()),
        spread=float(values.std(ddof=1)),
        gap=difference(measure, best, worst),
        num_questions=figured[0][1].num_questions,
        num_left_out=num_left_out,
    )


def _check_same(first: LoadedRun, second: LoadedRun) -> None:
    asked = {row.key: row.asks for row in first.rows}
    for row in second.rows:
        if asked.get(row.key, row.asks) != row.asks:
            raise UsageError(
                f"under the key {row.key!r} the two runs asked different things (other words, "
                f"places or truth): {first.folder} and {second.folder} are of two versions of the "
                "benchmark; run one of them again"
            )


def _right(rows: Sequence[Row]) -> np.ndarray:
    return np.array([row.numbers["right"] > 0 for row in rows], dtype=bool)


def vote(runs: Sequence[LoadedRun]) -> tuple[Report, list[Row]]:
    """The runs vote on every question, and the result is a report with its rows; a tie goes to the
    run that comes first.

    UsageError if the runs are of several benchmarks or models, or cannot be voted on.
    """
    if len(runs) < 2:
        raise UsageError(f"a vote is among two runs at least, got {len(runs)}")
    for run in runs[1:]:
        for what in ("questions", "model", "judge"):
            ours, theirs = getattr(runs[0].report, what), getattr(run.report, what)
            if ours != theirs:
                raise UsageError(f"a vote is among runs of one {what}, got {ours} and {theirs}")
    measures = {name for one in runs[0].benchmark.measures for name in one.numbers}
    if "right" not in measures:
        raise UsageError(
            f"answers of {runs[0].report.benchmark} are graded, not right or wrong: they cannot be "
            "voted on"
        )
    tables, _ = common(runs)
    rows = [_winner(votes) for votes in zip(*tables, strict=True)]
    spoken = " + ".join(run.report.encoding for run in runs)
    report = dataclasses.replace(
        runs[0].report,
        encoding=f"vote({spoken})",
        bad=(),
        seconds=sum(run.report.seconds for run in runs),
        num_asked=0,
        **summarised(runs[0].report.benchmark, rows, num_bad=0),
    )
    return report, rows


def _winner(votes: Sequence[Row]) -> Row:
    """The first row wins that reads what most rows read; an answer that could not be read has no
    vote.
    """
    counts = Counter(row.read for row in votes if row.read is not None)
    if not counts:
        return votes[0]
    most = max(counts.values())
    return next(row for row in votes if row.read is not None and counts[row.read] == most)


def ranking_record(one: EncodingRanking) -> dict[str, object]:
    """The ranking is turned into a record for JSON."""
    record = dataclasses.asdict(one)
    record["figures"] = {name: dataclasses.asdict(figure) for name, figure in one.figures}
    return record | {"best": one.best, "worst": one.worst}
