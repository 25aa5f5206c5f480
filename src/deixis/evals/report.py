"""Each run has a report, report.json, beside its results."""

import dataclasses
import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

from deixis.core.errors import UsageError
from deixis.core.files import read_text, write_text
from deixis.core.json_lines import parse
from deixis.core.typed_json import object_of, read_as
from deixis.core.untrusted_text import shown
from deixis.evals.benchmarks import Benchmark, benchmarks
from deixis.evals.figures import Figure, figure, figures
from deixis.evals.results import FAILED, UNASKED, UNGRADED, Row

VERSION = "eval/1"
FILE = "report.json"


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class QuestionCounts:
    """Every question is counted by what became of it.

    `unread` were answered, but nothing could be read in the answer; they count as wrong. `cut` were
    longer than allowed. `unasked`, `failed`, `ungraded` and `bad` enter no figure.
    """

    questions: int
    pictures: int
    scored: int
    unread: int
    cut: int
    unasked: int
    failed: int
    ungraded: int
    bad: int


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """A report says who was asked what, under which encoding, and gives the figures, the headline
    first.

    `bounds` are what the headline would be if all that has no numbers were wholly wrong, or wholly
    right. `judge_means` are the means of each run of the judge; `judge_failures` counts how often
    it gave no score, by kind of failure.
    """

    benchmark: str
    options: Mapping[str, str | int | None]
    model: str
    encoding: str
    dialect: str
    judge: str | None
    who: Mapping[str, str]
    settings: Mapping[str, Any]  # Any: JSON
    counts: QuestionCounts
    figures: tuple[Figure, ...]
    bounds: tuple[float, float] | None = None
    judge_means: tuple[float, ...] = ()
    judge_failures: Mapping[str, int] = dataclasses.field(default_factory=dict)
    bad: tuple[str, ...] = ()
    seconds: float = 0.0
    num_asked: int = 0
    software: Mapping[str, str] = dataclasses.field(default_factory=dict)

    @property
    def parts(self) -> tuple[str, ...]:
        """These parts name the result; a judge is one of them."""
        judge = [self.judge] if self.judge else []
        return (self.questions, self.model, self.encoding, *judge)

    @property
    def questions(self) -> str:
        """The benchmark is named, with its split where that is not the usual one."""
        split = self.options.get("split")
        return f"{self.benchmark} {split}" if split else self.benchmark

    @property
    def name(self) -> str:
        """The whole result is named in one line."""
        return " · ".join(self.parts)

    @property
    def headline(self) -> Figure:
        """One figure is the one to quote."""
        return self.figures[0]

    def save(self, folder: Path) -> None:
        """The report is written whole or not at all."""
        record = {"deixis": VERSION, "name": self.name, **dataclasses.asdict(self)}
        write_text(folder / FILE, json.dumps(_plain(record), ensure_ascii=False, indent=1) + "\n")

    @classmethod
    def load(cls, folder: Path) -> "Report":
        """The report is read from a run's folder."""
        path = folder / FILE
        try:
            record = object_of(parse(read_text(path)), name="a report")
        except OSError as error:
            raise UsageError(
                f"cannot read {path}: {error.strerror or error}; a run's folder is expected, as "
                "`deixis eval run` writes it"
            ) from None
        except (ValueError, UsageError) as error:
            raise UsageError(f"{path} is no report: {error}") from None
        version = record.pop("deixis", None)
        record.pop("name", None)  # follows from the rest
        if "convention" in record:  # as 0.1 called it
            record.setdefault("dialect", record.pop("convention"))
        if version != VERSION:
            raise UsageError(f"{path} is no report: {shown(version)} where {VERSION} is read")
        try:
            report = read_as(cls, record, name="report", null_is_nan=True)
        except UsageError as error:
            raise UsageError(f"{path} is no report: {error}") from None
        if not report.figures:
            raise UsageError(f"{path} is no report: it has no figures")
        return report


def summarised(name: str, rows: Sequence[Row], *, num_bad: int) -> dict[str, Any]:
    """These fields of a report follow from its rows. (Any: fields of Report.)"""
    benchmark = benchmarks.get(name)
    sorts = Counter(row.sort_of_problem for row in rows)
    counts = QuestionCounts(
        questions=len(rows) + num_bad,
        pictures=len({row.picture for row in rows}),
        scored=sorts[None],
        unread=sum(row.problem is None and row.read is None for row in rows),
        cut=sum(row.finish == "length" for row in rows),
        unasked=sorts[UNASKED],
        failed=sorts[FAILED],
        ungraded=sorts[UNGRADED],
        bad=num_bad,
    )
    return {
        "counts": counts,
        "figures": tuple(figures(benchmark, rows)),
        "bounds": bounds(benchmark, rows),
        **_judged(rows),
    }


def bounds(benchmark: type[Benchmark], rows: Sequence[Row]) -> tuple[float, float] | None:
    """The first measure is bounded by taking all failed and ungraded rows as wholly wrong, and
    as wholly right; None if there are no such rows, or the measure is not a mean.
    """
    measure = benchmark.measures[0]
    lost = [row for row in rows if row.sort_of_problem in (FAILED, UNGRADED)]
    if not lost or len(measure.numbers) != 1:
        return None
    known = [row for row in rows if row.problem is None]
    ends = []
    for number in (0.0, 1.0):
        filled = [
            dataclasses.replace(row, numbers={measure.numbers[0]: number}, problem=None)
            for row in lost
        ]
        ends.append(figure(measure, [*known, *filled], part="").value)
    return ends[0], ends[1]


def _judged(rows: Sequence[Row]) -> dict[str, Any]:  # Any: fields of Report
    """The judge's runs are summed up one by one."""
    graded = [row.grades for row in rows if row.grades]
    num_runs = max(map(len, graded), default=0)
    means = []
    for run in range(num_runs):
        scores = [one for grades in graded if (one := grades[run]) is not None]
        means.append(100 * sum(scores) / len(scores) if scores else math.nan)
    sorts = Counter(why.partition(":")[0] for row in rows for why in row.grade_failures)
    return {"judge_means": tuple(means), "judge_failures": dict(sorts)}


def _plain(value: Any) -> Any:  # Any: JSON
    """Numbers that JSON cannot write become null."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value
