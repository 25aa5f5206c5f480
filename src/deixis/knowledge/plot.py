"""What a store holds, drawn."""

import io
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from deixis.core.untrusted_text import plotted
from deixis.knowledge.stats import NoteStats

MOST_LABELS = 20
SURFACE, INK, MUTED, GRID, BLUE = "#fcfcfb", "#0b0b0b", "#52514e", "#e4e3df", "#2a78d6"
STYLE: Any = {  # as matplotlib names them
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "text.color": INK,
    "axes.edgecolor": GRID,
    "axes.labelcolor": MUTED,
    "xtick.color": MUTED,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def stats_png(stats: NoteStats) -> bytes:
    """Labels, lengths of texts, notes a picture and coverage, side by side."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(10, 7), facecolor=SURFACE, layout="constrained")
        labels, lengths, notes, coverage = figure.subplots(2, 2).ravel()
        common = stats.labels.most_common(MOST_LABELS)[::-1]
        labels.barh([_short(name) for name, _ in common], [n for _, n in common], color=BLUE)
        more = len(stats.labels) - len(common)
        _titled(labels, "labels" + (f" (and {more} more)" if more > 0 else ""), "notes")
        lengths.bar(list(stats.text_lengths), list(stats.text_lengths.values()), color=BLUE)
        _titled(lengths, "length of texts, characters", "", "texts")
        notes.bar(list(stats.notes_a_picture), list(stats.notes_a_picture.values()), color=BLUE)
        _titled(notes, "notes a picture", "", "pictures")
        coverage.hist(
            [100 * share for share in stats.coverage], bins=20, range=(0, 100), color=BLUE
        )
        _titled(coverage, "share of a picture under notes, %", "", "pictures")
        for axes, number in ((lengths, lengths.xaxis), (notes, notes.xaxis)):
            number.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
            axes.yaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        for axes, counts in ((labels, stats.labels), (lengths, stats.text_lengths)):
            if not counts:
                axes.set(xticks=[], yticks=[])
                axes.text(0.5, 0.5, "none", transform=axes.transAxes, color=MUTED, ha="center")
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=120)
    return buffer.getvalue()


def _titled(axes: Any, title: str, across: str, up: str = "") -> None:  # Any: matplotlib's own
    axes.set_title(title, loc="left", fontsize=10)
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.set_facecolor(SURFACE)


def _short(name: str) -> str:
    """Of a strange word only what fits; no sign is markup."""
    return plotted(name if len(name) <= 24 else f"{name[:23]}…")
