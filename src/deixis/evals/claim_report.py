"""A claim's report is a page of Markdown, a plot, and the numbers as JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import final

from deixis.core import markdown
from deixis.core.files import make_folder, write_bytes, write_text
from deixis.evals.findings import ClaimVerdict, Finding, Findings, Judgement
from deixis.evals.statistics.controls import Control
from deixis.evals.statistics.effects import LEVEL, Effect
from deixis.evals.statistics.families import CORRECTED, Correction, corrected
from deixis.evals.statistics.plans import ClaimPlan, TriedGate, gated
from deixis.reports.chart import Share, shares

RECORD = "report.json"


@final
@dataclass(frozen=True, kw_only=True)
class ClaimReport:
    """A report states a claim, what was found, and on what.

    `about` says in words who was asked what, `sure` what the intervals mean. `axis` names what the
    conditions measure, where they are numbers; `seeds` and `clusters` what the answers' are.
    `family` says how the claims were corrected together (`as_family`).
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
    seeds: str = "seeds"
    clusters: str = "drawings"
    axis: str = ""
    claims: tuple[Judgement, ...] = ()
    plan: ClaimPlan | None = None
    gates: tuple[TriedGate, ...] = ()
    controls: tuple[Control, ...] = ()
    family: str = ""


def as_family(reported: ClaimReport, correction: Correction = "holm") -> ClaimReport:
    """Where a gate was not passed nothing is judged. The further claims are corrected together; the
    report's own stands by itself here, and is corrected among those of other reports.
    """
    verdicts = [gated(one.verdict, reported.gates) for one in reported.claims]
    judged = zip(reported.claims, together(verdicts, correction), strict=True)
    count = sum(one.chance is not None for one in verdicts)
    told = f"{count} further claims were judged together, after {CORRECTED[correction]}."
    return replace(
        reported,
        verdict=gated(reported.verdict, reported.gates),
        claims=tuple(replace(one, verdict=verdict) for one, verdict in judged),
        family=told if count > 1 else "",
    )


def together(
    verdicts: Sequence[ClaimVerdict], correction: Correction = "holm"
) -> list[ClaimVerdict]:
    """A family of claims is corrected: one that is clear by itself alone cannot be told."""
    chances = [one.chance for one in verdicts if one.chance is not None]
    amounts = iter(corrected(chances, correction))
    return [one if one.chance is None else _among(one, next(amounts)) for one in verdicts]


def _among(verdict: ClaimVerdict, chance: float) -> ClaimVerdict:
    if verdict.held is None or chance < LEVEL:
        return replace(verdict, corrected=chance)
    words = f"{verdict.words}; clear by itself, not among all claims here (p = {chance:.2f})"
    return replace(verdict, held=None, corrected=chance, words=words)


def sure_of(findings: Findings, clusters: str = "drawings") -> str:
    """What a report's intervals are is said in words."""
    seeds = max((len(row.by_seed) for row in findings.rows), default=0)
    if seeds < 2:
        told = f"Intervals are over {clusters} alone: of one model, they tell of no other seed."
    else:
        told = (
            f"Intervals are the wider of two: Student's over {seeds} seeds, and over {clusters} "
            "with the seeds' part added."
        )
    return f"{told} Differences are of the same questions."


def write_report(reported: ClaimReport, folder: Path) -> None:
    """README.md, plot.png and report.json are written into the folder."""
    record = {
        "name": reported.name,
        "claim": reported.claim,
        "source": reported.source,
        "about": reported.about,
        **_judged(reported.verdict),
        "baseline": reported.baseline,
        "claims": [{"claim": c.claim, **_judged(c.verdict)} for c in reported.claims],
        "family": reported.family,
        "findings": [asdict(row) for row in reported.findings.rows],
        "guesses": dict(reported.findings.guesses),
        "plan": None if reported.plan is None else asdict(reported.plan),
        "gates": [one.words for one in reported.gates],
        "controls": [one.words for one in reported.controls],
        "command": reported.command,
    }
    make_folder(folder)
    write_text(folder / RECORD, json.dumps(record, indent=1) + "\n")
    write_bytes(folder / "plot.png", plot(reported))
    write_text(folder / "README.md", page(reported))


def _judged(verdict: ClaimVerdict) -> dict[str, bool | float | str | None]:
    """A verdict is written by the keys that a shelf reads."""
    return {
        "held": verdict.held,
        "verdict": verdict.words,
        "chance": verdict.chance,
        "corrected": verdict.corrected,
        "untestable": verdict.untestable,
    }


def summary_of(described: object) -> str:
    """A class is summarised by the first paragraph of its docstring, in one line."""
    return " ".join((type(described).__doc__ or "").split("\n\n")[0].split())


def page(reported: ClaimReport) -> str:
    """The report is laid out as people read it."""
    rows = "\n".join(_row(row) for row in reported.findings.rows)
    of = f"{reported.clusters} | {reported.seeds}"
    return f"""# {markdown.words(reported.name.replace("_", " ").capitalize())}

> {markdown.words(reported.claim)}
>
> ({markdown.words(reported.source)})

**{reported.verdict.told}**: {markdown.words(reported.verdict.words)}.

{markdown.words(f"{reported.summary} {reported.about}")}

![right answers by condition](plot.png)

| condition | questions | {of} | right, % (95 %) | {_less(reported)} |
| --- | --- | --- | --- | --- | --- |
{rows}

{_claims(reported)}{_planned(reported)}{markdown.words(reported.sure)}

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
    change = "" if row.change is None else _change(row.change)
    seeds = len(row.by_seed)
    return (
        f"| {markdown.words(row.condition)} | {row.asked} | {row.num_clusters} | {seeds} | "
        f"{row.told} | {change} |"
    )


def _change(effect: Effect) -> str:
    return f"{effect.value:+.1f} ({effect.low:+.1f} to {effect.high:+.1f}), n = " + (
        str(effect.num_questions)
    )


def _claims(reported: ClaimReport) -> str:
    """Each further claim gets a line."""
    if not reported.claims:
        return ""
    lines = "\n".join(
        f"| {markdown.words(one.claim)} | {one.verdict.told} | "
        f"{markdown.words(one.verdict.words)} |"
        for one in reported.claims
    )
    table = f"| claim | verdict | what was found |\n| --- | --- | --- |\n{lines}\n\n"
    return table + (f"{markdown.words(reported.family)}\n\n" if reported.family else "")


def _planned(reported: ClaimReport) -> str:
    """What was stated beforehand is printed, and what came of it."""
    lines = [] if reported.plan is None else [*reported.plan.sentences]
    if reported.plan is not None:
        missed = {
            words
            for row in reported.findings.rows
            if row.change is not None
            for words in reported.plan.missed(row.change)
        }
        lines += [f"Not as planned: {one}." for one in sorted(missed)]
    lines += [f"Gate: {one.words}." for one in reported.gates]
    lines += [f"Control: {one.words}." for one in reported.controls]
    return "".join(f"- {markdown.words(line)}\n" for line in lines) + ("\n" if lines else "")
