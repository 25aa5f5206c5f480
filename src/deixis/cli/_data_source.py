"""Commands on data sets share how a data set is named, and how progress through its rows is
shown.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from deixis.core.errors import UsageError
from deixis.core.files import working_folder

if TYPE_CHECKING:
    from deixis.data import RegionDataset


def add_source(parser: argparse.ArgumentParser) -> None:
    """A data set is given by its file or folder, its format, its pictures and its split."""
    parser.add_argument(
        "path", type=Path, metavar="FILE|FOLDER", help="the data set as it was published"
    )
    parser.add_argument(
        "--format", required=True, metavar="NAME", help="its format; `deixis data cards` lists them"
    )
    parser.add_argument("--images", type=Path, metavar="FOLDER", help="folder of its pictures")
    parser.add_argument("--split", metavar="NAME", help="only this part: train, val, test …")


def opened(arguments: argparse.Namespace) -> "RegionDataset":
    """The data set that was asked for is opened."""
    from deixis.data import datasets

    kind = datasets.get(arguments.format)
    if not arguments.path.exists():
        raise UsageError(f"there is no {str(arguments.path)!r}, seen from {working_folder()}")
    return kind.open(arguments.path, images=arguments.images, split=arguments.split)


def row_progress(num_rows: int) -> Callable[[int, int], None]:
    """The terminal shows how many rows are done, and how many of them are bad."""
    from deixis.cli.terminal import TerminalReporter
    from deixis.core.progress import Progress

    reporter = TerminalReporter()
    begun = time.monotonic()

    def advance(row: int, num_bad: int) -> None:
        rate = row / max(time.monotonic() - begun, 1e-9)
        reporter.advance(
            Progress(
                step=row,
                steps=num_rows,
                steps_per_second=rate,
                seconds_left=(num_rows - row) / rate if rate else None,
                numbers={"bad": float(num_bad)} if num_bad else {},
            )
        )

    return advance
