"""A folder of runs: each in a folder of its own, and the answers that they share."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import final

from deixis.core.errors import UsageError
from deixis.core.files import make_folder
from deixis.evals.benchmarks import Benchmark, Options, benchmarks
from deixis.evals.report import FILE, Report, software, summarised
from deixis.evals.results import Row, load_rows, save_rows
from deixis.evals.run import Ran, RunSettings
from deixis.nn.interface import Generation

ANSWERS = "answers.jsonl"
LONGEST = 60  # letters of a part of a folder's name


def run_folder(out: Path, parts: Sequence[str]) -> Path:
    """Where a run lies: its benchmark, model, encoding and judge in one name."""
    return out / "--".join(_file_name(part) for part in parts)


def write_run(out: Path, report: Report, ran: Ran) -> Path:
    """The rows and the report; gives their folder."""
    judge = [report.judge] if report.judge else []
    folder = run_folder(out, [report.benchmark, report.model, report.encoding, *judge])
    make_folder(folder)
    save_rows(folder, ran.rows)
    report.save(folder)
    return folder


def report_of(
    ran: Ran,
    *,
    benchmark: str,
    options: Options,
    settings: RunSettings,
    convention: str,
    judge: str | None,
) -> Report:
    """What a run's report says."""
    return Report(
        benchmark=benchmark,
        options={
            "data": None if options.data is None else str(options.data),
            "images": None if options.images is None else str(options.images),
            "split": options.split,
            "num_pictures": options.num_pictures,
        },
        model=ran.who["model"],
        encoding=settings.way.spec,
        convention=convention,
        judge=judge,
        who=ran.who,
        settings=_settings(settings, ran.generation),
        bad=ran.bad,
        seconds=round(ran.seconds, 1),
        num_asked=ran.num_asked,
        software=software(),
        **summarised(benchmark, ran.rows, num_bad=len(ran.bad)),
    )


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
    """UsageError if no run lies there."""
    return LoadedRun(folder=folder, report=Report.load(folder), rows=tuple(load_rows(folder)))


def runs_in(folders: Sequence[Path]) -> list[LoadedRun]:
    """All runs that lie in these folders, or are these folders."""
    found = [path.parent for folder in folders for path in sorted(folder.glob(f"*/{FILE}"))]
    found += [folder for folder in folders if (folder / FILE).is_file()]
    if not found:
        spoken = ", ".join(map(str, folders))
        raise UsageError(f"there is no run in {spoken}; `deixis eval run` makes one")
    return [load_run(path) for path in dict.fromkeys(found)]


def _settings(settings: RunSettings, generation: Generation) -> dict[str, object]:
    return {
        "limit": settings.limit,
        "seed": settings.seed,
        "system": settings.system,
        "max_new_tokens": generation.max_new_tokens,
        "temperature": generation.temperature,
        "top_p": generation.top_p,
        "generation_seed": generation.seed,
        "stop": list(generation.stop),
    }


def _file_name(text: str) -> str:
    """As a part of a folder's name; what had to be changed gets a digest, so that no two meet."""
    plain = "".join(c if c.isalnum() or c in "-_.=" else "_" for c in text)[:LONGEST]
    if plain == text:
        return plain
    return f"{plain}-{hashlib.sha256(text.encode()).hexdigest()[:6]}"
