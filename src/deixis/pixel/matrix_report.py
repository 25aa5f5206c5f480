"""What a matrix of pixel prompts says of TVP's claims: a report, each source model a seed of it."""

from dataclasses import dataclass
from itertools import combinations
from typing import final

from deixis.evals.claim_report import ClaimReport, as_family, sure_of
from deixis.evals.findings import ClaimVerdict, Findings, JudgedTrial, Judgement, found_in
from deixis.evals.statistics.guesses import measured_guesses
from deixis.pixel.transfer import Cell, PairedAnswer, Transfer
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


def _found(found: Transfer, settings: MatrixSettings) -> Findings:
    """The share of right answers by condition, a choice of sources a seed, over the models that it
    was learned on, and over all others.
    """
    answers: dict[tuple[str, int], list[JudgedTrial]] = {}
    bases: dict[str, str] = {}
    scenes = found.pictures
    for variant, seed, own, prompts in _kinds(settings):
        for group in (OTHERS,) if variant in EACH else (ITSELF, OTHERS):
            size = f", {len(own)}" if variant in (*ENSEMBLES, *EACH) else ""
            base, condition = told(NOTHING + size, group), told(variant, group)
            judged = [
                AskedOfModel(model=cell.model, seed=seed, scene=scenes[one.picture], answer=one)
                for cell in _cells(found, group, own, prompts)
                for one in cell.answers
            ]
            if not judged:
                continue
            bases[condition] = base
            answers[condition, seed] = [one.named(condition) for one in judged]
            if len(judged) > len(answers.get((base, seed), ())):  # all models that any row has
                answers[base, seed] = [one.named(base, before=True) for one in judged]
    groups = (ITSELF, OTHERS)
    names = dict.fromkeys(name for name, _ in answers)
    conditions = [name for group in groups for name in names if name.endswith(f": {group}")]
    guess = measured_guesses(found.questions).get("")
    return found_in(
        [one for some in answers.values() for one in some],
        conditions,
        baseline=bases,
        guesses={} if guess is None else dict.fromkeys(conditions, guess),
        is_training=True,
    )


def _kinds(settings: MatrixSettings) -> list[tuple[str, int, tuple[str, ...], list[str]]]:
    """Each kind of prompt with each choice of sources: its place among the choices, the sources,
    and the rows. An ensemble's row stands once for each of its members, each beside the member's.
    """
    found = []
    for variant, learned_on in rows(settings):
        row = row_name(variant, learned_on)
        for own in [tuple(learned_on)] if learned_on else [(one,) for one in settings.models]:
            seed = list(combinations(settings.models, len(own))).index(own)
            found.append((variant, seed, own, [row] * len(own)))
    for each, size in EACH.items():
        if f"TVP, {size} sources" in settings.tried:
            found += [
                (each, seed, own, [row_name("TVP", [one]) for one in own])
                for seed, own in enumerate(combinations(settings.models, size))
            ]
    return found


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class AskedOfModel:
    """A question to a model, without a prompt and with one of this seed."""

    model: str
    seed: int
    scene: int
    answer: PairedAnswer

    def named(self, condition: str, *, before: bool = False) -> JudgedTrial:
        """One of its two answers, under a condition."""
        return JudgedTrial(
            scene=self.scene,
            condition=condition,
            pair=f"{self.model} {self.answer.key}",
            is_right=self.answer.before if before else self.answer.after,
            seed=self.seed,
        )


def _cells(found: Transfer, group: str, own: tuple[str, ...], prompts: list[str]) -> list[Cell]:
    """What a group of models was asked through these prompts."""
    return [
        cell
        for name in prompts
        for cell in found.cells
        if cell.prompt == name and (cell.model in own) == (group == ITSELF)
    ]


def told(condition: str, group: str) -> str:
    """A condition's name: what is asked, and of whom."""
    return f"{condition}: {group}"


def reported(found: Transfer, settings: MatrixSettings, *, command: str) -> ClaimReport:
    """Whether TVP's claims held over these models."""
    is_aside = any(variant in ASIDE for variant in settings.tried)
    findings = _found(found, settings)
    judged = [
        Judgement(claim=claim, verdict=findings.against(told(*one), told(*other)))
        for claim, one, other in CLAIMS
        if told(*one) in findings and told(*other) in findings
    ]
    report = ClaimReport(
        name=f"pixel_{settings.task.removeprefix('scenes_')}" + ("_aside" if is_aside else ""),
        claim="A frame of pixels that was learned on one model helps others.",
        source="TVP, arXiv 2404.11207",
        summary=f"{found.measure} in {found.benchmark}, without a prompt and through prompts of "
        "each kind; itself: the model that a prompt was learned on; others: the mean over those "
        "that it was not learned on.",
        about=f"{len(found.models)} models, {found.num_questions} questions each that no prompt "
        f"was learned from; {settings.steps} steps a prompt.{_guess(findings)}",
        findings=findings,
        verdict=_verdict(findings),
        baseline=NOTHING,
        sure="A seed is a model that prompts are learned on, or a choice of several. "
        f"{sure_of(findings, 'pictures')} The models that are asked are those that are learned on, "
        "so intervals over them are rather too narrow.",
        command=command,
        seeds="sources",
        clusters="pictures",
        claims=tuple(judged),
    )
    return as_family(report)


def _guess(findings: Findings) -> str:
    share = max(findings.guesses.values(), default=None)
    if share is None:
        return ""
    return f" Words alone, without the picture, tell at most {share:.0f} % of the answers."


def _verdict(findings: Findings) -> ClaimVerdict:
    if told("TVP", OTHERS) not in findings:
        return ClaimVerdict(held=None, words="TVP was not learned, or nobody else was asked")
    return findings.against(told("TVP", OTHERS), told(NOTHING, OTHERS))
