"""Findings are the shares of right answers under each condition of an experiment, with
intervals.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import final

import numpy as np

from deixis.ask.composer import Pointed
from deixis.core.errors import UsageError
from deixis.core.image import Image
from deixis.core.region import Region
from deixis.evals.intervals import Clusters, interval
from deixis.evals.measure import ACCURACY
from deixis.evals.paired import difference


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Trial:
    """A trial is one question under one condition.

    `text` has a `{slot}` for each of `regions`. Trials of one picture that differ in nothing but
    their condition share a `pair`; only those are compared. `is_right` judges the answer where more
    than the very words of `answer` are right. `notes` are what is known of the picture, for a model
    that is asked with knowledge.
    """

    condition: str
    image: Image
    text: str
    answer: str
    regions: Mapping[str, Pointed] = field(default_factory=dict)
    pair: str = ""
    is_right: Callable[[str], bool] | None = None
    notes: tuple[Region, ...] = ()
    choices: tuple[str, ...] = ()
    cluster: str = ""


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class JudgedTrial:
    """A trial was answered rightly or not, under this condition and in this scene."""

    scene: int
    condition: str
    pair: str
    is_right: bool
    cluster: str = ""


def judged(trial: Trial, scene: int, text: str) -> JudgedTrial:
    """An answer is right if it is the expected one, apart from capitals, outer space and a full
    stop.
    """
    return JudgedTrial(
        scene=scene,
        condition=trial.condition,
        pair=trial.pair,
        is_right=_plain(text) == _plain(trial.answer)
        if trial.is_right is None
        else trial.is_right(text),
        cluster=trial.cluster,
    )


def _plain(text: str) -> str:
    return text.strip().rstrip(".").casefold()


T95 = (12.71, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262)  # of 1 to 9 more seeds
SLIGHT = 5.0  # points that a condition may lose and still count as unharmed


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """A condition's share of right answers is in per cent, with a 95 % interval clustered by
    picture, or as the trials say.

    `change` is the difference from the experiment's baseline on the same questions, with its own
    interval; None for the baseline.
    """

    condition: str
    asked: int
    value: float
    low: float
    high: float
    change: tuple[float, float, float] | None = None
    by_seed: tuple[float, ...] = ()

    @property
    def told(self) -> str:
        """The share is told with its interval."""
        return f"{self.value:.1f} ({self.low:.1f} to {self.high:.1f})"

    @property
    def loss(self) -> float:
        """The condition lies so many points below the baseline."""
        return 0.0 if self.change is None else -self.change[0]

    @property
    def is_lower(self) -> bool:
        """The condition is below the baseline, and chance alone would hardly put it there."""
        return self.change is not None and self.change[2] < 0

    @property
    def is_higher(self) -> bool:
        """The condition is above the baseline, and chance alone would hardly put it there."""
        return self.change is not None and self.change[1] > 0


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Decline:
    """These conditions clearly lose; `is_none` is set if it is sure that none loses more than
    SLIGHT.
    """

    clear: tuple[str, ...]
    is_none: bool

    @property
    def held(self) -> bool | None:
        """The claim that nothing is lost held or did not; None where the intervals are too wide."""
        if self.clear:
            return False
        return True if self.is_none else None

    @property
    def words(self) -> str:
        """A sentence names the conditions that lose."""
        if self.clear:
            return f"lost more than {SLIGHT:g} points: {', '.join(self.clear)}"
        if self.is_none:
            return f"none lost more than {SLIGHT:g} points"
        return f"no clear loss, but intervals reach beyond {SLIGHT:g} points; ask about more scenes"


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class ClaimVerdict:
    """A claim held here or did not, and a sentence says so; None where it cannot be told."""

    held: bool | None
    words: str


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """A further claim is judged beside the report's own."""

    claim: str
    verdict: ClaimVerdict


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Findings:
    """Every condition has a finding, in the experiment's order."""

    rows: tuple[Finding, ...]

    def __getitem__(self, condition: str) -> Finding:
        for row in self.rows:
            if row.condition == condition:
                return row
        raise UsageError(f"nothing was asked under {condition!r}; ask about more scenes")

    def __contains__(self, condition: object) -> bool:
        return any(row.condition == condition for row in self.rows)

    def harmed(self, conditions: Iterable[str] | None = None) -> Decline:
        """The conditions (by default all) are checked for a loss against the baseline: a clear
        one, of more than SLIGHT.
        """
        rows = [row for row in self.rows if row.change is not None]
        if conditions is not None:
            asked = set(conditions)
            rows = [row for row in rows if row.condition in asked]
        clear = tuple(r.condition for r in rows if r.is_lower and r.loss > SLIGHT)
        is_sure = all(r.change is not None and r.change[1] >= -SLIGHT for r in rows)
        return Decline(clear=clear, is_none=is_sure and bool(rows))

    def better(self, condition: str) -> ClaimVerdict:
        """The claim is that a condition is above the baseline, and that chance would hardly put
        it there.
        """
        row = self[condition]
        if row.change is None:
            raise UsageError(f"{condition!r} is the baseline itself")
        base = next(other for other in self.rows if other.change is None)
        words = (
            f"{row.condition} {row.value:.1f} %, {base.condition} {base.value:.1f} %: "
            "{:+.1f} points ({:+.1f} to {:+.1f})".format(*row.change)
        )
        held = row.is_higher if row.is_higher or row.is_lower else None
        return ClaimVerdict(held=held, words=words)

    def against(self, condition: str, other: str) -> ClaimVerdict:
        """The claim is that a condition is above another one, compared seed by seed."""
        rows = self[condition], self[other]
        pairs = zip(rows[0].by_seed, rows[1].by_seed, strict=True)
        apart, low, high = _over_seeds([(mine - theirs) / 100 for mine, theirs in pairs])
        words = (
            f"{condition} {rows[0].value:.1f} %, {other} {rows[1].value:.1f} %: "
            f"{apart:+.1f} points ({low:+.1f} to {high:+.1f})"
        )
        return ClaimVerdict(held=True if low > 0 else False if high < 0 else None, words=words)

    @property
    def spread(self) -> float:
        """The highest share lies so far above the lowest."""
        values = [row.value for row in self.rows]
        return max(values) - min(values)


def found_over_seeds(
    shares: Mapping[str, Sequence[float]], baselines: Mapping[str, str]
) -> Findings:
    """Each condition has a share of right answers for every seed, and a condition that it is
    compared with; the findings are means, with Student's intervals over seeds.
    """
    rows = []
    for condition, own in shares.items():
        value, low, high = _over_seeds(own)
        base = baselines.get(condition)
        apart = None if base is None else [a - b for a, b in zip(own, shares[base], strict=True)]
        rows.append(
            Finding(
                condition=condition,
                asked=len(own),
                value=value,
                low=max(low, 0.0),
                high=min(high, 100.0),
                change=None if apart is None else _over_seeds(apart),
                by_seed=tuple(100 * share for share in own),
            )
        )
    return Findings(rows=tuple(rows))


def _over_seeds(values: Sequence[float]) -> tuple[float, float, float]:
    """The mean is in per cent, with its interval; with one seed that is the whole range."""
    percents = 100 * np.array(values)
    mean, more = float(percents.mean()), len(values) - 1
    if more == 0:
        return mean, -100.0, 100.0
    spread = float(percents.std(ddof=1)) / len(values) ** 0.5
    half = spread * T95[min(more, len(T95)) - 1]
    return mean, mean - half, mean + half


def found_in(
    answers: Sequence[JudgedTrial], conditions: Iterable[str], *, baseline: str | None = None
) -> Findings:
    """The findings are the share of right answers under each condition, and its difference from
    the baseline's.
    """
    rows = []
    for condition in conditions:
        own = [answer for answer in answers if answer.condition == condition]
        if not own:
            continue
        clusters = _clusters(own)
        within = interval(ACCURACY, clusters)
        rows.append(
            Finding(
                condition=condition,
                asked=len(own),
                value=100 * float(ACCURACY.value(clusters.total)),
                low=100 * within.low,
                high=100 * within.high,
                change=_change(answers, own, baseline),
            )
        )
    return Findings(rows=tuple(rows))


def found_in_runs(
    runs: Sequence[Sequence[JudgedTrial]], conditions: Sequence[str], *, baseline: str | None = None
) -> Findings:
    """Models from several seeds answered the same questions, one run each: pairs are formed
    within a run, and scenes are clusters over all runs. The spread over seeds (Student's) is
    added to the spread over scenes, as squares; a single run has none to add.
    """
    by_run = [found_in(run, conditions, baseline=baseline) for run in runs]
    numbered = [
        replace(one, pair=f"{number} {one.pair}") for number, run in enumerate(runs) for one in run
    ]
    rows = []
    for row in found_in(numbered, conditions, baseline=baseline).rows:
        own = [found[row.condition] for found in by_run if row.condition in found]
        low, high = _with_seeds((row.value, row.low, row.high), [one.value for one in own])
        change = row.change
        if change is not None:
            apart = [one.change[0] for one in own if one.change is not None]
            change = (change[0], *_with_seeds(change, apart))
        rows.append(
            replace(
                row,
                low=max(low, 0.0),
                high=min(high, 100.0),
                change=change,
                by_seed=tuple(one.value for one in own),
            )
        )
    return Findings(rows=tuple(rows))


def _with_seeds(told: tuple[float, float, float], by_seed: Sequence[float]) -> tuple[float, float]:
    """An interval in per cent is widened by the spread over seeds."""
    value, low, high = told
    if len(by_seed) < 2:
        return low, high
    _, _, end = _over_seeds([one / 100 for one in by_seed])
    more = end - float(np.mean(by_seed))
    return value - math.hypot(value - low, more), value + math.hypot(high - value, more)


def _change(
    answers: Sequence[JudgedTrial], own: Sequence[JudgedTrial], baseline: str | None
) -> tuple[float, float, float] | None:
    """The paired difference from the baseline is in points, with its interval."""
    if baseline is None or own[0].condition == baseline:
        return None
    base = {(a.scene, a.pair): a for a in answers if a.condition == baseline}
    shared = [answer for answer in own if (answer.scene, answer.pair) in base]
    if not shared:
        return None
    before = [base[answer.scene, answer.pair] for answer in shared]
    apart = difference(ACCURACY, _clusters(before), _clusters(shared))
    return 100 * apart.value, 100 * apart.interval.low, 100 * apart.interval.high


def _clusters(answers: Sequence[JudgedTrial]) -> Clusters:
    rows = np.array([[float(answer.is_right), 1.0] for answer in answers])
    return Clusters.of(rows, np.array([answer.cluster or answer.scene for answer in answers]))
