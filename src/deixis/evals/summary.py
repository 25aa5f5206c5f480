"""What lies above the runs of a folder: encodings.json, scores.png and report.html."""

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import final

from deixis.core.errors import UsageError
from deixis.core.files import make_folder, write_bytes, write_text
from deixis.evals.compare import Ways, alike, ways_of
from deixis.evals.folder import LoadedRun
from deixis.evals.page import page
from deixis.evals.plot import plot

PLOT, PAGE, ENCODINGS = "scores.png", "report.html", "encodings.json"


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    """The files that were written, what encodings make of the same questions, and which runs could
    not be put together.
    """

    page: Path
    plot: Path
    ways: tuple[Ways, ...]
    problems: tuple[str, ...] = ()


def summarise(runs: Sequence[LoadedRun], out: Path) -> Summary:
    """Write all three; encodings.json holds what several ways make of the same questions."""
    make_folder(out)
    many, problems = [], []
    for group in alike(runs):
        try:
            many.append(ways_of(group))
        except UsageError as error:  # an older run that lies there takes nothing from the others
            problems.append(str(error))
    picture = plot(runs)
    write_bytes(out / PLOT, picture)
    write_text(out / PAGE, page(runs, many, picture))
    records = [ways_record(one) for one in many]
    write_text(out / ENCODINGS, json.dumps(records, ensure_ascii=False, indent=1) + "\n")
    return Summary(page=out / PAGE, plot=out / PLOT, ways=tuple(many), problems=tuple(problems))


def ways_record(one: Ways) -> dict[str, object]:
    """For JSON."""
    record = dataclasses.asdict(one)
    record["figures"] = {name: dataclasses.asdict(figure) for name, figure in one.figures}
    return record | {"best": one.best, "worst": one.worst}
