"""The runs of a folder as one page: the plot, the tables, and answers that were wrong."""

import base64
import html
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import final

from deixis.core.errors import UsageError
from deixis.core.files import make_folder, write_bytes, write_text
from deixis.evals.compare import Ways, alike, ways_of, ways_record
from deixis.evals.folder import LoadedRun
from deixis.evals.plot import plot as plotted
from deixis.evals.report import Report
from deixis.evals.results import Row

SHOWN = 6  # wrong answers of a run
LONGEST = 300  # letters of a cell
FIGURE = re.compile(r"[-\d.]+( \([-\d.]+ to [-\d.]+\))?")  # with its interval; kept on one line
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 66rem; padding: 0 1rem;
       color: #222; background: #fdfcf9; }
h1 { margin-bottom: 0; } h2 { margin-top: 2.5rem; } img { max-width: 100%; }
table { border-collapse: collapse; font-size: .85rem; width: 100%; margin: 1rem 0; }
td, th { text-align: left; padding: .25rem .8rem .25rem 0; border-bottom: 1px solid #e4dfd3;
         vertical-align: top; white-space: pre-line; }
.number { font-variant-numeric: tabular-nums; white-space: nowrap; }
.wide { overflow-x: auto; }
summary { cursor: pointer; color: #555; }
"""


PLOT, PAGE, ENCODINGS = "scores.png", "report.html", "encodings.json"


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    """The files that were written, what encodings make of the same questions, and which runs could
    not be put together.
    """

    page: Path
    plot: Path
    ways: tuple[Ways, ...]
    problems: tuple[str, ...] = ()


def summarise(runs: Sequence[LoadedRun], out: Path) -> Summary:
    """Write all three; encodings.json holds what several ways make of the same questions."""
    make_folder(out)
    many, problems = [], []
    for group in alike(runs):
        try:
            many.append(ways_of(group))
        except UsageError as error:  # an older run that lies there takes nothing from the others
            problems.append(str(error))
    picture = plotted(runs)
    write_bytes(out / PLOT, picture)
    write_text(out / PAGE, page(runs, many, picture))
    records = [ways_record(one) for one in many]
    write_text(out / ENCODINGS, json.dumps(records, ensure_ascii=False, indent=1) + "\n")
    return Summary(page=out / PAGE, plot=out / PLOT, ways=tuple(many), problems=tuple(problems))


def page(runs: Sequence[LoadedRun], many: Sequence[Ways], plot: bytes) -> str:
    """A page that needs no other file."""
    picture = base64.b64encode(plot).decode()
    parts = [
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>Deixis eval</title>',
        f"<style>{STYLE}</style><h1>Evaluation</h1>",
        "<p>Values with 95 % intervals, clustered by picture.</p>",
        f'<img src="data:image/png;base64,{picture}" alt="scores with intervals">',
        _ways(many),
        *(_run(run) for run in runs),
        "</html>",
    ]
    return "".join(parts)


def problems(report: Report) -> list[str]:
    """What a reader must know of a run besides its figures, a sentence each."""
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


def _ways(many: Sequence[Ways]) -> str:
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
    return "<h2>The same questions in several encodings</h2>" + _table(header, rows)


def _run(run: LoadedRun) -> str:
    report = run.report
    figures = [
        (one.part, one.measure, str(one), str(one.num_questions), str(one.num_pictures))
        for one in report.figures
    ]
    wrong = [row for row in run.rows if row.problem is None and _is_wrong(row)][:SHOWN]
    cells = [(row.sent or "", row.answer or "", " / ".join(row.truth)) for row in wrong]
    notes = "".join(f"<li>{html.escape(one)}</li>" for one in problems(report))
    mistakes = (
        f"<details><summary>some wrong answers</summary>"
        f"{_table(('question', 'answer', 'truth'), cells)}</details>"
    )
    return (
        f"<h2>{html.escape(report.name)}</h2>"
        f"{_table(('part', 'measure', 'value', 'questions', 'pictures'), figures)}"
        f"<ul>{notes}</ul>{mistakes if cells else ''}"
    )


def _is_wrong(row: Row) -> bool:
    return min((row.numbers[n] for n in ("right", "grade") if n in row.numbers), default=1.0) < 1


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{html.escape(cell)}</th>" for cell in header)
    body = "".join("<tr>" + "".join(map(_cell, row)) + "</tr>" for row in rows)
    return f'<div class="wide"><table><tr>{head}</tr>{body}</table></div>'


def _cell(words: str) -> str:
    kind = ' class="number"' if FIGURE.fullmatch(words) else ""
    return f"<td{kind}>{html.escape(words[:LONGEST])}</td>"
