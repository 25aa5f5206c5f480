"""Take the tour: the embedded model is asked about one picture in fifteen ways.

  deixis demo
  deixis demo --out tour

Prints the answers and writes one self-contained HTML page; no download, no accelerator.
"""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from deixis.cli.parsers import add_placing
from deixis.cli.terminal import table

if TYPE_CHECKING:
    from deixis.ask.tour import Pointing


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`deixis demo` takes these arguments."""
    parser.add_argument("--out", type=Path, default=Path("demo"), help="folder for the page (demo)")
    add_placing(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(arguments: argparse.Namespace) -> None:
    """The model is asked, its answers printed, and the page written."""
    from deixis.ask.tour import write_tour

    tour = write_tour(arguments.out)
    if arguments.json:
        asked = [_record(one) for one in tour.pointings]
        print(json.dumps({"page": str(tour.page), "asked": asked}))
        return
    rows = [(one.question, one.answer, _verdict(one)) for one in tour.pointings]
    print(table(("question", "answer", ""), rows))
    print(f"\nThe pictures are in {tour.page}: open it in a browser.")


def _record(one: "Pointing") -> dict[str, object]:
    told = ("way", "question", "answer", "truth")
    return {**{name: getattr(one, name) for name in told}, "is_right": one.is_right}


def _verdict(one: "Pointing") -> str:
    return "right" if one.is_right else f"wrong: {one.truth}"
