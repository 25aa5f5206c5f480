"""`deixis eval` prints its results here."""

import dataclasses
from typing import TYPE_CHECKING

from deixis.cli.terminal import table

if TYPE_CHECKING:
    from deixis.evals.compare import Comparison, EncodingRanking
    from deixis.evals.encoding_search import SearchResult
    from deixis.evals.folder import LoadedRun


def record(loaded: "LoadedRun") -> dict[str, object]:
    """A run is turned into a record for JSON."""
    report = loaded.report
    return {
        "name": report.name,
        "folder": str(loaded.folder),
        "num_asked": report.num_asked,
        "counts": dataclasses.asdict(report.counts),
        "bounds": report.bounds,
        "judge_means": report.judge_means,
        "judge_failures": dict(report.judge_failures),
        "figures": [dataclasses.asdict(figure) for figure in report.figures],
    }


def print_run(loaded: "LoadedRun") -> None:
    """A run's figures are printed, with what a reader has to know of them."""
    from deixis.evals.page import problems

    report = loaded.report
    rows = [
        (one.part, one.measure, str(one), str(one.num_questions), str(one.num_pictures))
        for one in report.figures
    ]
    print(f"\n{report.name}")
    print(table(("part", "measure", "value (95 %)", "questions", "pictures"), rows))
    for problem in problems(report):
        print(f"note: {problem}")


def print_ranking(many: "EncodingRanking") -> None:
    """Several encodings are printed, the best first."""
    print(
        f"\n{many.benchmark}, {many.model}: mean {many.mean:.1f} over {len(many.figures)} "
        f"encodings, spread {many.spread:.1f}; worst {many.worst}, {many.figures[-1][1]}; on "
        f"{many.num_questions} questions"
    )
    print(table(("encoding", "value (95 %)"), [(name, str(one)) for name, one in many.figures]))


def print_comparison(found: "Comparison") -> None:
    """Two runs are printed side by side."""
    apart, scale = found.difference, found.scale
    low, high = scale * apart.interval.low, scale * apart.interval.high
    print(f"{found.first}: {scale * apart.first:.1f}")
    print(f"{found.second}: {scale * apart.second:.1f}")
    print(
        f"{found.measure} differs by {scale * apart.value:+.1f} ({low:+.1f} to {high:+.1f}) on "
        f"{found.num_questions} questions about {found.num_pictures} pictures; chance alone does "
        f"as much with p = {apart.chance:.3g}"
    )
    if found.changes is not None:
        print(
            f"right only in the first {found.changes.only_first}, only in the second "
            f"{found.changes.only_second} (McNemar's p = {found.changes.chance:.3g})"
        )
    if found.num_left_out:
        print(f"note: {found.num_left_out} questions have numbers in one run only and are left out")


def print_found(found: "SearchResult") -> None:
    """The rounds of a search are printed, with the winner and how sure it is."""
    for number, one in enumerate(found.rounds, start=1):
        print(f"\nround {number}, {one.num_questions} questions each")
        rows = [(name, str(figure)) for name, figure in one.figures]
        print(table(("encoding", "value (95 %)"), rows))
    for spec, reason in found.left_out:
        print(f"note: {spec} is left out: {reason}")
    print(f"\nbest: {found.best} ({found.num_questions} questions asked)")
    if found.confirmed is None:
        print(f"not confirmed: no other questions are left, or it is the baseline {found.baseline}")
        return
    apart = found.confirmed
    print(
        f"on {found.num_confirmed} other questions {100 * apart.second:.1f}, {found.baseline} "
        f"{100 * apart.first:.1f}: {100 * apart.value:+.1f} ({100 * apart.interval.low:+.1f} to "
        f"{100 * apart.interval.high:+.1f}), p = {apart.chance:.3g}"
    )
