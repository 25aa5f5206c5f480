"""What a matrix of pixel prompts says of TVP's claims: a report, each source model a seed of it."""

from collections.abc import Sequence
from typing import final

import numpy as np

from deixis.evals.transfer import Cell, Transfer
from deixis.lab.findings import Findings, Judgement, Verdict, found_over_seeds
from deixis.lab.pixel_matrix import ENSEMBLES, PLAIN, MatrixSettings, row_name, rows
from deixis.lab.report import Reported

NOTHING = "no prompt"
ITSELF, OTHERS = "itself", "others"
# beside the report's own: a claim, its condition, and the one that it is above
CLAIMS = (
    ("A frame helps the model that it was learned on.", ("TVP", ITSELF), (NOTHING, ITSELF)),
    ("EVP's frame, without the two losses, helps others.", ("EVP", OTHERS), (NOTHING, OTHERS)),
    ("TVP helps others more than EVP.", ("TVP", OTHERS), ("EVP", OTHERS)),
    ("TVP helps others more than VP.", ("TVP", OTHERS), ("VP", OTHERS)),
    ("Consistency (FCA) helps others.", ("TVP", OTHERS), ("TVP without FCA", OTHERS)),
    ("Semantics (TSE) help others.", ("TVP", OTHERS), ("TVP without TSE", OTHERS)),
    ("Learning helps others beyond an untrained frame.", ("TVP", OTHERS), (PLAIN, OTHERS)),
)


@final
class _Shares:
    """The share of right answers by condition, a number a source model."""

    def __init__(self, found: Transfer, settings: MatrixSettings) -> None:
        self.found = found
        self.shares: dict[str, list[float]] = {}
        self.bases: dict[str, str] = {}
        for variant, sources in rows(settings):
            if variant in ENSEMBLES:
                self._add(variant, row_name(variant, sources), sources, of=f", {len(sources)}")
            for source in sources or settings.models:
                if variant not in ENSEMBLES:
                    self._add(variant, row_name(variant, sources), (source,))

    def _add(self, variant: str, row: str, sources: Sequence[str], of: str = "") -> None:
        """A row's means over the models that it was learned on, and over all others."""
        cells = [cell for cell in self.found.cells if cell.prompt == row and cell.gain is not None]
        groups = {
            ITSELF: [cell for cell in cells if cell.model in sources],
            OTHERS: [cell for cell in cells if cell.model not in sources],
        }
        for group, some in groups.items():
            if some:
                base, name = told(NOTHING + of, group), told(variant, group)
                learned = self.shares.setdefault(name, [])
                plain = self.shares.setdefault(base, [])
                learned.append(_mean(some, after=True))
                if len(plain) < len(learned):
                    plain.append(_mean(some, after=False))
                self.bases[name] = base


def told(condition: str, group: str) -> str:
    """A condition's name: what is asked, and of whom."""
    return f"{condition}: {group}"


def reported(found: Transfer, settings: MatrixSettings, *, command: str) -> Reported:
    """Whether TVP's claims held over these models."""
    shares = _Shares(found, settings)
    ordered = sorted(
        shares.shares, key=lambda name: (not name.endswith(ITSELF), "no p" not in name)
    )
    findings = found_over_seeds({name: shares.shares[name] for name in ordered}, shares.bases)
    judged = [
        Judgement(claim=claim, verdict=findings.against(told(*one), told(*other)))
        for claim, one, other in CLAIMS
        if told(*one) in findings and told(*other) in findings
    ]
    return Reported(
        name=f"pixel_{settings.task.removeprefix('scenes_')}",
        claim="A frame of pixels that was learned on one model helps others.",
        source="TVP, arXiv 2404.11207",
        summary=f"{found.measure} in {found.benchmark}, without a prompt and through prompts of "
        "each kind; itself: the model that a prompt was learned on; others: the mean over those "
        "that it was not learned on.",
        about=f"{len(found.models)} models, {found.num_questions} questions each that no prompt "
        f"was learned from; {settings.steps} steps a prompt.",
        findings=findings,
        verdict=_verdict(findings),
        baseline=NOTHING,
        sure="Intervals are Student's over the models that prompts are learned on; those share the "
        "models that are asked, so they are rather too narrow. One seed.",
        command=command,
        of="sources",
        claims=tuple(judged),
    )


def _verdict(findings: Findings) -> Verdict:
    if told("TVP", OTHERS) not in findings:
        return Verdict(held=None, words="TVP was not learned, or nobody else was asked")
    return findings.against(told("TVP", OTHERS), told(NOTHING, OTHERS))


def _mean(cells: Sequence[Cell], *, after: bool) -> float:
    gains = [cell.gain for cell in cells if cell.gain is not None]
    return float(np.mean([one.after if after else one.before for one in gains])) / 100
