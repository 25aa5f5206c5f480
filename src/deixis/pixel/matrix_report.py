"""What a matrix of pixel prompts says of TVP's claims: a report, each source model a seed of it."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from deixis.data.tasks import tasks
from deixis.evals.claim_report import ClaimReport
from deixis.evals.findings import ClaimVerdict, Findings, Judgement, found_over_seeds
from deixis.pixel.transfer import Transfer
from deixis.pixel.transfer_matrix import ASIDE, ENSEMBLES, PLAIN, MatrixSettings, row_name, rows

NOTHING = "no prompt"
ITSELF, OTHERS = "itself", "others"
# TVP's prompts of an ensemble's members, alone, on whom the ensemble's is tried on
EACH = {f"TVP, each of {size} sources": size for size in ENSEMBLES.values()}
# beside the report's own: a claim, its condition, and the one that it is above
CLAIMS = (
    ("A frame helps the model that it was learned on.", ("TVP", ITSELF), (NOTHING, ITSELF)),
    ("EVP's frame, without the two losses, helps others.", ("EVP", OTHERS), (NOTHING, OTHERS)),
    ("TVP helps others more than EVP.", ("TVP", OTHERS), ("EVP", OTHERS)),
    ("TVP helps others more than VP.", ("TVP", OTHERS), ("VP", OTHERS)),
    ("Consistency (FCA) helps others.", ("TVP", OTHERS), ("TVP without FCA", OTHERS)),
    ("Semantics (TSE) help others.", ("TVP", OTHERS), ("TVP without TSE", OTHERS)),
    ("Learning helps others beyond an untrained frame.", ("TVP", OTHERS), (PLAIN, OTHERS)),
    *(
        (
            f"{count} sources together help others more than each alone.",
            (one, OTHERS),
            (each, OTHERS),
        )
        for count, one, each in zip(("Two", "Three"), ENSEMBLES, EACH, strict=True)
    ),
    ("It matters that the task is said rightly.", ("TVP", OTHERS), ("TVP, wrong words", OTHERS)),
    ("It matters that the task is said at all.", ("TVP", OTHERS), ("TVP, vague words", OTHERS)),
    ("Ten times both losses help others.", ("TVP, ten times both losses", OTHERS), ("TVP", OTHERS)),
    ("A wider frame helps itself more.", ("TVP, wide", ITSELF), ("TVP", ITSELF)),
    ("A narrower frame harms others less.", ("TVP, narrow", OTHERS), ("TVP", OTHERS)),
    (
        "Pixels all over bring more than a frame.",
        ("whole picture overlaid", ITSELF),
        ("EVP", ITSELF),
    ),
    ("TVP's step is better than Adam's.", ("TVP", ITSELF), ("TVP, Adam", ITSELF)),
    ("More than 200 pictures are of use.", ("TVP", ITSELF), ("TVP, 200 pictures", ITSELF)),
    ("Clear pictures teach more than pale ones.", ("TVP", ITSELF), ("TVP, low contrast", ITSELF)),
)


def _shares(
    found: Transfer, settings: MatrixSettings
) -> tuple[dict[str, list[float]], dict[str, str]]:
    """The share of right answers by condition, a number a choice of sources, and the condition that
    each is compared with: means over the models that it was learned on, and over all others.
    """
    shares: dict[str, dict[tuple[str, ...], float]] = {}
    bases: dict[str, str] = {}

    def add(variant: str, group: str, own: tuple[str, ...], prompts: set[str]) -> None:
        gains = [
            cell.gain
            for cell in found.cells
            if cell.prompt in prompts
            and cell.gain is not None
            and (cell.model in own) == (group == ITSELF)
        ]
        if not gains:
            return
        size = f", {len(own)}" if variant in (*ENSEMBLES, *EACH) else ""
        base, name = told(NOTHING + size, group), told(variant, group)
        shares.setdefault(base, {})[own] = _mean([one.before for one in gains])
        shares.setdefault(name, {})[own] = _mean([one.after for one in gains])
        bases[name] = base

    for group in (ITSELF, OTHERS):
        for variant, learned_on in rows(settings):
            row = row_name(variant, learned_on)
            for own in [tuple(learned_on)] if learned_on else [(one,) for one in settings.models]:
                add(variant, group, own, {row})
    for each, size in EACH.items():
        if f"TVP, {size} sources" in settings.tried:
            for own in combinations(settings.models, size):
                add(each, OTHERS, own, {row_name("TVP", [one]) for one in own})
    return {name: list(own.values()) for name, own in shares.items()}, bases


def told(condition: str, group: str) -> str:
    """A condition's name: what is asked, and of whom."""
    return f"{condition}: {group}"


def reported(found: Transfer, settings: MatrixSettings, *, command: str) -> ClaimReport:
    """Whether TVP's claims held over these models."""
    is_aside = any(variant in ASIDE for variant in settings.tried)
    findings = found_over_seeds(*_shares(found, settings))
    judged = [
        Judgement(claim=claim, verdict=findings.against(told(*one), told(*other)))
        for claim, one, other in CLAIMS
        if told(*one) in findings and told(*other) in findings
    ]
    return ClaimReport(
        name=f"pixel_{settings.task.removeprefix('scenes_')}" + ("_aside" if is_aside else ""),
        claim="A frame of pixels that was learned on one model helps others.",
        source="TVP, arXiv 2404.11207",
        summary=f"{found.measure} in {found.benchmark}, without a prompt and through prompts of "
        "each kind; itself: the model that a prompt was learned on; others: the mean over those "
        "that it was not learned on.",
        about=f"{len(found.models)} models, {found.num_questions} questions each that no prompt "
        f"was learned from; {settings.steps} steps a prompt.{_guess(settings.task)}",
        findings=findings,
        verdict=_verdict(findings),
        baseline=NOTHING,
        sure="Intervals are Student's over the models that prompts are learned on; those share the "
        "models that are asked, so they are rather too narrow. One seed.",
        command=command,
        of="sources",
        claims=tuple(judged),
    )


def _guess(task: str) -> str:
    share = tasks.get(task).about.guess
    return "" if share is None else f" A guess would be right on {100 * share:.0f} %."


def _verdict(findings: Findings) -> ClaimVerdict:
    if told("TVP", OTHERS) not in findings:
        return ClaimVerdict(held=None, words="TVP was not learned, or nobody else was asked")
    return findings.against(told("TVP", OTHERS), told(NOTHING, OTHERS))


def _mean(percents: Sequence[float]) -> float:
    return float(np.mean(percents)) / 100
