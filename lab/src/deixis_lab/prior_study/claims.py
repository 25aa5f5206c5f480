"""What the study's answers say of VisPRE's claims: a report each."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence

from deixis.evals.claim_report import ClaimReport, as_family, sure_of
from deixis.evals.correlation import spearman
from deixis.evals.findings import (
    ClaimVerdict,
    Findings,
    JudgedTrial,
    Judgement,
    all_of,
    found_in,
    is_above,
)
from deixis.evals.statistics.effects import apart
from deixis.priors.entity_trials import ENCODING
from deixis.priors.ranking import bands
from deixis.priors.ranks_and_answers import Joined, column
from deixis.priors.report import CLAIM, linked
from deixis_lab.parts.entities import held_out_names
from deixis_lab.prior_study.ways import (
    CONTROLS,
    MAIN,
    OBJECTIVES,
    PICTURES,
    StudyOptions,
    command_of,
)

BEFORE = "as it was"
ENTITIES = "entities"
KNOWN = "knowledge"  # the route of a thing's name, beside its mark
NEW, OLD = "never seen", "seen before"
FEWEST = 3  # entities that a correlation is of
MOST_LOST = 2.0  # points elsewhere that a repair may cost
QUESTIONS, REPAIR = (way.name for way in MAIN)
# beside the report's own: on those never seen, the first is above the second
CLAIMS = (
    ("Questions alone teach names that were never said.", QUESTIONS, BEFORE),
    *(
        (claim, REPAIR, way.name)
        for claim, way in zip(
            (
                "It matters that these entities are taught, not that some are.",
                "Two stages are better than all at once.",
                "Teaching the encoder is better than questions on the same pictures.",
                "Sixteen pictures of an entity are better than one.",
                "The model's own words are better than a softmax over names.",
                "The projector is to be taught with the encoder.",
                "It is better without distilling the tower as it was.",
            ),
            (*CONTROLS, PICTURES[0], *OBJECTIVES),
            strict=True,
        )
    ),
)
ABOUT_KNOWN = (
    " Knowledge: under a mark, with a note on the thing that says its name, as of a source that is "
    "never wrong. One prompt brings it, trained once (recipe nano_knowledge, the prompt alone) on "
    "the model as it was, on things that look like those never seen under names that the model "
    "knows; the same is put under each model, which embeds the notes' words itself."
)


def predicting(options: StudyOptions, before: Joined, by_tower: Joined) -> ClaimReport:
    """Does the prior tell performance, per entity and per band?"""
    found = linked(before)
    told = [f"{one.name}: {one}." for one in found.correlations]
    told += [_among_seen(before)]
    told += [f"By the tower alone, {one.name}: {one}." for one in linked(by_tower).correlations]
    return ClaimReport(
        name="prior_predicts",
        claim=CLAIM,
        source="VisPRE, the correlation of Rank_e with performance; our own Rank_e",
        summary=f"Names of Things, {_num_new()} of which no training saw, ranked by the model's "
        "own projector and words, and without words by prototypes of its tower; asked by name "
        "under a mark.",
        about=" ".join(told),
        findings=found.by_band,
        verdict=found.verdict,
        baseline="",
        sure=sure_of(found.by_band, ENTITIES),
        command=command_of(options),
        clusters=ENTITIES,
    )


def repairing(options: StudyOptions, answers: Mapping[str, Sequence[JudgedTrial]]) -> ClaimReport:
    """What each way brings for entities that were never seen, and costs for the others."""
    findings = _compared(answers, (NEW, OLD))
    judged = [
        Judgement(claim=claim, verdict=findings.against(f"{one}: {NEW}", f"{other}: {NEW}"))
        for claim, one, other in CLAIMS
        if one in answers and other in answers
    ]
    report = ClaimReport(
        name="prior_repair",
        claim="Teaching the encoder first helps on entities that it never saw more than the same "
        f"questions alone, and costs at most {MOST_LOST:g} points elsewhere.",
        source="VisPRE, two stages against fine-tuning on questions alone",
        summary="Each way ends in the same questions; entities that nano never saw, and those "
        "that it did.",
        about=f"{options.seeds} seeds, each with pictures of its own to learn from: the encoder "
        f"has {options.learnt} of each entity (a quarter held out), the questions are on "
        f"{options.told} of each that was never seen and {options.rehearsed} of each other. Asked "
        f"about {options.asked} test scenes of each of {_num_new() + options.seen} entities.",
        findings=findings,
        verdict=verdict_of(findings),
        baseline=QUESTIONS,
        sure=sure_of(findings, ENTITIES),
        command=command_of(options),
        clusters=ENTITIES,
        claims=tuple(judged),
    )
    return as_family(report)


def by_band(
    options: StudyOptions, answers: Mapping[str, Sequence[JudgedTrial]], known: Sequence[str]
) -> ClaimReport:
    """What the main ways bring by how well an entity was known before; `known` has each entity's
    band, by its place.
    """
    order = [band for band in bands() if band in known]
    banded = {
        way: [dataclasses.replace(one, condition=known[one.scene]) for one in answers[way]]
        for way in (BEFORE, *(way.name for way in MAIN))
    }
    findings = _compared(banded, order)
    judged = [
        Judgement(
            claim=f"Repair brings more than questions alone at {band}.",
            verdict=findings.better(f"{REPAIR}: {band}"),
        )
        for band in order
    ]
    report = ClaimReport(
        name="prior_bands",
        claim="Repair brings most where the encoder knew least.",
        source="VisPRE, gains by group of Rank_e",
        summary="The answers of prior_repair, by the mean rank that the model as it was gave an "
        "entity by its own projector and words.",
        about=f"{options.seeds} seeds.",
        findings=findings,
        verdict=_most_where_least(findings, order),
        baseline=QUESTIONS,
        sure=sure_of(findings, ENTITIES),
        command=command_of(options),
        clusters=ENTITIES,
        claims=tuple(judged),
    )
    return as_family(report)


def through_routes(
    options: StudyOptions, answers: Mapping[str, Mapping[str, Sequence[JudgedTrial]]]
) -> ClaimReport:
    """Whether a repair helps where regions reach the model in other ways than it was taught by:
    `answers` by way and route.
    """
    routes = list(dict.fromkeys(route for by_route in answers.values() for route in by_route))
    routed = {
        way: [
            dataclasses.replace(one, condition=f"{route}, {one.condition}")
            for route, some in by_route.items()
            for one in some
        ]
        for way, by_route in answers.items()
    }
    groups = [f"{route}, {group}" for group in (NEW, OLD) for route in routes]
    findings = _compared(routed, groups)
    taught, *others = routes
    is_known = KNOWN in routes
    gains = [findings.better(f"{REPAIR}: {route}, {NEW}") for route in others]
    report = ClaimReport(
        name="prior_routes",
        claim="A repaired encoder helps whichever way a region is brought to the model.",
        source="ours: VisPRE has no regions",
        summary=f"All are taught and asked under a mark ({taught}); here the same questions are "
        "asked with regions brought in other ways.",
        about=f"{options.seeds} seeds; {options.asked} test scenes of each entity; under a "
        "mark of all entities, by the other routes of those never seen and of as many others."
        + (ABOUT_KNOWN if is_known else f" {options.model} takes no knowledge prompt."),
        findings=findings,
        verdict=all_of(gains),
        baseline=QUESTIONS,
        sure=sure_of(findings, ENTITIES),
        command=command_of(options),
        clusters=ENTITIES,
        claims=_of_knowledge(answers) if is_known else (),
    )
    return as_family(report)


def _of_knowledge(
    answers: Mapping[str, Mapping[str, Sequence[JudgedTrial]]],
) -> tuple[Judgement, ...]:
    """Whether what is known reaches each model, and reaches it more than before."""
    judged = []
    for group in (NEW, OLD):
        found = _with_knowledge(answers, group)
        judged += [
            Judgement(
                claim=f"Knowledge brings names of those {group} to the model: {way}.",
                verdict=found.better(f"{way}: {KNOWN}"),
            )
            for way in answers
        ]
        judged += [
            Judgement(
                claim=f"It brings more after {way} than before, of those {group}.",
                verdict=found.gains_apart(
                    (f"{way}: {KNOWN}", f"{way}: {ENCODING}"),
                    (f"{BEFORE}: {KNOWN}", f"{BEFORE}: {ENCODING}"),
                ),
            )
            for way in (QUESTIONS, REPAIR)
        ]
    return tuple(judged)


def _with_knowledge(
    answers: Mapping[str, Mapping[str, Sequence[JudgedTrial]]], group: str
) -> Findings:
    """Each model's answers with knowledge, against the same questions without it."""
    named = [
        dataclasses.replace(one, condition=f"{way}: {route}")
        for way, by_route in answers.items()
        for route in (ENCODING, KNOWN)
        for one in by_route[route]
        if one.condition == group
    ]
    bases = {f"{way}: {KNOWN}": f"{way}: {ENCODING}" for way in answers}
    rows = [row for known, plain in bases.items() for row in (plain, known)]
    return found_in(named, rows, baseline=bases, is_training=True)


def verdict_of(findings: Findings) -> ClaimVerdict:
    """Whether a repair gains on those never seen, and costs little elsewhere."""
    gain, cost = (findings.change(f"{REPAIR}: {group}") for group in (NEW, OLD))
    words = f"on those never seen {gain}, elsewhere {cost}"
    return all_of([is_above(gain, words), is_above(cost, words, border=-MOST_LOST)], words)


def _compared(answers: Mapping[str, Sequence[JudgedTrial]], groups: Sequence[str]) -> Findings:
    """Each way in each group, against questions alone in the same group."""
    named = [
        dataclasses.replace(one, condition=f"{way}: {one.condition}")
        for way, judged in answers.items()
        for one in judged
    ]
    rows = [(way, group) for group in groups for way in answers]
    return found_in(
        named,
        [f"{way}: {group}" for way, group in rows],
        baseline={f"{way}: {group}": f"{QUESTIONS}: {group}" for way, group in rows},
        is_training=True,
    )


def _most_where_least(findings: Findings, order: Sequence[str]) -> ClaimVerdict:
    """Whether the gain in the last band is above that in the first, and is one at all."""
    best, worst = (findings.change(f"{REPAIR}: {band}") for band in (order[0], order[-1]))
    words = f"{worst} at {order[-1]}, {best} at {order[0]}"
    return all_of([is_above(worst, words), is_above(apart(worst, best), words)], words)


def _num_new() -> int:
    """How many names no training saw."""
    return len(held_out_names())


def _among_seen(joined: Joined) -> str:
    """Whether the prior tells more than who was never seen."""
    new = set(held_out_names())
    seen = dataclasses.replace(joined, asked=tuple(a for a in joined.asked if a.name not in new))
    if len(seen.both) < FEWEST:
        return f"Fewer than {FEWEST} that it was trained on were asked about."
    found = spearman(column(seen, "prior"), column(seen, "accuracy"))
    return f"Among the {found.num_things} that it was trained on, {found.name}: {found}."


def of_seed(judged: Iterable[JudgedTrial], seed: int) -> list[JudgedTrial]:
    """Answers to a model from that seed."""
    return [dataclasses.replace(one, seed=seed) for one in judged]
