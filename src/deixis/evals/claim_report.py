"""A claim's report is a page of Markdown, a plot, and the numbers as JSON."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import final

from deixis.core import markdown
from deixis.core.files import make_folder, write_bytes, write_text
from deixis.evals.findings import ClaimVerdict, Finding, Findings, Judgement
from deixis.reports.chart import Share, shares

RECORD = "report.json"
JUDGED = {True: "Held here", False: "Did not hold here", None: "Cannot be told"}


@final
@dataclass(frozen=True, kw_only=True)
class ClaimReport:
    """A report states a claim, what was found, and on what.

    `about` says in words who was asked what, `sure` what the intervals mean, `of` what a finding's
    `asked` counts. `axis` names what the conditions measure, where they are numbers.
    """

    name: str
    claim: str
    source: str
    summary: str
    about: str
    findings: Findings
    verdict: ClaimVerdict
    baseline: str
    sure: str
    command: str
    of: str = "questions"
    axis: str = ""
    claims: tuple[Judgement, ...] = ()


def write_report(reported: ClaimReport, folder: Path) -> None:
    """README.md, plot.png and report.json are written into the folder."""
    record = {
        "name": reported.name,
        "claim": reported.claim,
        "source": reported.source,
        "about": reported.about,
        "held": reported.verdict.held,
        "verdict": reported.verdict.words,
        "baseline": reported.baseline,
        "claims": [
            {"claim": c.claim, "held": c.verdict.held, "verdict": c.verdict.words}
            for c in reported.claims
        ],
        "findings": [asdict(row) for row in reported.findings.rows],
        "command": reported.command,
    }
    make_folder(folder)
    write_text(folder / RECORD, json.dumps(record, indent=1) + "\n")
    write_bytes(folder / "plot.png", plot(reported))
    write_text(folder / "README.md", page(reported))


def summary_of(described: object) -> str:
    """A class is summarised by the first paragraph of its docstring, in one line."""
    return " ".join((type(described).__doc__ or "").split("\n\n")[0].split())


def page(reported: ClaimReport) -> str:
    """The report is laid out as people read it."""
    rows = "\n".join(_row(row) for row in reported.findings.rows)
    return f"""# {markdown.words(reported.name.replace("_", " ").capitalize())}

> {markdown.words(reported.claim)}
>
> ({markdown.words(reported.source)})

**{JUDGED[reported.verdict.held]}**: {markdown.words(reported.verdict.words)}.

{markdown.words(f"{reported.summary} {reported.about}")}

![right answers by condition](plot.png)

| condition | {reported.of} | right, % (95 %) | {_less(reported)} |
| --- | --- | --- | --- |
{rows}

{_claims(reported.claims)}{markdown.words(reported.sure)}

{markdown.block(reported.command)}
"""


def plot(reported: ClaimReport) -> bytes:
    """The findings are plotted as a PNG: a line over numbers, or one row for each other
    condition.
    """
    found = [
        Share(condition=row.condition, value=row.value, low=row.low, high=row.high)
        for row in reported.findings.rows
    ]
    return shares(reported.claim, found, axis=reported.axis)


def _less(reported: ClaimReport) -> str:
    """The last column has this head, which is empty where nothing is compared."""
    return f"less {markdown.words(reported.baseline)}, points (95 %)" if reported.baseline else ""


def _row(row: Finding) -> str:
    change = "" if row.change is None else "{:+.1f} ({:+.1f} to {:+.1f})".format(*row.change)
    return f"| {markdown.words(row.condition)} | {row.asked} | {row.told} | {change} |"


def _claims(judged: tuple[Judgement, ...]) -> str:
    """Each further claim gets a line."""
    if not judged:
        return ""
    lines = "\n".join(
        f"| {markdown.words(one.claim)} | {JUDGED[one.verdict.held]} | "
        f"{markdown.words(one.verdict.words)} |"
        for one in judged
    )
    return f"| claim | verdict | what was found |\n| --- | --- | --- |\n{lines}\n\n"
