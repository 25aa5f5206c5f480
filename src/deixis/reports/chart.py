"""Plain values are charted as PNG: dots, shares, heat maps, a scatter, curves and counts.

A chart that goes with a report becomes a picture of one line where matplotlib is not installed:
nobody loses an evaluation for want of its chart.
"""

import functools
import importlib.util
import io
import logging
import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, ParamSpec, final

from PIL import Image, ImageDraw

from deixis.core.untrusted_text import plotted

logger = logging.getLogger(__name__)
Given = ParamSpec("Given")
WANTING = "no chart: it needs matplotlib, pip install 'deixis[plots]'"

INK, RUST = "#1e4fa3", "#b26a00"
INKS = ("#c2185b", "#00695c", INK, RUST, "#5e35b1", "#455a64")
PAPER, LINE, FAINT = "#fdfcf9", "#333333", "#d9d3c4"
APART = 0.22  # between the models of one row
DARK = 0.7  # of the span, beyond which a colour is too dark for dark letters
LEAST_SPAN = 5.0  # points that the darkest colour stands for, at least
COLUMNS = 3  # of curves
HALF = 0.5  # of a scatter, from which names stand left of their dots, or below
BESIDE_DOT, LINE_HIGH = 8, 9  # points from a dot to its name, and from name to name
SURFACE, MUTED, GRID, BLUE = "#fcfcfb", "#52514e", "#e4e3df", "#2a78d6"  # of counts
COUNTS: Any = {  # as matplotlib names them
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "text.color": "#0b0b0b",
    "axes.edgecolor": GRID,
    "axes.labelcolor": MUTED,
    "xtick.color": MUTED,
    "ytick.color": "#0b0b0b",
    "axes.spines.top": False,
    "axes.spines.right": False,
}


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Dot:
    """A value with its interval stands in a panel's row, in its model's colour."""

    row: str
    model: str
    value: float
    low: float
    high: float


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Panel:
    """A panel has dots on one scale; `guess` is where guessing would be."""

    title: str
    scale: str
    dots: tuple[Dot, ...]
    guess: float | None = None

    @property
    def rows(self) -> list[str]:
        """The rows have these names."""
        return list(dict.fromkeys(dot.row for dot in self.dots))


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """Under one condition a share of answers was right, in per cent, with its interval."""

    condition: str
    value: float
    low: float
    high: float


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A field of a heat map says how many points were gained, NaN where nothing is known."""

    points: float
    words: str
    is_clear: bool


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class CountBars:
    """Bars stand over numbers; `named` are bars along names instead, `shares` a histogram of 0
    to 100.
    """

    title: str
    across: str = ""
    up: str = ""
    numbers: Mapping[int, int] = field(default_factory=dict)
    named: Sequence[tuple[str, int]] | None = None
    shares: Sequence[float] | None = None


def _if_drawable(chart: Callable[Given, bytes]) -> Callable[Given, bytes]:
    @functools.wraps(chart)
    def drawn(*args: Given.args, **kwargs: Given.kwargs) -> bytes:
        if importlib.util.find_spec("matplotlib") is not None:
            return chart(*args, **kwargs)
        logger.warning(WANTING)
        note = Image.new("RGB", (420, 32), PAPER)
        ImageDraw.Draw(note).text((12, 10), WANTING, fill=LINE)
        file = io.BytesIO()
        note.save(file, format="png")
        return file.getvalue()

    return drawn


@_if_drawable
def dots(panels: Sequence[Panel]) -> bytes:
    """Values are plotted with their intervals: each scale has a panel, each model a colour."""
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    models = list(dict.fromkeys(dot.model for panel in panels for dot in panel.dots))
    inks = {model: INKS[place % len(INKS)] for place, model in enumerate(models)}
    heights = [max(0.8, 0.3 * len(panel.rows) * max(1, len(models) / 2)) for panel in panels]
    figure = _figure(
        (8.0, sum(heights) + 0.95 * len(panels) + 0.3),
        ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.08),
    )
    places = figure.subplots(len(panels), 1, squeeze=False, height_ratios=heights)
    for panel, axes in zip(panels, places[:, 0], strict=True):
        _draw(axes, panel, inks)
    if len(models) > 1:
        marks = [places[0, 0].plot([], [], "o", color=inks[m], label=plotted(m))[0] for m in models]
        figure.legend(handles=marks, loc="outside upper right", ncols=3, frameon=False, fontsize=9)
    return _png(figure, dpi=130)


@_if_drawable
def shares(title: str, found: Sequence[Share], *, axis: str = "") -> bytes:
    """Shares are a line over numbers, which `axis` names; without it each condition has a row."""
    size = (7.5, 4.2) if axis else (7.5, 1.2 + 0.42 * len(found))
    figure = _figure(size)
    axes = figure.subplots()
    places = [float(row.condition) for row in found] if axis else list(range(len(found)))
    values = [row.value for row in found]
    if axis:
        axes.fill_between(
            places, [r.low for r in found], [r.high for r in found], color=INK, alpha=0.15
        )
        axes.plot(places, values, "o-", color=INK)
        axes.set_xlabel(axis)
        axes.set_xticks(places, [row.condition for row in found])
        axes.set_ylabel("right, %")
        axes.set_ylim(0, 102)
    else:
        for place, row in zip(places, found, strict=True):
            axes.plot([row.low, row.high], [place, place], color=INK, linewidth=3, alpha=0.35)
            axes.annotate(f" {row.value:.1f}", (row.high, place), va="center", fontsize=8)
        axes.plot(values, places, "o", color=INK)
        axes.set_yticks(places, [plotted(row.condition) for row in found])
        axes.set_ylim(len(found) - 0.5, -0.5)
        axes.set_xlim(0, 106)
        axes.set_xlabel("right, %")
    axes.set_title(plotted(title), loc="left", fontsize=9, color=LINE, wrap=True)
    _gridded(axes)
    _without_spines(axes)
    return _png(figure)


@_if_drawable
def heat_map(
    title: str, rows: Sequence[str], columns: Sequence[str], fields: Sequence[Sequence[Change]]
) -> bytes:
    """Fields are green where points are gained, red where they are lost."""
    points = [[one.points for one in line] for line in fields]
    known = [abs(change) for line in points for change in line if change == change]
    span = max([LEAST_SPAN, *known])
    figure = _figure((2.6 + 1.5 * len(columns), 1.3 + 0.55 * len(rows)))
    axes = figure.subplots()
    shown = axes.imshow(points, cmap="RdYlGn", vmin=-span, vmax=span, aspect="auto")
    for y, line in enumerate(fields):
        for x, one in enumerate(line):
            weight = "bold" if one.is_clear else "normal"
            ink = PAPER if abs(one.points) > DARK * span else LINE
            axes.text(
                x, y, one.words, ha="center", va="center", fontsize=8, color=ink, weight=weight
            )
    axes.set_xticks(range(len(columns)), map(plotted, columns), fontsize=8, rotation=20, ha="right")
    axes.set_yticks(range(len(rows)), map(plotted, rows), fontsize=8)
    axes.set_title(plotted(title), loc="left", fontsize=10, color=LINE)
    figure.colorbar(shown, ax=axes, shrink=0.8)
    return _png(figure)


@_if_drawable
def scatter(
    points: tuple[Sequence[float], Sequence[float]],
    curve: tuple[Sequence[float], Sequence[float]],
    names: Sequence[tuple[str, tuple[float, float]]],
    *,
    across: str,
) -> bytes:
    """Each thing is a dot, some of them named, beside the curve that is expected."""
    figure = _figure((7.5, 4.4))
    axes = figure.subplots()
    axes.plot(*points, "o", color=INK, alpha=0.35, markersize=5)
    axes.plot(*curve, color=RUST, linewidth=2)
    axes.set_xlabel(across)
    axes.set_ylabel("right, %")
    _gridded(axes)
    name_dots(figure, axes, names)
    return _png(figure)


def name_dots(
    figure: Any,  # Any: matplotlib's Figure, Axes and Bbox
    axes: Any,
    names: Sequence[tuple[str, tuple[float, float]]],
) -> list[Any]:
    """Dots get their names beside them; a name that would lie on another is moved inwards, and
    led to its dot by a line. Where they lie comes back.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.text import Text

    canvas = FigureCanvasAgg(figure)
    canvas.draw()  # only then is it known how large things become
    renderer, taken = canvas.get_renderer(), list[Any]()
    for name, place in names:
        x, y = axes.transAxes.inverted().transform(axes.transData.transform(place))
        label = axes.annotate(
            plotted(name),
            place,
            xytext=(-BESIDE_DOT if x > HALF else BESIDE_DOT, 0),
            textcoords="offset points",
            ha="right" if x > HALF else "left",
            va="center",
            fontsize=7,
            arrowprops={
                "arrowstyle": "-",
                "color": LINE,
                "linewidth": 0.4,
                "relpos": (float(x > HALF), 0.5),
            },
        )
        inwards = -LINE_HIGH if y > HALF else LINE_HIGH
        for step in range(1, len(names) + 1):
            label.xyann = (label.xyann[0], inwards * step)
            label.update_positions(renderer)
            box = Text.get_window_extent(label, renderer)  # without the line to its dot
            if not any(box.overlaps(other) for other in taken):
                break
        taken.append(box)
    return taken


@_if_drawable
def curves(drawn: Mapping[str, Mapping[str, Sequence[tuple[int, float]]]]) -> bytes:
    """Each name has a small plot of numbers over steps, with a line for each kind."""
    from matplotlib.figure import Figure  # slow to import, and only needed here

    rows = -(-len(drawn) // COLUMNS)
    figure = Figure(figsize=(4 * COLUMNS, 2.6 * rows), layout="constrained")
    for place, (name, lines) in enumerate(drawn.items(), start=1):
        axes: Any = figure.add_subplot(rows, COLUMNS, place)  # Any: matplotlib's Axes
        axes.set_title(name, fontsize=10)
        axes.grid(visible=True, alpha=0.3)
        for kind, points in lines.items():
            marker = "o" if kind == "evaluate" or len(points) == 1 else ""
            steps, values = zip(*points, strict=True)
            axes.plot(steps, values, marker=marker, markersize=3, label=kind)
        if len(lines) > 1:
            axes.legend(fontsize=8)
    return _png(figure, dpi=100)


def counts(four: tuple[CountBars, CountBars, CountBars, CountBars]) -> bytes:
    """Four charts of counts stand side by side."""
    with _style(COUNTS):
        figure = _figure((10, 7), ground=SURFACE)
        for one, axes in zip(four, figure.subplots(2, 2).ravel(), strict=True):
            _count(axes, one)
        return _png(figure)


def _count(axes: Any, one: CountBars) -> None:  # Any: matplotlib's Axes
    from matplotlib.ticker import MaxNLocator

    if one.named is not None:
        axes.barh([plotted(name) for name, _ in one.named], [n for _, n in one.named], color=BLUE)
    elif one.shares is not None:
        axes.hist(one.shares, bins=20, range=(0, 100), color=BLUE)
    else:
        axes.bar(list(one.numbers), list(one.numbers.values()), color=BLUE)
    axes.set_title(one.title, loc="left", fontsize=10)
    axes.set_xlabel(one.across)
    axes.set_ylabel(one.up)
    axes.set_facecolor(SURFACE)
    if one.named is None and one.shares is None:
        for line in (axes.xaxis, axes.yaxis):
            line.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    if one.shares is None and not (one.numbers or one.named):
        axes.set(xticks=[], yticks=[])
        axes.text(0.5, 0.5, "none", transform=axes.transAxes, color=MUTED, ha="center")


def _draw(axes: Any, panel: Panel, inks: dict[str, str]) -> None:  # Any: matplotlib's Axes
    rows = panel.rows
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
    axes.set_yticks(range(len(rows)), [short(row, 34) for row in rows], fontsize=9)
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
    _without_spines(axes)


def short(name: str, longest: int) -> str:
    """A name is cut to what fits, and no sign in it is taken as markup."""
    return plotted(name if len(name) <= longest else f"{name[: longest - 1]}…")


def _figure(size: tuple[float, float], layout: Any = "constrained", ground: str = PAPER) -> Any:
    from matplotlib.figure import Figure  # slow to import, and only needed here

    return Figure(figsize=size, layout=layout, facecolor=ground)


def _style(settings: Any) -> AbstractContextManager[None]:
    import matplotlib as mpl

    return mpl.rc_context(settings)


def _gridded(axes: Any) -> None:
    axes.grid(visible=True, color=FAINT, linewidth=0.7)
    axes.set_facecolor(PAPER)
    axes.set_axisbelow(True)


def _without_spines(axes: Any) -> None:
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(False)


def _png(figure: Any, *, dpi: int = 120) -> bytes:  # Any: matplotlib's Figure
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=dpi)
    return file.getvalue()
