"""What the study's answers say of VisPRE's claims: a report each."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence

from deixis.data.entities.scenes import held_out_names
from deixis.evals.correlation import spearman
from deixis.lab.findings import Finding, Findings, Judgement, Verdict, found_in_runs
from deixis.lab.priors.joined import Joined, column
from deixis.lab.priors.reporting import CLAIM, linked
from deixis.lab.priors.ways import (
    CONTROLS,
    MAIN,
    OBJECTIVES,
    PICTURES,
    StudyOptions,
    command_of,
)
from deixis.lab.report import Reported
from deixis.lab.trial import Judged
from deixis.priors.ranking import bands

BEFORE = "as it was"
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


def predicting(options: StudyOptions, before: Joined, by_tower: Joined) -> Reported:
    """Does the prior tell performance, per entity and per band?"""
    found = linked(before)
    told = [f"{one.name}: {one}." for one in found.correlations]
    told += [_among_seen(before)]
    told += [f"By the tower alone, {one.name}: {one}." for one in linked(by_tower).correlations]
    return Reported(
        name="prior_predicts",
        claim=CLAIM,
        source="VisPRE, the correlation of Rank_e with performance; our own Rank_e",
        summary="Scenes' entities, 25 of which no training saw, ranked by the model's own "
        "projector and words, and without words by prototypes of its tower; asked by name under a "
        "mark.",
        about=" ".join(told),
        findings=found.by_band,
        verdict=found.verdict,
        baseline="",
        sure="Intervals are clustered by entity.",
        command=command_of(options),
    )


def repairing(options: StudyOptions, answers: Mapping[str, Sequence[Judged]]) -> Reported:
    """What each way brings for entities that were never seen, and costs for the others."""
    findings = _compared(answers, (NEW, OLD), options.seeds)
    judged = [
        Judgement(claim=claim, verdict=findings.against(f"{one}: {NEW}", f"{other}: {NEW}"))
        for claim, one, other in CLAIMS
        if one in answers and other in answers
    ]
    return Reported(
        name="prior_repair",
        claim="Teaching the encoder first helps on entities that it never saw more than the same "
        f"questions alone, and costs at most {MOST_LOST:g} points elsewhere.",
        source="VisPRE, two stages against fine-tuning on questions alone",
        summary="Each way ends in the same questions; entities that nano never saw, and those "
        "that it did.",
        about=f"{options.seeds} seeds, each with pictures of its own to learn from: the encoder "
        f"has {options.learnt} of each entity (a quarter held out), the questions are on "
        f"{options.told} of each that was never seen and {options.rehearsed} of each other. Asked "
        f"about {options.asked} test scenes of each of {25 + options.seen} entities.",
        findings=findings,
        verdict=verdict_of(findings),
        baseline=QUESTIONS,
        sure=f"{_sure(options)} Intervals in the table of claims are Student's over seeds alone.",
        command=command_of(options),
        claims=tuple(judged),
    )


def by_band(
    options: StudyOptions, answers: Mapping[str, Sequence[Judged]], known: Sequence[str]
) -> Reported:
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
            verdict=_more(findings, f"{REPAIR}: {band}"),
        )
        for band in order
    ]
    return Reported(
        name="prior_bands",
        claim="Repair brings most where the encoder knew least.",
        source="VisPRE, gains by group of Rank_e",
        summary="The answers of prior_repair, by the mean rank that the model as it was gave an "
        "entity by its own projector and words.",
        about=f"{options.seeds} seeds.",
        findings=findings,
        verdict=_most_where_least(findings, order),
        baseline=QUESTIONS,
        sure=_sure(options),
        command=command_of(options),
        claims=tuple(judged),
    )


def through_routes(
    options: StudyOptions, answers: Mapping[str, Mapping[str, Sequence[Judged]]]
) -> Reported:
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
    gains = [_gain(findings, f"{REPAIR}: {route}, {NEW}") for route in others]
    held = all(gain[1] > 0 for gain in gains)
    is_refuted = any(gain[2] < 0 for gain in gains)
    return Reported(
        name="prior_routes",
        claim="A repaired encoder helps whichever way a region is brought to the model.",
        source="ours: VisPRE has no regions",
        summary=f"All are taught and asked under a mark ({taught}); here the same questions are "
        "asked with regions brought in other ways.",
        about=f"{options.seeds} seeds; {options.asked} test scenes of each entity; under a "
        "mark of all entities, by the other routes of the 25 never seen and of 25 others.",
        findings=findings,
        verdict=Verdict(
            held=True if held else False if is_refuted else None,
            words="; ".join(
                f"{route}: {POINTS.format(*gain)} on those never seen"
                for route, gain in zip(others, gains, strict=True)
            ),
        ),
        baseline=QUESTIONS,
        sure=_sure(options),
        command=command_of(options),
    )


def verdict_of(findings: Findings) -> Verdict:
    """Whether a repair gains on those never seen, and costs little elsewhere."""
    gain, cost = (_gain(findings, f"{REPAIR}: {group}") for group in (NEW, OLD))
    words = f"on those never seen {POINTS.format(*gain)}, elsewhere {POINTS.format(*cost)}"
    if gain[1] > 0 and cost[1] >= -MOST_LOST:
        return Verdict(held=True, words=words)
    is_refuted = gain[2] < 0 or cost[2] < -MOST_LOST
    return Verdict(held=False if is_refuted else None, words=words)


def _compared(
    answers: Mapping[str, Sequence[Judged]], groups: Sequence[str], seeds: int
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
            [[one for one in named if _seed(one) == seed] for seed in range(seeds)],
            [f"{way}: {group}" for way in answers],
            baseline=f"{QUESTIONS}: {group}",
        ).rows
    return Findings(rows=tuple(rows))


def _most_where_least(findings: Findings, order: Sequence[str]) -> Verdict:
    """Whether the gain in the last band is above that in the first."""
    best, worst = (_gain(findings, f"{REPAIR}: {band}") for band in (order[0], order[-1]))
    words = f"{POINTS.format(*worst)} at {order[-1]}, {POINTS.format(*best)} at {order[0]}"
    if worst[1] > 0 and worst[1] > best[2]:
        return Verdict(held=True, words=words)
    return Verdict(held=False if worst[2] < best[1] else None, words=words)


def _more(findings: Findings, condition: str) -> Verdict:
    """Whether a condition is above questions alone."""
    row = findings[condition]
    held = row.is_higher if row.is_higher or row.is_lower else None
    return Verdict(held=held, words=POINTS.format(*_gain(findings, condition)))


def _gain(findings: Findings, condition: str) -> tuple[float, float, float]:
    change = findings[condition].change
    assert change is not None
    return change


def _among_seen(joined: Joined) -> str:
    """Whether the prior tells more than who was never seen."""
    new = set(held_out_names())
    seen = dataclasses.replace(joined, asked=tuple(a for a in joined.asked if a.name not in new))
    if len(seen.both) < FEWEST:
        return f"Fewer than {FEWEST} that it was trained on were asked about."
    found = spearman(column(seen, "prior"), column(seen, "accuracy"))
    return f"Among the {found.num_things} that it was trained on, {found.name}: {found}."


def _sure(options: StudyOptions) -> str:
    return "Differences are of the same questions from the same seed. " + (
        "Intervals are clustered by entity; they hold no spread over seeds."
        if options.seeds == 1
        else "Intervals hold both spreads: of entities (clusters, all seeds together) and of "
        "seeds (Student's), their squares added."
    )


def of_seed(judged: Iterable[Judged], seed: int) -> list[Judged]:
    """Answers to a model from that seed."""
    return [dataclasses.replace(one, pair=f"{seed} {one.pair}") for one in judged]


def _seed(judged: Judged) -> int:
    return int(judged.pair.split()[0])
