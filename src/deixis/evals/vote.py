"""Several runs on the same questions as one: what most of them read is the answer.

ViP-LLaVA's marker ensembling: several renders of the same question, their answers brought together.
"""

import dataclasses
from collections import Counter
from collections.abc import Sequence

from deixis.core.errors import UsageError
from deixis.evals.compare import common
from deixis.evals.folder import LoadedRun
from deixis.evals.report import Report, summarised
from deixis.evals.results import Row


def vote(runs: Sequence[LoadedRun]) -> tuple[Report, list[Row]]:
    """The report and the rows of the vote; a tie goes to the run that comes first.

    UsageError where the runs are of several benchmarks or models, or cannot be voted on.
    """
    if len(runs) < 2:
        raise UsageError(f"a vote is among two runs at least, got {len(runs)}")
    for run in runs[1:]:
        for what in ("questions", "model", "judge"):
            ours, theirs = getattr(runs[0].report, what), getattr(run.report, what)
            if ours != theirs:
                raise UsageError(f"a vote is among runs of one {what}, got {ours} and {theirs}")
    measures = {name for one in runs[0].benchmark.measures for name in one.numbers}
    if "right" not in measures:
        raise UsageError(
            f"answers of {runs[0].report.benchmark} are graded, not right or wrong: they cannot be "
            "voted on"
        )
    tables, _ = common(runs)
    rows = [_winner(votes) for votes in zip(*tables, strict=True)]
    spoken = " + ".join(run.report.encoding for run in runs)
    report = dataclasses.replace(
        runs[0].report,
        encoding=f"vote({spoken})",
        bad=(),
        seconds=sum(run.report.seconds for run in runs),
        num_asked=0,
        **summarised(runs[0].report.benchmark, rows, num_bad=0),
    )
    return report, rows


def _winner(votes: Sequence[Row]) -> Row:
    """The first row that reads what most rows read; what could not be read has no vote."""
    counts = Counter(row.read for row in votes if row.read is not None)
    if not counts:
        return votes[0]
    most = max(counts.values())
    return next(row for row in votes if row.read is not None and counts[row.read] == most)
