"""What lies above the runs of a folder: encodings.json, scores.png and report.html."""

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import final

from deixis.core.files import make_folder, write_bytes, write_text
from deixis.evals.compare import Ways, ways
from deixis.evals.folder import LoadedRun
from deixis.evals.page import page
from deixis.evals.plot import plot

PLOT, PAGE, ENCODINGS = "scores.png", "report.html", "encodings.json"


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    """The files that were written, and what encodings make of the same questions."""

    page: Path
    plot: Path
    ways: tuple[Ways, ...]


def summarise(runs: Sequence[LoadedRun], out: Path) -> Summary:
    """Write all three; encodings.json holds what several ways make of the same questions."""
    make_folder(out)
    many, picture = ways(runs), plot(runs)
    write_bytes(out / PLOT, picture)
    write_text(out / PAGE, page(runs, many, picture))
    records = [ways_record(one) for one in many]
    write_text(out / ENCODINGS, json.dumps(records, ensure_ascii=False, indent=1) + "\n")
    return Summary(page=out / PAGE, plot=out / PLOT, ways=tuple(many))


def ways_record(one: Ways) -> dict[str, object]:
    """For JSON."""
    record = dataclasses.asdict(one)
    record["figures"] = {name: dataclasses.asdict(figure) for name, figure in one.figures}
    return record | {"best": one.best, "worst": one.worst}
