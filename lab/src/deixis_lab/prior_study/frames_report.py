"""What was found of frames of pixels before and after a repair of the encoder: a report."""

import dataclasses
from collections.abc import Mapping, Sequence

from deixis.evals.claim_report import ClaimReport
from deixis.evals.findings import (
    ClaimVerdict,
    Finding,
    Findings,
    JudgedTrial,
    Judgement,
    found_in_runs,
)
from deixis_lab.prior_study.claims import (
    BEFORE,
    POINTS,
    QUESTIONS,
    REPAIR,
    SURE_OF_GAINS,
    by_seed,
    gain_of,
    gains_apart,
    is_more,
    runs_of,
    sure_of,
)
from deixis_lab.prior_study.ways import StudyOptions, command_of

NO_FRAME, EARLIER, ANEW = "no frame", "frame learned before", "frame learned anew"


def through_frames(
    options: StudyOptions, answers: Mapping[str, Sequence[JudgedTrial]]
) -> ClaimReport:
    """Whether a frame of the model as it was helps it after its repair; `answers` by model."""
    found = _found(answers, options.seeds)
    return ClaimReport(
        name="prior_pixel",
        claim="What a frame of pixels brings survives a repair of the encoder.",
        source="ours: TVP's frames, arXiv 2404.11207, on models that VisPRE changes",
        summary="Which of four names has the largest thing of a picture? Asked without a frame, "
        "through one that was learned for this on the model as it was, and through one that was "
        "learned anew on the model that is asked.",
        about=f"{options.seeds} seeds of each model but the first, which is one; each asked about "
        f"{options.classified} pictures that no frame was learned from. Neither the repair nor its "
        "questions had this task.",
        findings=found,
        verdict=verdict_of(found),
        baseline=NO_FRAME,
        sure=f"Each model is compared with itself. {sure_of(options, 'pictures')}" + SURE_OF_GAINS,
        command=command_of(options),
        claims=_claims(found),
    )


def verdict_of(found: Findings) -> ClaimVerdict:
    """Held if it still brings something clear; not if that is gone and clearly less than before."""
    gains = {way: gain_of(found, f"{way}: {EARLIER}") for way in (BEFORE, QUESTIONS, REPAIR)}
    words = "; ".join(f"{way}: {POINTS.format(*gain)}" for way, gain in gains.items())
    before, after = gains[BEFORE], gains[REPAIR]
    if before[1] <= 0:
        return ClaimVerdict(held=None, words=f"before a repair it brings nothing clear; {words}")
    if after[1] > 0:
        return ClaimVerdict(held=True, words=words)
    return ClaimVerdict(held=False if after[2] < before[1] else None, words=words)


def _found(answers: Mapping[str, Sequence[JudgedTrial]], seeds: int) -> Findings:
    """Each model through each frame, against the same model without one."""
    rows: list[Finding] = []
    for model, judged in answers.items():
        named = [dataclasses.replace(o, condition=f"{model}: {o.condition}") for o in judged]
        conditions = list(dict.fromkeys(one.condition for one in named))
        found = found_in_runs(runs_of(named, seeds), conditions, baseline=f"{model}: {NO_FRAME}")
        rows += found.rows
    return Findings(rows=tuple(rows))


def _claims(found: Findings) -> tuple[Judgement, ...]:
    told = (
        ("A frame helps the model that it was learned on.", f"{BEFORE}: {EARLIER}"),
        ("It still helps after questions alone.", f"{QUESTIONS}: {EARLIER}"),
        ("It still helps after a repair.", f"{REPAIR}: {EARLIER}"),
        ("One that is learned anew helps a repaired model.", f"{REPAIR}: {ANEW}"),
    )
    judged = [Judgement(claim=claim, verdict=is_more(found, one)) for claim, one in told]
    gained = {
        way: by_seed(found, f"{way}: {EARLIER}", f"{way}: {NO_FRAME}")
        for way in (BEFORE, QUESTIONS, REPAIR)
    }
    judged += [
        Judgement(
            claim=f"It brings more after a repair than {when}.",
            verdict=gains_apart({REPAIR: gained[REPAIR], other: gained[other]}),
        )
        for when, other in (("before", BEFORE), (f"after {QUESTIONS}", QUESTIONS))
    ]
    judged.append(
        Judgement(
            claim="Learned anew, it is better than as it was learned before.",
            verdict=found.against(f"{REPAIR}: {ANEW}", f"{REPAIR}: {EARLIER}"),
        )
    )
    return tuple(judged)
