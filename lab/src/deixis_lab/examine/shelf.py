"""The reports of a folder on one page: what was claimed, and whether it held."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

from deixis.core import markdown
from deixis.core.errors import UsageError
from deixis.core.files import read_text, write_text
from deixis.core.json_lines import parse
from deixis.evals.claim_report import JUDGED, RECORD

HEAD = """\
# What was claimed, and what was found

Each line is a report of its own, with a plot, its numbers as JSON, and the command that repeats it.
This page is {command}.

| report | claim | verdict | what was found |
| --- | --- | --- | --- |
"""


def write_shelf(folder: Path) -> Path:
    """Write README.md from every report in a folder of the folder."""
    path = folder / "README.md"
    page = shelf(folder)
    if path.exists() and not read_text(path).startswith(HEAD[: HEAD.index("\n")]):
        raise UsageError(f"{path} is not a page of reports, and would be lost; move it first")
    write_text(path, page)
    return path


def shelf(folder: Path) -> str:
    """The page."""
    files = sorted(folder.glob(f"*/{RECORD}"))
    if not files:
        raise UsageError(
            f"there is no report in {folder}; deixis lab report NAME --out {folder}/NAME"
        )
    rows = "".join(_row(file) for file in files)
    return HEAD.format(command=markdown.code(f"deixis lab shelf {folder}")) + rows


def _row(file: Path) -> str:
    try:
        record: dict[str, Any] = parse(read_text(file))  # Any: what JSON holds
        name, claim, held, words = (record[key] for key in ("name", "claim", "held", "verdict"))
        verdict = JUDGED[held]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{file} is no report: {error}") from None
    spoken, claim, words = map(markdown.words, (name.replace("_", " "), claim, words))
    place = quote(f"{file.parent.name}/README.md")
    return f"| [{spoken}]({place}) | {claim} | {verdict} | {words} |\n"
