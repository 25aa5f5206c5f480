"""Measure how a model writes places, how exact they are, and which encodings it follows.

  deixis probe openai:MODEL@http://localhost:8000/v1 --out runs/probe/model
  deixis probe nano --marks-budget 0
  deixis ask street.jpg "Where is the cup?" --model … --contract runs/probe/model/contract.json

Pictures of known shapes are shown, and it is asked where they are: from the answers follow the
dialect, the axis order and the space, with how sure that is. Where answers are noise, or mixed, it
says that it cannot tell. Then things are pointed at by every encoding, and what the model names
tells which of them it follows. With --out, answers are kept as they come (a probe that ended early
goes on where it was, and asks nothing twice), and the report (index.html), the record (probe.json)
and, where the dialect can be told, the contract (contract.json) are written.
"""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from deixis.cli.parsers import add_placing
from deixis.cli.terminal import TerminalReporter, say_loading, table, weights_shown

if TYPE_CHECKING:
    from deixis.ask.probe import Probe, ProbeSettings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`deixis probe` takes these arguments."""
    parser.add_argument("model", help="the model to measure, as for `deixis ask`")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="keep answers and reports here")
    parser.add_argument(
        "--budget", type=int, default=24, metavar="N", help="calls for the dialect (default 24)"
    )
    parser.add_argument(
        "--marks-budget",
        type=int,
        default=300,
        metavar="N",
        help="calls for the encodings that it follows (default 300; 0: none)",
    )
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="of the pictures and the wordings"
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="say what would be asked; ask nothing"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")
    add_placing(parser.add_argument_group("loading a checkpoint"))
    parser.set_defaults(keeps="probe")


def run(arguments: argparse.Namespace) -> None:
    """The model is measured, and what was found is printed."""
    from deixis.ask.probe import ProbeSettings, probe

    settings = ProbeSettings(
        budget=arguments.budget, marks_budget=arguments.marks_budget, seed=arguments.seed
    )
    if arguments.dry_run:
        _plan(settings, as_json=arguments.json)
        return
    say_loading(arguments.model)
    with weights_shown(arguments.model):
        found = probe(
            arguments.model,
            budget=settings.budget,
            marks_budget=settings.marks_budget,
            seed=settings.seed,
            out=arguments.out,
            reporter=TerminalReporter(),
        )
    if arguments.json:
        print(json.dumps(found.record(), ensure_ascii=False))
        return
    _print(found, arguments.out)


def _plan(settings: "ProbeSettings", *, as_json: bool) -> None:
    """What would be asked is printed."""
    from deixis.ask.probe.plan import plan

    planned = plan(settings)
    if as_json:
        print(json.dumps(planned, ensure_ascii=False))
        return
    print(f"at most {settings.budget} calls for the dialect, {settings.marks_budget} for encodings")
    print("\npictures: " + ", ".join(planned["pictures"]))
    print("\nfirst questions:")
    for words in planned["first"]:
        print(f"  {words}")
    print("\nencodings: " + ", ".join(planned["encodings"]))


def _print(found: "Probe", out: Path | None) -> None:
    from deixis.ask.probe.record import marks_told, verdict_told

    print(verdict_told(found))
    verdict = found.verdict
    if verdict.alike:
        print(f"Not told apart from it: {'; '.join(verdict.alike[:6])}")
    if verdict.ranked and not verdict.is_told:
        rows = [(one.name, f"{one.probability:.1%}") for one in verdict.ranked]
        print(table(("order and space", "probability"), rows))
    if found.exactness is not None:
        exact = found.exactness
        print(
            f"Middle within the thing: {exact.found.told(percent=True)}; IoU {exact.overlap.told()}"
        )
    if found.encodings.followed:
        print()
        print(table(("encoding", "followed", "named the thing", "named the other"), _rows(found)))
        told = marks_told(found)
        print(f"{told[0].upper()}{told[1:]}")
    print(f"\n{found.num_calls} calls, {found.num_kept} answers from the file")
    if out is not None:
        print(f"report: {out / 'index.html'}")
        if verdict.is_told:
            print(f"contract: {out / 'contract.json'}")


def _rows(found: "Probe") -> list[tuple[str, str, str, str]]:
    return [
        (
            one.encoding.partition(",")[0],
            "not asked" if one.why_not else ("yes" if one.is_followed else "not seen"),
            one.right.told(percent=True),
            one.swapped.told(percent=True),
        )
        for one in found.encodings.followed
    ]
