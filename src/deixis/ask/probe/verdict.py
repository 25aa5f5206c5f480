"""What the answers say of a dialect: which meaning their numbers have, how sure that is, in whose
form they are written, or why it cannot be told.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias, final

import numpy as np
from jaxtyping import Bool

from deixis.ask.probe.forms import known_forms
from deixis.ask.probe.likelihood import (
    Hypotheses,
    Meaning,
    PlaceAnswer,
    in_order,
    region_shares,
)
from deixis.ask.probe.mixture import mixture
from deixis.ask.probe.natives import natives, num_settings, with_resize
from deixis.ask.probe.posterior import (
    Posterior,
    ShownPlaces,
    alike,
    is_native,
    likeness_of,
    posterior,
)
from deixis.coordinates.resizing import Resize
from deixis.core.region import Region

Reason: TypeAlias = Literal["", "silent", "noise", "mixed", "unsure", "unreadable"]
FORM_POWER = 4.0  # log-odds of a whole form against none, for each answer
LEAST_ANSWERS = 6
LEAST_RIGHT, LEAST_KNOWN = 0.5, 0.65  # of the answers
LEAST_SURE = 0.95
LEAST_ODDS = math.log(1e4)  # against numbers by lot, by the best meaning
CLOSE_READING = 0.02  # of the side
LEAST_READ = 0.7  # of the answers, by a dialect that is to read them


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Ranked:
    """A name of something that may be so, and how likely it is."""

    name: str
    probability: float


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class DialectVerdict:
    """What was inferred. `reason` is empty where it can be told, and `why` says the same in words.

    `dialects` cannot be told apart by these answers; the first is to be used. `alike` are the
    meanings that no picture of these told from `meaning`. `sure` is the probability of all of them
    together.
    """

    reason: Reason
    why: str
    meaning: Meaning | None
    alike: tuple[str, ...]
    sure: float
    dialects: tuple[str, ...]
    dialect_sure: float
    ranked: tuple[Ranked, ...]
    ranked_dialects: tuple[Ranked, ...]
    share_right: float
    share_known: float
    log_odds: float

    @property
    def is_told(self) -> bool:
        """Whether the model's dialect can be told."""
        return not self.reason

    @property
    def dialect(self) -> str | None:
        """The dialect to use, where it can be told."""
        return self.dialects[0] if self.is_told else None

    @property
    def resize(self) -> Resize | None:
        """The resize whose pixels the dialect counts, where it has to be told one."""
        if self.dialect is None or self.meaning is None or self.meaning.space is None:
            return None
        return self.meaning.space.resize

    @property
    def space(self) -> str | None:
        """What its numbers count; None where only its dialect itself can say."""
        known = self.meaning is not None and self.meaning.space is not None
        return self.meaning.space.name if known else None  # type: ignore[union-attr]  # both are

    @property
    def order(self) -> str | None:
        """The order of the axes."""
        return None if self.meaning is None else self.meaning.order


def judged(answers: Sequence[PlaceAnswer], *, found: Posterior | None = None) -> DialectVerdict:
    """The verdict on all answers that there are."""
    placed = [answer for answer in answers if answer.has_place]
    if len(placed) < LEAST_ANSWERS:
        why = f"{len(placed)} of {len(answers)} answers hold a place"
        return _untold("silent", why)
    found = found or posterior(answers)
    shown = ShownPlaces.of(placed)
    best = int(found.logs.argmax())
    meaning = found.hypotheses.meanings[best]
    near = alike(found.hypotheses, best, shown)
    sure = float(found.probabilities[near].sum())
    right, known = found.evidence.shares()
    forms = _forms(placed, found.hypotheses, near, best)
    reason, why = _reason(found, best, sure, (float(right[best]), float(known[best])), shown)
    if not reason and not forms:
        reason, why = "unreadable", f"no dialect of Deixis reads this: {meaning.told}"
    names, dialect_sure = _leaders(forms)
    return DialectVerdict(
        reason=reason,
        why=why,
        meaning=meaning,
        alike=_names(found, near, but=best),
        sure=sure,
        dialects=names,
        dialect_sure=dialect_sure,
        ranked=_ranked(found, shown),
        ranked_dialects=tuple(forms[:8]),
        share_right=float(right[best]),
        share_known=float(known[best]),
        log_odds=float(found.odds[best]),
    )


def _untold(reason: Reason, why: str) -> DialectVerdict:
    return DialectVerdict(
        reason=reason,
        why=why,
        meaning=None,
        alike=(),
        sure=0.0,
        dialects=(),
        dialect_sure=0.0,
        ranked=(),
        ranked_dialects=(),
        share_right=0.0,
        share_known=0.0,
        log_odds=0.0,
    )


def _reason(
    found: Posterior, best: int, sure: float, shares: tuple[float, float], shown: ShownPlaces
) -> tuple[Reason, str]:
    """Why it cannot be told; empty where it can."""
    mixed = mixture(found, best, shown)
    if mixed is not None:
        return "mixed", f"answers of two kinds: {mixed}"
    right, known = shares
    if found.odds[best] < LEAST_ODDS or right < LEAST_RIGHT or known < LEAST_KNOWN:
        return "noise", (
            f"by the best reading {right:.0%} of the answers are about what was asked for and "
            f"{1 - known:.0%} about nothing in the picture"
        )
    if sure < LEAST_SURE:
        return "unsure", f"{sure:.0%} sure of the likeliest"
    return "", ""


def _forms(
    placed: Sequence[PlaceAnswer], of: Hypotheses, near: Bool[np.ndarray, " meaning"], best: int
) -> list[Ranked]:
    """The dialects that read these answers with this meaning, by how much the answers have of
    their form.
    """
    names = known_forms().names
    meanings = [of.meanings[i] for i in np.flatnonzero(near)]
    total = FORM_POWER * likeness_of(placed).sum(0)
    logs: Mapping[str, float] = {
        name: float(total[i])
        for i, name in enumerate(names)
        if _reads(name, placed, of.meanings[best], meanings)
    }
    if not logs:
        return []
    top = max(logs.values())
    weights = {name: math.exp(log - top) for name, log in logs.items()}
    whole = sum(weights.values())
    found = [Ranked(name=name, probability=weight / whole) for name, weight in weights.items()]
    # of equals the dialect that has the meaning, not one that is alike; then the plainest
    found.sort(key=lambda one: num_settings(one.name))
    found.sort(key=lambda one: not is_native(one.name, of.meanings[best]))
    return sorted(found, key=lambda one: -round(one.probability, 3))


def _reads(
    name: str, placed: Sequence[PlaceAnswer], best: Meaning, near: Sequence[Meaning]
) -> bool:
    """Whether a dialect reads most of the answers as the meaning has them."""
    if best.dialect is not None:
        return name == best.dialect
    native = any(natives()[name].has(meaning) for meaning in near)
    resize = None if native or best.space is None else best.space.resize
    if with_resize(name, resize) is None or not (native or resize is not None):
        return False
    num = sum(_agrees(_regions_of(name, resize, one), one, best) for one in placed)
    return num >= LEAST_READ * len(placed)


@lru_cache(maxsize=4096)
def _regions_of(name: str, resize: Resize | None, answer: PlaceAnswer) -> tuple[Region, ...]:
    """What a dialect reads in an answer; each is judged many times."""
    dialect = with_resize(name, resize)
    assert dialect is not None
    return dialect.read(answer.text, answer.picture.size).regions


def _agrees(regions: Sequence[Region], answer: PlaceAnswer, best: Meaning) -> bool:
    """Whether the first region lies where the meaning puts the first group."""
    if best.dialect is not None:
        return best.dialect in answer.own
    if not regions or best.space is None or not answer.written.groups:
        return False
    numbers = in_order(answer.written.groups[0].numbers, best.order)
    step_x, step_y, start_x, start_y = best.space.line(answer.picture.size)
    there = (numbers.reshape(-1, 2) - (start_x, start_y)) / (step_x, step_y)
    read = np.array(region_shares(regions[0], answer.picture)).reshape(-1, 2)
    return bool(np.abs(there.mean(0) - read.mean(0)).max() <= CLOSE_READING)


def _leaders(forms: Sequence[Ranked]) -> tuple[tuple[str, ...], float]:
    """The likeliest dialects that cannot be told apart, and how likely they are together."""
    if not forms:
        return (), 0.0
    top = forms[0].probability
    tied = [one for one in forms if one.probability >= 0.8 * top]
    return tuple(one.name for one in tied), sum(one.probability for one in tied)


def _names(found: Posterior, near: Bool[np.ndarray, " meaning"], *, but: int) -> tuple[str, ...]:
    chosen = [i for i in np.flatnonzero(near) if i != but]
    chosen.sort(key=lambda i: -found.logs[i])
    return tuple(found.hypotheses.meanings[i].told for i in chosen)


def _ranked(found: Posterior, shown: ShownPlaces, count: int = 8) -> tuple[Ranked, ...]:
    """The likeliest meanings, those that are alike as one."""
    left = found.probabilities.copy()
    ranked: list[Ranked] = []
    while len(ranked) < count and left.max() > 1e-6:
        best = int(left.argmax())
        near = alike(found.hypotheses, best, shown)
        ranked.append(
            Ranked(name=found.hypotheses.meanings[best].told, probability=float(left[near].sum()))
        )
        left[near] = 0.0
    return tuple(ranked)
