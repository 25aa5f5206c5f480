"""Does what the encoder knows tell what the model answers? And which entities will it miss?"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import final

import numpy as np

from deixis.core.files import make_folder, write_bytes, write_text
from deixis.evals.claim_report import ClaimReport, plot, sure_of, write_report
from deixis.evals.correlation import Correlation, kendall, partial_spearman, rising, spearman
from deixis.evals.findings import ClaimVerdict, Findings, JudgedTrial, found_in
from deixis.priors.ranking import QUARTERS
from deixis.priors.ranks_and_answers import Joined, column, save_joined
from deixis.reports import chart
from deixis.reports.page import page, png, section, table, text

CONFOUNDERS = ("size", "frequency", "length")
MISSED = 0.5  # expected share of right answers under which an entity counts as missed
SHOWN = 40
CLAIM = "The better the encoder knows an entity, the better the model answers about it."


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Missed:
    """An entity that the model will probably miss: `expected` of a rising curve over all entities'
    priors, and what it answered itself, NaN where it was not asked.
    """

    name: str
    mean_rank: float
    expected: float
    accuracy: float


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Linked:
    """How priors and answers go together. `by_band` and `by_quarter` are shares of right answers,
    the best known first; `controlled` names what was taken out of the last correlation;
    `surprises` were expected to be missed, and were answered right.
    """

    correlations: tuple[Correlation, ...]
    controlled: tuple[str, ...]
    by_band: Findings
    by_quarter: Findings
    missed: tuple[Missed, ...]
    surprises: tuple[Missed, ...]

    @property
    def verdict(self) -> ClaimVerdict:
        """Whether the claim held."""
        first = self.correlations[0]
        held = first.low > 0 if first.is_clear else None
        return ClaimVerdict(
            held=held, words=f"{first.name} {first} over {first.num_things} entities"
        )


def linked(joined: Joined) -> Linked:
    """Correlate, and sort into bands."""
    prior, accuracy = column(joined, "prior"), column(joined, "accuracy")
    found = [spearman(prior, accuracy), kendall(prior, accuracy)]
    columns = {name: column(joined, name) for name in CONFOUNDERS}
    controlled = tuple(n for n, own in columns.items() if np.isfinite(own).all() and np.ptp(own))
    if controlled and len(prior) > len(controlled) + 3:
        found.append(partial_spearman(prior, accuracy, [columns[name] for name in controlled]))
    edges = dict.fromkeys(one.band for one in reversed(joined.ranking.entities))
    expected = expected_to_be_missed(joined)
    return Linked(
        correlations=tuple(found),
        controlled=controlled,
        by_band=found_in(_judged(joined, "band"), edges),
        by_quarter=found_in(_judged(joined, "quarter"), QUARTERS),
        missed=tuple(one for one in expected if not one.accuracy >= MISSED),
        surprises=tuple(one for one in expected if one.accuracy >= MISSED),
    )


def expected_to_be_missed(joined: Joined) -> tuple[Missed, ...]:
    """The entities whose expected share of right answers is below MISSED, the worst first; also
    those that were ranked and never asked about.
    """
    weights = np.array([len(asked.answers) for _, asked in joined.both], dtype=float)
    curve = rising(column(joined, "prior"), column(joined, "accuracy"), weights)
    asked = {one.name: one.accuracy for one in joined.asked}
    found = [
        Missed(
            name=one.name,
            mean_rank=one.mean,
            expected=float(curve(np.array([one.normalised]))[0]),
            accuracy=asked.get(one.name, np.nan),
        )
        for one in joined.ranking.entities
    ]
    return tuple(one for one in found if one.expected < MISSED)


def write_prior_report(joined: Joined, folder: Path, *, command: str) -> Linked:
    """README.md, plot.png, report.json, entities.json, index.html, missed.txt."""
    found = linked(joined)
    make_folder(folder)
    save_joined(joined, folder)
    ranking = joined.ranking
    reported = ClaimReport(
        name="prior",
        claim=CLAIM,
        source="VisPRE (arXiv 2503.18034), by our own definition of Rank_e",
        summary=f"Ranks by `{ranking.encoder['encoder']}` among {ranking.num_candidates} "
        f"candidates ({ranking.digest}, by {ranking.by}); answers of `{joined.model}`.",
        about=" ".join(_sentences(found)),
        findings=found.by_band,
        verdict=found.verdict,
        baseline="",
        sure=f"{sure_of(found.by_band, 'entities')} Those of correlations are from resamples of "
        "entities. A correlation is no cause.",
        command=command,
        clusters="entities",
    )
    write_report(reported, folder)
    drawn = scatter(joined, found)
    write_bytes(folder / "entities.png", drawn)
    write_text(folder / "missed.txt", "".join(f"{one.name}\n" for one in found.missed))
    write_text(folder / "index.html", _html(joined, found, reported, drawn))
    return found


def _sentences(found: Linked) -> list[str]:
    told = [f"{one.name}: {one}." for one in found.correlations[1:]]  # the first is the verdict
    if len(found.correlations) > 2:
        told.append(f"Controlled: {', '.join(found.controlled)}.")
    told.append(f"{len(found.missed)} entities will probably be missed.")
    if found.surprises:
        told.append(
            f"{len(found.surprises)} more are known as little, and were answered right at least "
            "half of the time."
        )
    return told


def _html(joined: Joined, found: Linked, reported: ClaimReport, drawn: bytes) -> str:
    header = ("", "answers", "right, % (95 %)")
    shares = [
        table(header, [(r.condition, str(r.asked), r.told) for r in findings.rows])
        for findings in (found.by_band, found.by_quarter)
    ]
    names = ("entity", "mean rank", "expected right, %", "answered right, %")
    rows = [
        (one.name, f"{one.mean_rank:.1f}", f"{100 * one.expected:.0f}", _percent(one.accuracy))
        for one in found.missed[:SHOWN]
    ]
    left = [(one.entity, one.picture, one.reason) for one in joined.left_out]
    parts = [
        section("What was found", text(reported.verdict.words), *map(text, _sentences(found))),
        section("By entity", png(drawn, "an entity a dot")),
        section("By band", png(plot(reported), "right answers by band"), *shares),
        section("Entities that this model will probably miss", table(names, rows)),
        section(
            "Left out", table(("entity", "picture", "why"), left) if left else text("Nothing.")
        ),
        section("Again", text(reported.command)),
    ]
    return page("What the encoder knows", reported.summary.replace("`", ""), parts)


def _percent(share: float) -> str:
    return "" if np.isnan(share) else f"{100 * share:.0f}"


def scatter(joined: Joined, found: Linked) -> bytes:
    """A PNG: an entity a dot, and the curve that is expected."""
    prior, accuracy = column(joined, "prior"), column(joined, "accuracy")
    weights = np.array([len(asked.answers) for _, asked in joined.both], dtype=float)
    shaken = np.random.default_rng(0).uniform(-1.2, 1.2, len(prior))
    places = np.linspace(prior.min(), prior.max(), 200)
    names = [
        (one.name, (joined.ranking[one.name].normalised, 100 * one.accuracy))
        for one in found.missed[:6]
        if not np.isnan(one.accuracy)
    ]
    return chart.scatter(
        (prior.tolist(), (100 * accuracy + shaken).tolist()),
        (places.tolist(), (100 * rising(prior, accuracy, weights)(places)).tolist()),
        names,
        across="prior: 1 is the first of all candidates, 0 the last",
    )


def _judged(joined: Joined, by: str) -> Sequence[JudgedTrial]:
    """Answers under their entity's band, an entity a cluster."""
    return [
        JudgedTrial(scene=place, condition=getattr(rank, by), pair="", is_right=answer.is_right)
        for place, (rank, asked) in enumerate(joined.both)
        for answer in asked.answers
    ]
