"""The reports of a folder on one page: what was claimed, and whether it held."""

from pathlib import Path
from typing import Any

from deixis.core.errors import UsageError
from deixis.core.files import read_text, write_text
from deixis.core.json_lines import parse
from deixis.lab.report import JUDGED, RECORD

HEAD = """\
# What was claimed, and what was found

Each line is a report of its own, with a plot, its numbers as JSON, and the command that repeats it.
This page is `deixis lab shelf {folder}`.

| report | claim | verdict | what was found |
| --- | --- | --- | --- |
"""


def write_shelf(folder: Path) -> Path:
    """Write README.md from every report in a folder of the folder."""
    path = folder / "README.md"
    write_text(path, shelf(folder))
    return path


def shelf(folder: Path) -> str:
    """The page."""
    files = sorted(folder.glob(f"*/{RECORD}"))
    if not files:
        raise UsageError(
            f"there is no report in {folder}; deixis lab report NAME --out {folder}/NAME"
        )
    rows = "".join(_row(file) for file in files)
    return HEAD.format(folder=folder) + rows


def _row(file: Path) -> str:
    try:
        record: dict[str, Any] = parse(read_text(file))  # Any: what JSON holds
        name, claim, held, words = (record[key] for key in ("name", "claim", "held", "verdict"))
        verdict = JUDGED[held]
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{file} is no report: {error}") from None
    spoken = name.replace("_", " ")
    return f"| [{spoken}]({file.parent.name}/README.md) | {claim} | {verdict} | {words} |\n"
