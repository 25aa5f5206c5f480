"""Take the tour: one picture, pointed at in every way, as a page.

  deixis demo
  deixis demo --out tour

Writes one self-contained HTML page; no download, no accelerator.
"""

import argparse
import json
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `deixis demo` takes."""
    parser.add_argument("--out", type=Path, default=Path("demo"), help="the page's folder")
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(arguments: argparse.Namespace) -> None:
    """Write the page."""
    from deixis.lab.demo import write_tour

    path = write_tour(arguments.out)
    if arguments.json:
        print(json.dumps({"page": str(path)}))
    else:
        print(f"The tour is in {path}: open it in a browser.")
