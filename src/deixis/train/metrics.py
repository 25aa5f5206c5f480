"""What a run leaves beside its weights: metrics.jsonl, one line a measurement, no step twice."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, final

from deixis.core.files import write_text
from deixis.train.checkpoint import sync_file

Record = dict[str, Any]  # Any: what JSON holds


def read_metrics(path: Path) -> list[Record]:
    """The lines of a file of metrics; a last one that was cut off is left out."""
    if not path.is_file():
        return []
    lines = path.read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines[:-1]]


def newest_numbers(path: Path) -> dict[str, float]:
    """What was measured last, in training and on held-out data."""
    numbers: dict[str, float] = {}
    for record in read_metrics(path):
        before = "held-out " if record["kind"] == "evaluate" else ""
        names = record.keys() - {"step", "kind", "seconds"}
        numbers |= {before + name: record[name] for name in names}
    return numbers


@final
class MetricsFile:
    """An append-only file of metrics."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def cut_after(self, step: int) -> None:
        """Forget what was measured after this step: the run goes on from there."""
        kept = [record for record in read_metrics(self.path) if record["step"] <= step]
        write_text(self.path, "".join(f"{json.dumps(record)}\n" for record in kept))

    def append(self, record: Mapping[str, object]) -> None:
        """Add one line."""
        with self.path.open("a", encoding="utf-8") as file:
            file.write(f"{json.dumps(record)}\n")

    def sync(self) -> None:
        """Wait until all lines are on the disk."""
        if self.path.is_file():
            sync_file(self.path)


@final
@dataclass(kw_only=True, slots=True)
class Window:
    """Weighted means of what steps gave, since they were last written down."""

    sums: dict[str, float] = field(default_factory=dict)
    weights: dict[str, float] = field(default_factory=dict)

    def add(self, name: str, value: float, weight: float) -> None:
        """One measurement of so much weight."""
        self.sums[name] = self.sums.get(name, 0.0) + value * weight
        self.weights[name] = self.weights.get(name, 0.0) + weight

    def join(self, other: "Window") -> None:
        """Add another's measurements."""
        for name, total in other.sums.items():
            self.sums[name] = self.sums.get(name, 0.0) + total
            self.weights[name] = self.weights.get(name, 0.0) + other.weights[name]

    def means(self) -> dict[str, float]:
        """Each measurement's mean."""
        return {name: self.sums[name] / self.weights[name] for name in self.sums}
