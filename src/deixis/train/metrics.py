"""What a run leaves beside its weights: metrics.jsonl, one line a measurement, no step twice."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, final

from deixis.core.errors import UsageError
from deixis.core.files import write_bytes, write_text
from deixis.reports.chart import curves
from deixis.train.checkpoint import sync_file, telling

Record = dict[str, Any]  # Any: what JSON holds
NOT_DRAWN = ("step", "kind", "seconds")


def read_metrics(path: Path) -> list[Record]:
    """The lines of a file of metrics; a last one that was cut off is left out. UsageError names a
    line in between that is none.
    """
    records = []
    for number, line in enumerate(_lines(path), start=1):
        record = _record(line)
        if record is None:
            raise UsageError(
                f"{path}, line {number}, is no measurement: {line[:60]!r}. The run's own command "
                "mends it from its checkpoint; or take that line out"
            )
        records.append(record)
    return records


def good_metrics(path: Path) -> list[Record]:
    """Those lines of a file of metrics that can be read."""
    return [record for line in _lines(path) if (record := _record(line)) is not None]


def _lines(path: Path) -> list[bytes]:
    """The whole lines."""
    return path.read_bytes().split(b"\n")[:-1] if path.is_file() else []


def _record(line: bytes) -> Record | None:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    is_one = isinstance(record, dict) and isinstance(record.get("step"), int)
    return record if is_one and isinstance(record.get("kind"), str) else None


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

    def up_to(self, step: int) -> str:
        """The lines until that step, as far as they can be read."""
        records = [record for record in good_metrics(self.path) if record["step"] <= step]
        return "".join(f"{json.dumps(record)}\n" for record in records)

    @property
    def num_broken(self) -> int:
        """Lines that cannot be read; a last one that was cut off is none."""
        return len(_lines(self.path)) - len(good_metrics(self.path))

    def cut_after(self, step: int) -> None:
        """Forget what was measured after this step: the run goes on from there."""
        self.write(self.up_to(step))

    def go_on(self, step: int, saved: str | None) -> str | None:
        """The same, with the lines that a checkpoint saved; what was wrong with the file."""
        name, num_broken = self.path.name, self.num_broken
        if saved is not None and self.up_to(step) != saved:
            self.write(saved)
            return f"{name} was broken; its lines until step {step} are as the checkpoint kept them"
        self.cut_after(step)
        if saved is None and num_broken:
            return f"{num_broken} broken lines of {name} are lost"
        return None

    def write(self, lines: str) -> None:
        """These lines, and no others."""
        write_text(self.path, lines)

    def append(self, record: Mapping[str, object]) -> None:
        """Add one line."""
        line = f"{json.dumps(record)}\n"
        what = f"the measurement of step {record.get('step')}"
        with (
            telling(what, self.path.parent, len(line)),
            self.path.open("a", encoding="utf-8") as file,
        ):
            file.write(line)

    def sync(self) -> None:
        """Wait until all lines are on the disk."""
        if self.path.is_file():
            sync_file(self.path)


@final
@dataclass(kw_only=True, slots=True)
class StepMeans:
    """Weighted means of what steps gave, since they were last written down."""

    sums: dict[str, float] = field(default_factory=dict)
    weights: dict[str, float] = field(default_factory=dict)

    def add(self, name: str, value: float, weight: float) -> None:
        """One measurement of so much weight."""
        self.sums[name] = self.sums.get(name, 0.0) + value * weight
        self.weights[name] = self.weights.get(name, 0.0) + weight

    def join(self, other: "StepMeans") -> None:
        """Add another's measurements."""
        for name, total in other.sums.items():
            self.sums[name] = self.sums.get(name, 0.0) + total
            self.weights[name] = self.weights.get(name, 0.0) + other.weights[name]

    def means(self) -> dict[str, float]:
        """Each measurement's mean."""
        return {name: self.sums[name] / self.weights[name] for name in self.sums}


def draw_curves(metrics: Path, picture: Path) -> None:
    """One small plot a number over the steps, measured in training and in evaluation."""
    drawn = _curves(read_metrics(metrics))
    if drawn:
        write_bytes(picture, curves(drawn))


def _curves(records: Sequence[Record]) -> Mapping[str, dict[str, list[tuple[int, float]]]]:
    found: dict[str, dict[str, list[tuple[int, float]]]] = {}
    for record in records:
        for name, value in record.items():
            if name not in NOT_DRAWN:
                points = found.setdefault(name, {}).setdefault(record["kind"], [])
                points.append((record["step"], value))
    return found
