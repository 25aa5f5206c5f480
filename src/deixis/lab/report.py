"""An experiment's report: a page of Markdown, a plot, and the numbers as JSON."""

import io
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, final

from deixis.core.files import make_folder, write_bytes, write_text
from deixis.lab.experiments import Experiment, Verdict
from deixis.lab.findings import Finding
from deixis.lab.trying import Tried

INK, FAINT, PAPER, DARK = "#1e4fa3", "#d9d3c4", "#fdfcf9", "#333333"


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """The files of a report, and its verdict."""

    folder: Path
    verdict: Verdict


def write_report(name: str, experiment: Experiment, tried: Tried, folder: Path) -> Report:
    """Write README.md, plot.png and report.json."""
    verdict = experiment.verdict(tried.findings)
    record = {
        "experiment": name,
        "claim": experiment.claim,
        "source": experiment.source,
        "model": tried.model,
        "scenes": {"num": tried.num_scenes, "world": tried.world},
        "failed": tried.num_failed,
        "held": verdict.held,
        "verdict": verdict.words,
        "findings": [asdict(row) for row in tried.findings.rows],
    }
    make_folder(folder)
    write_text(folder / "report.json", json.dumps(record, indent=1) + "\n")
    write_bytes(folder / "plot.png", plot(experiment, tried))
    write_text(folder / "README.md", page(name, experiment, tried))
    return Report(folder=folder, verdict=verdict)


def page(name: str, experiment: Experiment, tried: Tried) -> str:
    """The report as people read it."""
    verdict = experiment.verdict(tried.findings)
    judged = {True: "Held here", False: "Did not hold here", None: "Cannot be told"}[verdict.held]
    summary = (type(experiment).__doc__ or "").split("\n\n")[0]
    rows = "\n".join(_row(row) for row in tried.findings.rows)
    about = f"{tried.num_scenes} scenes ({tried.world}), model `{tried.model}`."
    if tried.num_failed:
        about += f" {tried.num_failed} questions failed and are in no figure."
    return f"""# {name.replace("_", " ").capitalize()}

> {experiment.claim}
>
> ({experiment.source})

**{judged}**: {verdict.words}.

{" ".join(summary.split())} {about}

![right answers by condition](plot.png)

| condition | questions | right, % (95 %) | less {experiment.baseline}, points (95 %) |
| --- | --- | --- | --- |
{rows}

Intervals are clustered by picture; differences are of the same questions.

    deixis lab report {name} --model {tried.model} --num {tried.num_scenes} --out {name}
"""


def plot(experiment: Experiment, tried: Tried) -> bytes:
    """A PNG: a line over numbers, a row each other condition."""
    from matplotlib.figure import Figure  # slow to import, and only needed here

    rows = tried.findings.rows
    is_line = bool(experiment.axis)
    size = (7.5, 4.2) if is_line else (7.5, 1.2 + 0.42 * len(rows))
    figure = Figure(figsize=size, layout="constrained", facecolor=PAPER)
    axes: Any = figure.subplots()  # Any: matplotlib's Axes
    places = [float(row.condition) for row in rows] if is_line else list(range(len(rows)))
    values = [row.value for row in rows]
    if is_line:
        axes.fill_between(
            places, [r.low for r in rows], [r.high for r in rows], color=INK, alpha=0.15
        )
        axes.plot(places, values, "o-", color=INK)
        axes.set_xlabel(experiment.axis)
        axes.set_xticks(places, [row.condition for row in rows])
        axes.set_ylabel("right, %")
        axes.set_ylim(0, 102)
    else:
        for place, row in zip(places, rows, strict=True):
            axes.plot([row.low, row.high], [place, place], color=INK, linewidth=3, alpha=0.35)
            axes.annotate(f" {row.value:.1f}", (row.high, place), va="center", fontsize=8)
        axes.plot(values, places, "o", color=INK)
        axes.set_yticks(places, [row.condition for row in rows])
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.set_xlim(0, 106)
        axes.set_xlabel("right, %")
    axes.set_title(experiment.claim, loc="left", fontsize=9, color=DARK, wrap=True)
    axes.grid(visible=True, color=FAINT, linewidth=0.7)
    axes.set_facecolor(PAPER)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(False)
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=120)
    return file.getvalue()


def _row(row: Finding) -> str:
    change = "" if row.change is None else "{:+.1f} ({:+.1f} to {:+.1f})".format(*row.change)
    return f"| {row.condition} | {row.asked} | {row.told} | {change} |"
