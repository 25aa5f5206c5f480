"""Scores with their intervals as a picture: a row each encoding or part, a colour each model."""

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, final

from deixis.core.untrusted_text import plotted
from deixis.evals.folder import LoadedRun

INKS = ("#c2185b", "#00695c", "#1e4fa3", "#b26a00", "#5e35b1", "#455a64")
PAPER, LINE, FAINT = "#fdfcf9", "#333333", "#d9d3c4"
APART = 0.22  # between the models of one row
MOST_PARTS = 14
LONGEST = 34  # letters of a row's name


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Dot:
    """A value with its interval, in a panel's row, in a model's colour."""

    row: str
    model: str
    value: float
    low: float
    high: float


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Panel:
    """Dots on one scale; `guess` is where guessing would be."""

    title: str
    scale: str
    dots: tuple[Dot, ...]
    guess: float | None = None


def plot(runs: Sequence[LoadedRun]) -> bytes:
    """A PNG: a panel each benchmark."""
    from matplotlib.figure import Figure  # slow to import, and only needed here
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    panels = _panels(runs)
    models = list(dict.fromkeys(dot.model for panel in panels for dot in panel.dots))
    inks = {model: INKS[place % len(INKS)] for place, model in enumerate(models)}
    heights = [max(0.8, 0.3 * len(_rows(panel)) * max(1, len(models) / 2)) for panel in panels]
    figure = Figure(
        figsize=(8.0, sum(heights) + 0.95 * len(panels) + 0.3),
        layout=ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.08),
        facecolor=PAPER,
    )
    places = figure.subplots(len(panels), 1, squeeze=False, height_ratios=heights)
    for panel, axes in zip(panels, places[:, 0], strict=True):
        _draw(axes, panel, inks)
    if len(models) > 1:
        marks = [places[0, 0].plot([], [], "o", color=inks[m], label=plotted(m))[0] for m in models]
        figure.legend(handles=marks, loc="outside upper right", ncols=3, frameon=False, fontsize=9)
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=130)
    return file.getvalue()


def _panels(runs: Sequence[LoadedRun]) -> list[Panel]:
    """Encodings in rows; where a benchmark has only one, its parts."""
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
    """The best first, as the model with the most encodings has them."""
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


def _short(name: str) -> str:
    return plotted(name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…")


def _rows(panel: Panel) -> list[str]:
    return list(dict.fromkeys(dot.row for dot in panel.dots))


def _draw(axes: Any, panel: Panel, inks: dict[str, str]) -> None:  # Any: matplotlib's Axes
    rows = _rows(panel)
    for dot in panel.dots:
        if math.isnan(dot.value):
            continue
        models = [other.model for other in panel.dots if other.row == dot.row]
        shift = APART * (models.index(dot.model) - (len(models) - 1) / 2)
        y, ink = rows.index(dot.row) + shift, inks[dot.model]
        axes.plot([dot.low, dot.high], [y, y], color=ink, linewidth=2.4, alpha=0.4)
        axes.plot([dot.value], [y], "o", color=ink, markersize=6, clip_on=False)
        axes.annotate(
            f"{dot.value:.1f}",
            (dot.high, y),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            fontsize=8,
            color=ink,
        )
    if panel.guess is not None:
        axes.axvline(panel.guess, color=LINE, linewidth=1, linestyle=(0, (2, 3)))
        axes.annotate("  guess", (panel.guess, -0.55), fontsize=7.5, color=LINE)
    axes.set_yticks(range(len(rows)), [_short(row) for row in rows], fontsize=9)
    axes.set_ylim(len(rows) - 0.4, -0.75)
    lowest = min([dot.low for dot in panel.dots if not math.isnan(dot.low)], default=0.0)
    highest = max([dot.high for dot in panel.dots if not math.isnan(dot.high)], default=100.0)
    axes.set_xlim(
        min(0.0, lowest) - 0.012 * highest,
        max(100.0 if highest > 50 else 1.25 * highest, highest) + 4,
    )
    axes.set_xlabel(plotted(panel.scale), fontsize=8.5, color=LINE)
    axes.set_title(plotted(panel.title), loc="left", fontsize=11, color=LINE)
    axes.set_facecolor(PAPER)
    axes.grid(visible=True, axis="x", color=FAINT, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.tick_params(length=0, labelcolor=LINE)
    axes.tick_params(axis="x", labelsize=8)
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(False)
