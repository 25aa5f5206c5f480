"""The reports of a folder on one page: what was claimed, and whether it held."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

from deixis.core import markdown
from deixis.core.errors import UsageError
from deixis.core.files import read_text, write_text
from deixis.core.json_lines import parse
from deixis.evals.claim_report import RECORD, together
from deixis.evals.findings import ClaimVerdict

HEAD = """\
# What was claimed, and what was found

Each line is a report of its own, with a plot, its numbers as JSON, and the command that repeats it.
Of many claims some are clear by luck: those that tell their chance are corrected together (Holm).
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
    read = [_read(file) for file in files]
    judged = together([verdict for _, _, verdict in read])
    rows = "".join(
        _row(file, name, claim, verdict)
        for file, (name, claim, _), verdict in zip(files, read, judged, strict=True)
    )
    return HEAD.format(command=markdown.code(f"deixis lab shelf {folder}")) + rows


def _read(file: Path) -> tuple[str, str, ClaimVerdict]:
    """A report's name, its claim and what came of it; older ones tell no chance."""
    try:
        record: dict[str, Any] = parse(read_text(file))  # Any: what JSON holds
        verdict = ClaimVerdict(
            held={True: True, False: False, None: None}[record["held"]],
            words=record["verdict"],
            chance=record.get("chance"),
            untestable=record.get("untestable", ""),
        )
        return record["name"], record["claim"], verdict
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{file} is no report: {error}") from None


def _row(file: Path, name: str, claim: str, verdict: ClaimVerdict) -> str:
    spoken, claim, words = map(markdown.words, (name.replace("_", " "), claim, verdict.words))
    place = quote(f"{file.parent.name}/README.md")
    return f"| [{spoken}]({place}) | {claim} | {verdict.told} | {words} |\n"
