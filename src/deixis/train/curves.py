"""The curves of a run, drawn from its metrics.jsonl."""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from deixis.core.files import write_bytes
from deixis.train.metrics import Record, read_metrics

COLUMNS = 3
NOT_DRAWN = ("step", "kind", "seconds")


def draw_curves(metrics: Path, picture: Path) -> None:
    """One small plot a number over the steps, measured in training and in evaluation."""
    from matplotlib.figure import Figure  # slow to import, and only needed here

    records = read_metrics(metrics)
    curves = _curves(records)
    if not curves:
        return
    rows = -(-len(curves) // COLUMNS)
    figure = Figure(figsize=(4 * COLUMNS, 2.6 * rows), layout="constrained")
    for place, (name, lines) in enumerate(curves.items(), start=1):
        axes = figure.add_subplot(rows, COLUMNS, place)
        axes.set_title(name, fontsize=10)
        axes.grid(visible=True, alpha=0.3)
        for kind, points in lines.items():
            marker = "o" if kind == "evaluate" or len(points) == 1 else ""
            steps, values = zip(*points, strict=True)
            axes.plot(steps, values, marker=marker, markersize=3, label=kind)
        if len(lines) > 1:
            axes.legend(fontsize=8)
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png", dpi=100)
    write_bytes(picture, drawn.getvalue())


def _curves(records: Sequence[Record]) -> Mapping[str, dict[str, list[tuple[int, float]]]]:
    curves: dict[str, dict[str, list[tuple[int, float]]]] = {}
    for record in records:
        for name, value in record.items():
            if name not in NOT_DRAWN:
                points = curves.setdefault(name, {}).setdefault(record["kind"], [])
                points.append((record["step"], value))
    return curves
