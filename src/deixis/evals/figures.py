"""Rows are summed up as figures: each measure has one for all questions and one for each tag,
with an interval.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
from jaxtyping import Float, Shaped

from deixis.evals.benchmarks import Benchmark
from deixis.evals.intervals import Clusters, Interval, interval
from deixis.evals.measure import ACCURACY, Measure
from deixis.evals.results import Row

ALL = "all"


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """A figure is one number of a report. `part` is a tag, or "all"; value and interval are
    already scaled.
    """

    measure: str
    part: str
    value: float
    low: float
    high: float
    method: str
    num_questions: int
    num_pictures: int

    def __str__(self) -> str:
        return f"{self.value:.1f} ({self.low:.1f} to {self.high:.1f})"


def figures(benchmark: type[Benchmark], rows: Sequence[Row], *, seed: int = 0) -> list[Figure]:
    """Every measure's figures are computed, the headline first; rows without numbers are left
    out.
    """
    scored = [row for row in rows if row.problem is None]
    found = []
    if benchmark.together is not None:
        measure, groups = headline(benchmark, rows)
        found.append(figure(measure, groups, part=benchmark.together, seed=seed))
    for part, inside in _parts(scored):
        found += [figure(one, inside, part=part, seed=seed) for one in benchmark.measures]
    return found


def headline(benchmark: type[Benchmark], rows: Sequence[Row]) -> tuple[Measure, list[Row]]:
    """One measure is the one to quote; its rows come with it."""
    if benchmark.together is not None:
        return ACCURACY, joined(rows)
    return benchmark.measures[0], [row for row in rows if row.problem is None]


def figure(measure: Measure, rows: Sequence[Row], *, part: str, seed: int = 0) -> Figure:
    """One measure is computed over some rows."""
    clusters = clustered(measure, rows)
    value = float(measure.value(clusters.total)) if rows else float("nan")
    found: Interval = interval(measure, clusters, seed=seed)
    return Figure(
        measure=measure.name,
        part=part,
        value=value * measure.scale,
        low=found.low * measure.scale,
        high=found.high * measure.scale,
        method=found.method,
        num_questions=len(rows),
        num_pictures=len(clusters.sums),
    )


def clustered(measure: Measure, rows: Sequence[Row]) -> Clusters:
    """Each picture's answers are summed, in the order of the pictures' names."""
    numbers: Float[np.ndarray, "answer number"] = np.array(
        [[row.numbers[name] for name in measure.numbers] + [1.0] for row in rows], dtype=float
    ).reshape(len(rows), len(measure.numbers) + 1)
    pictures: Shaped[np.ndarray, " answer"] = np.array([row.picture for row in rows], dtype=str)
    return Clusters(sums=measure.by_picture(Clusters.of(numbers, pictures).sums))


def joined(rows: Sequence[Row]) -> list[Row]:
    """Each group of questions becomes one row, right only if every answer is; groups that hold a
    row without numbers are left out.
    """
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.together or row.key, []).append(row)
    return [
        Row(
            key=name,
            picture=group[0].picture,
            asks="+".join(row.asks for row in group),
            truth=(),
            numbers={"right": min(row.numbers["right"] for row in group)},
        )
        for name, group in groups.items()
        if all(row.problem is None for row in group)
    ]


def _parts(rows: Sequence[Row]) -> Iterator[tuple[str, list[Row]]]:
    yield ALL, list(rows)
    tags = sorted({tag for row in rows for tag in row.tags})
    for tag in tags:
        inside = [row for row in rows if tag in row.tags]
        if len(inside) < len(rows):
            yield tag, inside
