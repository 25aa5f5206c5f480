"""A folder of runs: each in a folder of its own, and the answers that they share."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import final

from deixis.core.errors import UsageError
from deixis.core.files import make_folder, sweep
from deixis.core.untrusted_text import shown
from deixis.evals.benchmarks import Benchmark, benchmarks
from deixis.evals.report import FILE, Report
from deixis.evals.results import Row, load_rows, save_rows

ANSWERS = "answers.jsonl"
LONGEST = 60  # letters of a part of a folder's name


def run_folder(out: Path, parts: Sequence[str]) -> Path:
    """Where a run lies: its benchmark, model, encoding and judge in one name."""
    return out / "--".join(_file_name(part) for part in parts)


def write_run(out: Path, report: Report, rows: Sequence[Row]) -> Path:
    """The rows and the report; gives their folder."""
    folder = run_folder(out, report.parts)
    make_folder(folder)
    sweep(folder)
    save_rows(folder, rows)
    report.save(folder)
    return folder


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class LoadedRun:
    """A run as it lies in its folder."""

    folder: Path
    report: Report
    rows: tuple[Row, ...]

    @property
    def benchmark(self) -> type[Benchmark]:
        """What was asked."""
        return benchmarks.get(self.report.benchmark)


def load_run(folder: Path) -> LoadedRun:
    """UsageError if no run lies there, or its rows lack what its benchmark measures."""
    loaded = LoadedRun(folder=folder, report=Report.load(folder), rows=tuple(load_rows(folder)))
    wanted = {name for measure in loaded.benchmark.measures for name in measure.numbers}
    for row in loaded.rows:
        if row.problem is None and not wanted <= row.numbers.keys():
            raise UsageError(f"{folder}: the row {shown(row.key)} has no {', '.join(wanted)}")
    return loaded


def runs_in(folders: Sequence[Path]) -> list[LoadedRun]:
    """All runs that lie in these folders, or are these folders."""
    found = [path.parent for folder in folders for path in sorted(folder.glob(f"*/{FILE}"))]
    found += [folder for folder in folders if (folder / FILE).is_file()]
    if not found:
        spoken = ", ".join(map(str, folders))
        raise UsageError(f"there is no run in {spoken}; `deixis eval run` makes one")
    return [load_run(path) for path in dict.fromkeys(found)]


def _file_name(text: str) -> str:
    """As a part of a folder's name; what had to be changed gets a digest, so that no two meet."""
    plain = "".join(c if c.isalnum() or c in "-_.=" else "_" for c in text)[:LONGEST]
    if plain == text:
        return plain
    return f"{plain}-{hashlib.sha256(text.encode()).hexdigest()[:6]}"
