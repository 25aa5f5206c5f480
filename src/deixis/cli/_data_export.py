"""`deixis data export`: marked conversations written out."""

import argparse
import json
from pathlib import Path

from deixis.cli._data_source import add_source, opened, row_progress

ABOUT = """\
Write marked conversations: each picture with marks drawn over its regions, and a row in LLaVA's
format whose words speak of them, with the marks, the seed and the renderer's version beside it.

Training does not need this (`deixis train … --set task.marks=release` draws them on the fly); it is
for other tools, and to look at. The same seed gives the same bytes on every machine.
"""


def add_export(parser: argparse.ArgumentParser) -> None:
    """What `deixis data export` takes."""
    add_source(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="a new folder")
    parser.add_argument(
        "--profile", choices=("release", "paper"), default="release", help="default release"
    )
    parser.add_argument("--seed", type=int, default=0, help="default 0")
    parser.add_argument("--epochs", type=int, default=1, help="each with its own marks (default 1)")
    parser.add_argument("--limit", type=int, metavar="N", help="only the first N rows of an epoch")
    parser.add_argument(
        "--skip-bad", action="store_true", help="leave bad rows out, and count them"
    )
    parser.set_defaults(do=_export, keeps="data export")


def _export(arguments: argparse.Namespace) -> None:
    from deixis.train.export import ROWS, ExportOptions, ExportProgress, export

    options = ExportOptions(
        profile=arguments.profile,
        seed=arguments.seed,
        epochs=arguments.epochs,
        limit=arguments.limit,
        skip_bad=arguments.skip_bad,
    )
    dataset = opened(arguments)
    done = ExportProgress()
    advance = row_progress(options.epochs * min(len(dataset), options.limit or len(dataset)))
    for done in export(dataset, arguments.out, options):
        advance(done.num_rows + len(done.bad), len(done.bad))
    rows = arguments.out / ROWS
    if arguments.json:
        print(json.dumps({"rows": done.num_rows, "file": str(rows), "bad": done.bad}))
        return
    print(f"{done.num_rows} rows in {rows}")
    if done.bad:
        print(f"{len(done.bad)} bad rows were left out, first: {done.bad[0]}")
