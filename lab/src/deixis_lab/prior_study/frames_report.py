"""What was found of frames of pixels before and after a repair of the encoder: a report."""

import dataclasses
from collections.abc import Mapping, Sequence

from deixis.evals.claim_report import ClaimReport, as_family, sure_of
from deixis.evals.findings import ClaimVerdict, Findings, JudgedTrial, Judgement, found_in
from deixis.evals.statistics.effects import LEVEL
from deixis_lab.prior_study.claims import BEFORE, QUESTIONS, REPAIR
from deixis_lab.prior_study.ways import StudyOptions, command_of

NO_FRAME, EARLIER, ANEW = "no frame", "frame learned before", "frame learned anew"


def through_frames(
    options: StudyOptions, answers: Mapping[str, Sequence[JudgedTrial]]
) -> ClaimReport:
    """Whether a frame of the model as it was helps it after its repair; `answers` by model."""
    found = _found(answers)
    report = ClaimReport(
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
        sure=f"Each model is compared with itself. {sure_of(found, 'pictures')}",
        command=command_of(options),
        clusters="pictures",
        claims=_claims(found),
    )
    return as_family(report)


def verdict_of(found: Findings) -> ClaimVerdict:
    """Held if it still brings something clear; not if that is gone and clearly less than before."""
    ways = (BEFORE, QUESTIONS, REPAIR)
    words = "; ".join(f"{way}: {found.change(f'{way}: {EARLIER}')}" for way in ways)
    before, after = (found.better(f"{way}: {EARLIER}") for way in (BEFORE, REPAIR))
    if not before.held:
        told = f"before a repair it brings nothing clear; {words}"
        return ClaimVerdict(held=None, words=told, untestable="gate")
    if after.held:
        return dataclasses.replace(after, words=words)
    lost = found.gains_apart(*(_gain(way) for way in (BEFORE, REPAIR)))
    is_lost = lost.held is True and lost.chance is not None and 2 * lost.chance < LEVEL
    chance = None if lost.chance is None else min(1.0, 2 * lost.chance)
    return ClaimVerdict(held=False if is_lost else None, words=words, chance=chance)


def _gain(way: str) -> tuple[str, str]:
    return f"{way}: {EARLIER}", f"{way}: {NO_FRAME}"


def _found(answers: Mapping[str, Sequence[JudgedTrial]]) -> Findings:
    """Each model through each frame, against the same model without one."""
    named = [
        dataclasses.replace(one, condition=f"{model}: {one.condition}")
        for model, judged in answers.items()
        for one in judged
    ]
    conditions = list(dict.fromkeys(one.condition for one in named))
    bases = {one: f"{one.partition(': ')[0]}: {NO_FRAME}" for one in conditions}
    return found_in(named, conditions, baseline=bases, is_training=True)


def _claims(found: Findings) -> tuple[Judgement, ...]:
    told = (
        ("A frame helps the model that it was learned on.", f"{BEFORE}: {EARLIER}"),
        ("It still helps after questions alone.", f"{QUESTIONS}: {EARLIER}"),
        ("It still helps after a repair.", f"{REPAIR}: {EARLIER}"),
        ("One that is learned anew helps a repaired model.", f"{REPAIR}: {ANEW}"),
    )
    judged = [Judgement(claim=claim, verdict=found.better(one)) for claim, one in told]
    judged += [
        Judgement(
            claim=f"It brings more after a repair than {when}.",
            verdict=found.gains_apart(_gain(REPAIR), _gain(other)),
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
