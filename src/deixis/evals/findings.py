"""Findings are the shares of right answers under each condition of an experiment, with
intervals, and what they say of a claim.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import final

import numpy as np

from deixis.ask.composer import Pointed
from deixis.core.errors import UsageError
from deixis.core.image import Image
from deixis.core.region import Region
from deixis.evals.statistics.effects import (
    LEVEL,
    Effect,
    Judged,
    coded,
    effect_of,
    share_of,
)
from deixis.evals.statistics.families import holm


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Trial:
    """A trial is one question under one condition.

    `text` has a `{slot}` for each of `regions`. Trials of one picture that differ in nothing but
    their condition share a `pair`; only those are compared. `is_right` judges the answer where more
    than the very words of `answer` are right. `notes` are what is known of the picture, for a model
    that is asked with knowledge. `cluster` is the drawing that is asked about, by its name and
    artist: answers about one go together, whatever the scene.
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
    """A trial was answered rightly or not, under this condition and in this scene, by the model
    of this seed.
    """

    scene: int
    condition: str
    pair: str
    is_right: bool
    cluster: str = ""
    seed: int = 0


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


SLIGHT = 5.0  # points that a condition may lose and still count as unharmed
UNTESTABLE = {
    "floor": "Floor: not testable",
    "ceiling": "Ceiling: not testable",
    "gate": "Not judged: a gate was not passed",
}


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """A condition's share of right answers is in per cent, with a 95 % interval over seeds and
    drawings.

    `change` is the difference from `base`, which it is compared with, on the same questions; None
    for a condition that is compared with none.
    """

    condition: str
    asked: int
    value: float
    low: float
    high: float
    change: Effect | None = None
    base: str = ""
    by_seed: tuple[float, ...] = ()
    num_clusters: int = 0

    @property
    def told(self) -> str:
        """The share is told with its interval."""
        return f"{self.value:.1f} ({self.low:.1f} to {self.high:.1f})"


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class ClaimVerdict:
    """A claim held here or did not, and a sentence says so; None where it cannot be told.

    `chance`: data without what is claimed would say so as clearly so often; `corrected` is what
    that amounts to among other claims. `untestable` is a key of UNTESTABLE where no data like
    these could tell.
    """

    held: bool | None
    words: str
    chance: float | None = None
    corrected: float | None = None
    untestable: str = ""

    @property
    def told(self) -> str:
        """The outcome is told in a few words."""
        outcomes = {True: "Held here", False: "Did not hold here", None: "Cannot be told"}
        return UNTESTABLE.get(self.untestable, outcomes[self.held])


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """A further claim is judged beside the report's own."""

    claim: str
    verdict: ClaimVerdict


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Findings:
    """Every condition has a finding, in the experiment's order.

    `guesses` are what a model without the picture would have right under a condition, in per cent
    (`statistics.guesses`).
    """

    rows: tuple[Finding, ...]
    answers: tuple[JudgedTrial, ...] = field(default=(), repr=False, compare=False)
    guesses: Mapping[str, float] = field(default_factory=dict)
    is_training: bool = False

    def __getitem__(self, condition: str) -> Finding:
        for row in self.rows:
            if row.condition == condition:
                return row
        raise UsageError(f"nothing was asked under {condition!r}; ask about more scenes")

    def __contains__(self, condition: object) -> bool:
        return any(row.condition == condition for row in self.rows)

    def change(self, condition: str) -> Effect:
        """The condition's difference from the one that it is compared with."""
        found = self[condition].change
        if found is None:
            raise UsageError(f"{condition!r} is compared with nothing that was asked the same")
        return found

    def effect(self, weights: Mapping[str, int]) -> Effect:
        """Shares of right answers are added with these weights, question by question: +1 and -1
        for a difference, two of each for that of two gains.
        """
        found = _effect(self.answers, weights, is_training=self.is_training)
        if found is None:
            raise UsageError(f"no question was asked under all of {', '.join(weights)}")
        return found

    def better(self, condition: str) -> ClaimVerdict:
        """The claim is that a condition is above the one that it is compared with."""
        effect, row = self.change(condition), self[condition]
        words = f"{condition} {row.value:.1f} %, {row.base} {self[row.base].value:.1f} %: {effect}"
        return self.limited(is_above(effect, words), (row.base, condition))

    def against(self, condition: str, other: str) -> ClaimVerdict:
        """The claim is that a condition is above another one, on the same questions."""
        effect = self.effect({condition: 1, other: -1})
        words = (
            f"{condition} {self[condition].value:.1f} %, {other} {self[other].value:.1f} %: "
            f"{effect}"
        )
        return self.limited(is_above(effect, words), (condition, other))

    def gains_apart(self, gain: tuple[str, str], other: tuple[str, str]) -> ClaimVerdict:
        """The claim is that the first pair's gain, of its first condition over its second, is above
        the other pair's, on questions that were asked under all of them.
        """
        effect = self.effect({gain[0]: 1, gain[1]: -1, other[0]: -1, other[1]: 1})
        gains = [self.effect({one[0]: 1, one[1]: -1}).value for one in (gain, other)]
        words = f"{gain[0]} {gains[0]:+.1f}, {other[0]} {gains[1]:+.1f}: {effect}"
        return self.limited(is_above(effect, words), (*gain, *other))

    def harmed(
        self, conditions: Iterable[str] | None = None, *, margin: float = SLIGHT
    ) -> ClaimVerdict:
        """The claim is that none of the conditions (by default all) loses more than the margin.

        It held where the interval of each ends above the loss; it did not where one is clearly
        below it, after Holm's correction over the conditions.
        """
        asked = None if conditions is None else set(conditions)
        rows = [one for one in self.rows if asked is None or one.condition in asked]
        changes = {one.condition: one.change for one in rows if one.change is not None}
        if not changes:
            return ClaimVerdict(held=None, words="nothing was asked that could lose")
        lost = [_beyond(one, -margin) for one in changes.values()]
        kept = [one.chance(-margin) if one.value > -margin else 1.0 for one in changes.values()]
        clear = [name for name, p in zip(changes, holm(lost), strict=True) if p < LEVEL]
        if clear:
            words = f"lost more than {margin:g} points: {', '.join(clear)}"
            return ClaimVerdict(held=False, words=words, chance=min(holm(lost)))
        if max(kept) >= LEVEL:
            words = f"no clear loss, but intervals reach beyond {margin:g} points"
            words = f"{words}; ask about more scenes"
        else:
            words = f"none lost more than {margin:g} points"
        held = True if max(kept) < LEVEL else None
        found = ClaimVerdict(held=held, words=words, chance=max(kept))
        bases = list(dict.fromkeys(one.base for one in rows if one.base))
        return self.limited(found, bases, margin=margin)

    def alike(self, conditions: Sequence[str], *, margin: float = SLIGHT) -> ClaimVerdict:
        """The claim is that no two of the conditions differ by more than the margin: two one-sided
        tests of each pair, all of which have to pass; a difference that was not found is no proof.
        """
        pairs = {two: self.effect({two[0]: 1, two[1]: -1}) for two in combinations(conditions, 2)}
        same = [
            max(one.chance(margin), one.chance(-margin)) if abs(one.value) < margin else 1.0
            for one in pairs.values()
        ]
        apart = holm([min(_beyond(one, -margin), _beyond(one, margin)) for one in pairs.values()])
        widest = max(pairs, key=lambda two: abs(pairs[two].value))
        words = f"most apart are {widest[0]} and {widest[1]}: {pairs[widest]}"
        if min(apart) < LEVEL:
            return ClaimVerdict(held=False, words=words, chance=min(apart))
        held = True if max(same) < LEVEL else None
        found = ClaimVerdict(held=held, words=words, chance=max(same))
        return self.limited(found, conditions, margin=margin)

    def limited(
        self, verdict: ClaimVerdict, conditions: Sequence[str], *, margin: float = 0.0
    ) -> ClaimVerdict:
        """Nothing can be told of conditions that are all at a guess (or, with a margin, closer to
        it than that), nor of their equality where all are nearly perfect.
        """
        rows = [self[condition] for condition in conditions]
        guesses = [self.guesses.get(condition) for condition in conditions]
        known = [(row, one) for row, one in zip(rows, guesses, strict=True) if one is not None]
        if rows and len(known) == len(rows) and all(r.low <= g + margin for r, g in known):
            told = ", ".join(f"{row.condition} {row.told} %" for row in rows)
            words = f"a guess is right on {max(g for _, g in known):.1f} %, and {told}"
            return ClaimVerdict(held=None, words=words, untestable="floor")
        is_equality = verdict.held is None or margin > 0
        if is_equality and rows and all(row.value > 100 - SLIGHT for row in rows):
            return ClaimVerdict(held=None, words=verdict.words, untestable="ceiling")
        return verdict


def is_above(effect: Effect, words: str, *, border: float = 0.0) -> ClaimVerdict:
    """The claim is that an effect is above a border, by more than chance would put it there."""
    chance = effect.chance(border)
    held = effect.value > border if chance < LEVEL else None
    return ClaimVerdict(held=held, words=words, chance=chance)


def all_of(verdicts: Iterable[ClaimVerdict], words: str = "") -> ClaimVerdict:
    """The claim is that all of these hold: not if one does not, and it cannot be told if one can
    not. That any of several does not hold is corrected for how many they are.
    """
    found = list(verdicts)
    told = words or "; ".join(one.words for one in found)
    refuting = [len(found) * (one.chance or 0.0) for one in found if one.held is False]
    if refuting and min(refuting) < LEVEL:
        return ClaimVerdict(held=False, words=told, chance=min(refuting))
    untestable = next((one.untestable for one in found if one.untestable), "")
    held = True if found and all(one.held for one in found) else None
    chances = [one.chance for one in found if one.chance is not None and not refuting]
    return ClaimVerdict(
        held=held, words=told, chance=max(chances, default=None), untestable=untestable
    )


def _beyond(effect: Effect, border: float) -> float:
    """The chance that an effect as far beyond the border, from zero on, is within it."""
    is_beyond = effect.value > border if border > 0 else effect.value < border
    return effect.chance(border) if is_beyond else 1.0


def found_in(
    answers: Sequence[JudgedTrial],
    conditions: Iterable[str],
    *,
    baseline: str | Mapping[str, str] | None = None,
    guesses: Mapping[str, float] | None = None,
    is_training: bool = False,
) -> Findings:
    """The findings are the share of right answers under each condition, and its difference from
    the baseline's, or from that of its own baseline.

    Answers to models of several seeds are told apart by their `seed`, and compared within it.
    `is_training`: the claim is about a training, of which a single seed tells nothing.
    """
    by_condition: dict[str, list[JudgedTrial]] = {}
    for answer in answers:
        by_condition.setdefault(answer.condition, []).append(answer)
    rows = []
    for condition in conditions:
        own = by_condition.get(condition)
        if own is None:
            continue
        judged = _judged(own, [float(answer.is_right) for answer in own])
        within = share_of(judged, is_training=is_training)
        base = baseline.get(condition) if isinstance(baseline, Mapping) else baseline
        change = None
        if base is not None and base != condition:
            change = _effect(answers, {condition: 1, base: -1}, is_training=is_training)
        rows.append(
            Finding(
                condition=condition,
                asked=len(own),
                value=100 * float(judged.values.mean()),
                low=100 * within.low,
                high=100 * within.high,
                change=change,
                base=base if change is not None and base is not None else "",
                by_seed=tuple(
                    100 * float(judged.values[judged.seeds == seed].mean())
                    for seed in sorted(set(judged.seeds.tolist()))
                ),
                num_clusters=len(set(judged.clusters.tolist())),
            )
        )
    return Findings(
        rows=tuple(rows),
        answers=tuple(answers),
        guesses=dict(guesses or {}),
        is_training=is_training,
    )


def _effect(
    answers: Sequence[JudgedTrial], weights: Mapping[str, int], *, is_training: bool
) -> Effect | None:
    """The weighted sum is taken of each question that was asked under all conditions."""
    matched: dict[tuple[int, int, str, int], dict[str, JudgedTrial]] = {}
    seen: Counter[tuple[str, int, int, str]] = Counter()
    for answer in answers:
        if answer.condition in weights:
            asked = (answer.seed, answer.scene, answer.pair)
            again = seen[answer.condition, *asked]  # the same question may be asked twice
            matched.setdefault((*asked, again), {})[answer.condition] = answer
            seen[answer.condition, *asked] += 1
    whole = [found for found in matched.values() if len(found) == len(weights)]
    if not whole:
        return None
    values = [
        float(sum(weight * found[name].is_right for name, weight in weights.items()))
        for found in whole
    ]
    first = next(iter(weights))
    judged = _judged([found[first] for found in whole], values)
    reach = float(sum(weight for weight in weights.values() if weight > 0))
    return effect_of(judged, reach=reach, is_training=is_training)


def _judged(answers: Sequence[JudgedTrial], values: Sequence[float]) -> Judged:
    return Judged(
        values=np.array(values, dtype=float),
        seeds=np.array([answer.seed for answer in answers], dtype=np.int64),
        clusters=coded([answer.cluster or answer.scene for answer in answers]),
        pictures=coded([answer.scene for answer in answers]),
    )
