"""What the study's answers say of VisPRE's claims: a report each."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence

from deixis.evals.claim_report import ClaimReport
from deixis.evals.correlation import spearman
from deixis.evals.findings import (
    ClaimVerdict,
    Finding,
    Findings,
    JudgedTrial,
    Judgement,
    found_in_runs,
    found_over_seeds,
)
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
POINTS = "{:+.1f} points ({:+.1f} to {:+.1f})"
ABOUT_KNOWN = (
    " Knowledge: under a mark, with a note on the thing that says its name, as of a source that is "
    "never wrong. One prompt brings it, trained once (recipe nano_knowledge, the prompt alone) on "
    "the model as it was, on things that look like those never seen under names that the model "
    "knows; the same is put under each model, which embeds the notes' words itself."
)
SURE_OF_GAINS = (
    " Claims that compare two gains or two prompts have Student's intervals over seeds alone."
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
        sure="Intervals are clustered by entity.",
        command=command_of(options),
    )


def repairing(options: StudyOptions, answers: Mapping[str, Sequence[JudgedTrial]]) -> ClaimReport:
    """What each way brings for entities that were never seen, and costs for the others."""
    findings = _compared(answers, (NEW, OLD), options.seeds)
    judged = [
        Judgement(claim=claim, verdict=findings.against(f"{one}: {NEW}", f"{other}: {NEW}"))
        for claim, one, other in CLAIMS
        if one in answers and other in answers
    ]
    return ClaimReport(
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
        sure=f"{sure_of(options)} Intervals in the table of claims are Student's over seeds alone.",
        command=command_of(options),
        claims=tuple(judged),
    )


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
    findings = _compared(banded, order, options.seeds)
    judged = [
        Judgement(
            claim=f"Repair brings more than questions alone at {band}.",
            verdict=is_more(findings, f"{REPAIR}: {band}"),
        )
        for band in order
    ]
    return ClaimReport(
        name="prior_bands",
        claim="Repair brings most where the encoder knew least.",
        source="VisPRE, gains by group of Rank_e",
        summary="The answers of prior_repair, by the mean rank that the model as it was gave an "
        "entity by its own projector and words.",
        about=f"{options.seeds} seeds.",
        findings=findings,
        verdict=_most_where_least(findings, order),
        baseline=QUESTIONS,
        sure=sure_of(options),
        command=command_of(options),
        claims=tuple(judged),
    )


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
    findings = _compared(routed, groups, options.seeds)
    taught, *others = routes
    is_known = KNOWN in routes
    gains = [gain_of(findings, f"{REPAIR}: {route}, {NEW}") for route in others]
    held = all(gain[1] > 0 for gain in gains)
    is_refuted = any(gain[2] < 0 for gain in gains)
    return ClaimReport(
        name="prior_routes",
        claim="A repaired encoder helps whichever way a region is brought to the model.",
        source="ours: VisPRE has no regions",
        summary=f"All are taught and asked under a mark ({taught}); here the same questions are "
        "asked with regions brought in other ways.",
        about=f"{options.seeds} seeds; {options.asked} test scenes of each entity; under a "
        "mark of all entities, by the other routes of those never seen and of as many others."
        + (ABOUT_KNOWN if is_known else f" {options.model} takes no knowledge prompt."),
        findings=findings,
        verdict=ClaimVerdict(
            held=True if held else False if is_refuted else None,
            words="; ".join(
                f"{route}: {POINTS.format(*gain)} on those never seen"
                for route, gain in zip(others, gains, strict=True)
            ),
        ),
        baseline=QUESTIONS,
        sure=sure_of(options) + (SURE_OF_GAINS if is_known else ""),
        command=command_of(options),
        claims=_of_knowledge(answers, options.seeds) if is_known else (),
    )


def _of_knowledge(
    answers: Mapping[str, Mapping[str, Sequence[JudgedTrial]]], seeds: int
) -> tuple[Judgement, ...]:
    """Whether what is known reaches each model, and reaches it more than before."""
    judged = []
    for group in (NEW, OLD):
        found = {way: _with_knowledge(by_route, group, seeds) for way, by_route in answers.items()}
        judged += [
            Judgement(
                claim=f"Knowledge brings names of those {group} to the model: {way}.",
                verdict=findings.better(KNOWN),
            )
            for way, findings in found.items()
        ]
        gained = {way: by_seed(one, KNOWN, ENCODING) for way, one in found.items()}
        judged += [
            Judgement(
                claim=f"It brings more after {way} than before, of those {group}.",
                verdict=gains_apart({way: gained[way], BEFORE: gained[BEFORE]}),
            )
            for way in (QUESTIONS, REPAIR)
        ]
    return tuple(judged)


def _with_knowledge(
    by_route: Mapping[str, Sequence[JudgedTrial]], group: str, seeds: int
) -> Findings:
    """One model's answers with knowledge, against the same questions without it."""
    shared = {(one.scene, one.pair) for one in by_route[KNOWN]}
    both = [
        dataclasses.replace(one, condition=route)
        for route in (ENCODING, KNOWN)
        for one in by_route[route]
        if one.condition == group and (one.scene, one.pair) in shared
    ]
    return found_in_runs(runs_of(both, seeds), (ENCODING, KNOWN), baseline=ENCODING)


def by_seed(findings: Findings, condition: str, other: str) -> list[float]:
    """How far a condition is above another in each run."""
    rows = findings[condition], findings[other]
    return [a - b for a, b in zip(*(row.by_seed for row in rows), strict=True)]


def gains_apart(gains: Mapping[str, Sequence[float]]) -> ClaimVerdict:
    """Whether the first of two gains is above the second, seed by seed; in points."""
    one, other = gains
    shares = {name: [gain / 100 for gain in some] for name, some in gains.items()}
    found = found_over_seeds(shares, {one: other})
    return ClaimVerdict(
        held=is_more(found, one).held,
        words=f"{one} {found[one].value:+.1f}, {other} {found[other].value:+.1f}: "
        + POINTS.format(*gain_of(found, one)),
    )


def verdict_of(findings: Findings) -> ClaimVerdict:
    """Whether a repair gains on those never seen, and costs little elsewhere."""
    gain, cost = (gain_of(findings, f"{REPAIR}: {group}") for group in (NEW, OLD))
    words = f"on those never seen {POINTS.format(*gain)}, elsewhere {POINTS.format(*cost)}"
    if gain[1] > 0 and cost[1] >= -MOST_LOST:
        return ClaimVerdict(held=True, words=words)
    is_refuted = gain[2] < 0 or cost[2] < -MOST_LOST
    return ClaimVerdict(held=False if is_refuted else None, words=words)


def _compared(
    answers: Mapping[str, Sequence[JudgedTrial]], groups: Sequence[str], seeds: int
) -> Findings:
    """Each way in each group, against questions alone in the same group."""
    rows: list[Finding] = []
    for group in groups:
        named = [
            dataclasses.replace(one, condition=f"{way}: {group}")
            for way, judged in answers.items()
            for one in judged
            if one.condition == group
        ]
        rows += found_in_runs(
            runs_of(named, seeds),
            [f"{way}: {group}" for way in answers],
            baseline=f"{QUESTIONS}: {group}",
        ).rows
    return Findings(rows=tuple(rows))


def _most_where_least(findings: Findings, order: Sequence[str]) -> ClaimVerdict:
    """Whether the gain in the last band is above that in the first."""
    best, worst = (gain_of(findings, f"{REPAIR}: {band}") for band in (order[0], order[-1]))
    words = f"{POINTS.format(*worst)} at {order[-1]}, {POINTS.format(*best)} at {order[0]}"
    if worst[1] > 0 and worst[1] > best[2]:
        return ClaimVerdict(held=True, words=words)
    return ClaimVerdict(held=False if worst[2] < best[1] else None, words=words)


def is_more(findings: Findings, condition: str) -> ClaimVerdict:
    """Whether a condition is above what it is compared with."""
    row = findings[condition]
    held = row.is_higher if row.is_higher or row.is_lower else None
    return ClaimVerdict(held=held, words=POINTS.format(*gain_of(findings, condition)))


def gain_of(findings: Findings, condition: str) -> tuple[float, float, float]:
    """Points above what it is compared with, with their interval."""
    change = findings[condition].change
    assert change is not None
    return change


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


def sure_of(options: StudyOptions, clusters: str = "entities") -> str:
    """What the intervals of a study are."""
    return "Differences are of the same questions from the same seed. " + (
        f"Intervals hold the spread over {clusters}, none over seeds."
        if options.seeds == 1
        else f"Intervals hold both spreads: of {clusters} (clusters, all seeds together) and of "
        "seeds (Student's), their squares added."
    )


def of_seed(judged: Iterable[JudgedTrial], seed: int) -> list[JudgedTrial]:
    """Answers to a model from that seed."""
    return [dataclasses.replace(one, pair=f"{seed} {one.pair}") for one in judged]


def runs_of(judged: Sequence[JudgedTrial], seeds: int) -> list[list[JudgedTrial]]:
    """Answers by the seed of the model that gave them."""
    return [[one for one in judged if _seed(one) == seed] for seed in range(seeds)]


def _seed(judged: JudgedTrial) -> int:
    return int(judged.pair.split()[0])
