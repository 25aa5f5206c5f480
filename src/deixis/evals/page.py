"""A folder's runs are shown on one page: the plot, the tables, and answers that were wrong."""

import html
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import final

from deixis.core.errors import UsageError
from deixis.core.files import make_folder, write_bytes, write_text
from deixis.evals.compare import EncodingRanking, alike, ranking_of, ranking_record
from deixis.evals.folder import LoadedRun
from deixis.evals.report import Report
from deixis.evals.results import Row
from deixis.evals.shown_pictures import shown_pictures
from deixis.reports.chart import Dot, Panel, dots
from deixis.reports.page import cards, figures_table, page, png, png_figure

SHOWN = 6  # wrong answers of a run
MOST_PARTS = 14  # dots of a run


PLOT, PAGE, ENCODINGS = "scores.png", "report.html", "encodings.json"


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    """The summary lists the files that were written, the encodings' rankings, and the runs that
    could not be put together.
    """

    page: Path
    plot: Path
    ways: tuple[EncodingRanking, ...]
    problems: tuple[str, ...] = ()


def summarise(runs: Sequence[LoadedRun], out: Path) -> Summary:
    """The page, the plot and encodings.json are written; the latter holds the encodings'
    rankings.
    """
    make_folder(out)
    many, problems = [], []
    for group in alike(runs):
        try:
            many.append(ranking_of(group))
        except UsageError as error:  # an older run that lies there takes nothing from the others
            problems.append(str(error))
    picture = dots(_panels(runs))
    write_bytes(out / PLOT, picture)
    write_text(out / PAGE, runs_page(runs, many, picture))
    records = [ranking_record(one) for one in many]
    write_text(out / ENCODINGS, json.dumps(records, ensure_ascii=False, indent=1) + "\n")
    return Summary(page=out / PAGE, plot=out / PLOT, ways=tuple(many), problems=tuple(problems))


def runs_page(runs: Sequence[LoadedRun], many: Sequence[EncodingRanking], plot: bytes) -> str:
    """The page needs no other file."""
    parts = [png(plot, "scores with intervals"), _ways(many), *map(_run, runs)]
    lead = "Values with 95 % intervals, clustered by picture."
    return page("Evaluation", lead, parts, tab="Deixis eval")


def problems(report: Report) -> list[str]:
    """Besides a run's figures a reader must know these things, one sentence each."""
    counts = report.counts
    told = (
        (counts.unread, "answers could not be read and count as wrong"),
        (counts.cut, "answers were cut at the longest length that was allowed"),
        (counts.unasked, "questions cannot be asked in this encoding and are in no figure"),
        (counts.failed, "questions failed at the server and are in no figure"),
        (counts.ungraded, "answers got no score from the judge and are in no figure"),
        (counts.bad, "rows of the data were bad and are in no figure"),
    )
    said = [f"{number} {what}" for number, what in told if number]
    if report.judge_failures:
        spoken = ", ".join(f"{name}: {number}" for name, number in report.judge_failures.items())
        said.append(f"the judge failed ({spoken})")
    if report.bounds is not None:
        low, high = report.bounds
        said.append(
            f"with all that failed wholly wrong the headline is {low:.1f}, wholly right {high:.1f}"
        )
    return said


def _ways(many: Sequence[EncodingRanking]) -> str:
    if not many:
        return ""
    header = (
        "benchmark",
        "model",
        "mean",
        "spread",
        "best",
        "worst",
        "best less worst",
        "questions",
    )
    rows = []
    for one in many:
        gap = "" if one.gap is None else f"{-100 * one.gap.value:.1f}"
        rows.append(
            (
                one.benchmark + (f" ({one.judge})" if one.judge else ""),
                one.model,
                f"{one.mean:.1f}",
                f"{one.spread:.1f}",
                f"{one.best} {one.figures[0][1]}",
                f"{one.worst} {one.figures[-1][1]}",
                gap,
                f"{one.num_questions}",
            )
        )
    return "<h2>The same questions in several encodings</h2>" + figures_table(header, rows)


def _run(run: LoadedRun) -> str:
    report = run.report
    figures = [
        (one.part, one.measure, str(one), str(one.num_questions), str(one.num_pictures))
        for one in report.figures
    ]
    pictures = shown_pictures(run.folder, run.rows)
    wrong = [row for row in run.rows if row.is_wrong and row.key not in pictures][:SHOWN]
    cells = [(row.sent or "", row.answer or "", " / ".join(row.truth)) for row in wrong]
    notes = "".join(f"<li>{html.escape(one)}</li>" for one in problems(report))
    mistakes = (
        f"<details><summary>some wrong answers</summary>"
        f"{figures_table(('question', 'answer', 'truth'), cells)}</details>"
    )
    return (
        f"<h2>{html.escape(report.name)}</h2>"
        f"{figures_table(('part', 'measure', 'value', 'questions', 'pictures'), figures)}"
        f"<ul>{notes}</ul>{_looked_at(run, pictures)}{mistakes if cells else ''}"
    )


def _looked_at(run: LoadedRun, pictures: Mapping[str, bytes]) -> str:
    """Pictures that were sent stand with what was asked and answered, the wrong ones first."""
    rows = sorted(
        (row for row in run.rows if row.key in pictures), key=lambda row: not row.is_wrong
    )
    figures = [png_figure(pictures[row.key], _told(row)) for row in rows]
    return f"<h3>What it saw, wrong answers first</h3>{cards(figures)}" if figures else ""


def _told(row: Row) -> str:
    truth = " / ".join(row.truth)
    verdict = f"✗ (right: {truth})" if row.is_wrong else "✓"
    return f"{row.sent or ''} → {row.answer or 'nothing'} {verdict}"


def _panels(runs: Sequence[LoadedRun]) -> list[Panel]:
    """Encodings are in rows; a benchmark with only one shows its parts instead."""
    groups: dict[tuple[str, str | None], list[LoadedRun]] = {}
    for run in runs:
        groups.setdefault((run.report.questions, run.report.judge), []).append(run)
    panels = []
    for (_, judge), group in groups.items():
        about = group[0].benchmark.about
        encodings = dict.fromkeys(run.report.encoding for run in group)
        dots = _by_encoding(group) if len(encodings) > 1 else _by_part(group)
        split = group[0].report.options.get("split")
        title = about.title + (f" ({split})" if split else "")
        title += f", graded by {judge}" if judge else ""
        if len(encodings) == 1:
            title += f" ({next(iter(encodings))})"
        headline = group[0].report.headline
        whole = "" if headline.part == "all" else f"{headline.part} "
        has_guess = about.guess is not None and (len(encodings) > 1 or not whole)
        panels.append(
            Panel(
                title=title,
                scale=f"{whole}{headline.measure}, per cent",
                dots=tuple(dots),
                guess=100 * (about.guess or 0.0) if has_guess else None,
            )
        )
    return panels


def _by_encoding(runs: Sequence[LoadedRun]) -> list[Dot]:
    """The best encoding comes first, as the model with the most encodings ranks them."""
    found = [_dot(run, run.report.encoding, 0) for run in runs]
    models = [dot.model for dot in found]
    first = max(dict.fromkeys(models), key=models.count)
    values = {dot.row: dot.value for dot in found if dot.model == first}
    return sorted(found, key=lambda dot: -values.get(dot.row, -math.inf))


def _by_part(runs: Sequence[LoadedRun]) -> list[Dot]:
    dots = []
    for run in runs:
        measure = run.report.headline.measure
        same = [i for i, one in enumerate(run.report.figures) if one.measure == measure]
        dots += [_dot(run, run.report.figures[i].part, i) for i in same[:MOST_PARTS]]
    return dots


def _dot(run: LoadedRun, row: str, place: int) -> Dot:
    figure = run.report.figures[place]
    return Dot(
        row=row,
        model=run.report.model,
        value=figure.value,
        low=figure.low,
        high=figure.high,
    )
