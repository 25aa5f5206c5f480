"""An effect is a difference between arms, with an interval over seeds and over drawings.

Answers of one model go together, and so do those about one drawing, whoever gives them. So an
effect has two errors: one over seeds alone, by the few that there are, and one over drawings with
the seeds' share added. A claim has to pass both, and the wider interval is the one that is told.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
from jaxtyping import Float, Int

from deixis.evals.intervals import Interval, wilson
from deixis.evals.statistics.distributions import student_chance, student_quantile

LEVEL = 0.05  # of all tests, both tails together


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """Numbers are judged of answers, in order: which seed's model gave each, about which drawing,
    on which picture.
    """

    values: Float[np.ndarray, " answer"]
    seeds: Int[np.ndarray, " answer"]
    clusters: Int[np.ndarray, " answer"]
    pictures: Int[np.ndarray, " answer"]


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class StandardError:
    """An estimate is off by about this much; so many degrees of freedom stand behind the guess."""

    size: float
    freedom: float

    def half(self, level: float = LEVEL) -> float:
        """An interval reaches so far to either side."""
        return self.size * student_quantile(1 - level / 2, self.freedom) if self.size else 0.0


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class VarianceParts:
    """The variance of a mean has parts: what seeds vary by (`seeds`), what drawings do
    (`drawings`), and what is in both of these, since it is of single answers (`noise`).
    """

    seeds: float
    drawings: float
    noise: float
    num_seeds: int
    num_drawings: int
    num_answers: int

    @property
    def seeds_alone(self) -> float:
        """The seeds' part, without the noise in it."""
        return max(0.0, self.seeds - self.noise)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Effect:
    """An effect is in points, with its 95 % interval and what it rests on."""

    value: float
    low: float
    high: float
    num_questions: int
    num_clusters: int
    num_seeds: int
    errors: tuple[StandardError, ...]

    def half(self, level: float = LEVEL) -> float:
        """The wider interval reaches so far to either side."""
        return max(error.half(level) for error in self.errors)

    def chance(self, border: float = 0.0) -> float:
        """An effect at the border would look as far from it as this one, in either direction, so
        often: the interval of this level ends at the border.
        """
        away = abs(self.value - border)
        return max(
            student_chance(away / error.size if error.size else math.inf, error.freedom)
            for error in self.errors
        )

    def __str__(self) -> str:
        return f"{self.value:+.1f} points ({self.low:+.1f} to {self.high:+.1f})"


def effect_of(judged: Judged, *, reach: float = 1.0, is_training: bool = False) -> Effect:
    """The mean of the values is the effect; none is beyond `reach`, on either side.

    `is_training`: the claim is about a training, of which one seed tells nothing.
    """
    spread = variance_parts(judged)
    value, errors = float(judged.values.mean()), _errors(judged, spread, reach)
    if is_training and spread.num_seeds == 1:
        errors = (StandardError(size=reach, freedom=1),)
    half = max(error.half() for error in errors)
    return Effect(
        value=100 * value,
        low=max(-100 * reach, 100 * (value - half)),
        high=min(100 * reach, 100 * (value + half)),
        num_questions=spread.num_answers,
        num_clusters=spread.num_drawings,
        num_seeds=spread.num_seeds,
        errors=tuple(
            StandardError(size=100 * error.size, freedom=error.freedom) for error in errors
        ),
    )


def apart(first: Effect, second: Effect) -> Effect:
    """The first less the second, of other questions and drawings: their errors are added as
    squares (Welch).
    """
    errors = [max(one.errors, key=StandardError.half) for one in (first, second)]
    whole = sum(error.size**2 for error in errors)
    below = sum((error.size**2 / whole) ** 2 / error.freedom for error in errors)
    error = StandardError(size=math.sqrt(whole), freedom=1 / below)
    value = first.value - second.value
    return Effect(
        value=value,
        low=value - error.half(),
        high=value + error.half(),
        num_questions=first.num_questions + second.num_questions,
        num_clusters=first.num_clusters + second.num_clusters,
        num_seeds=min(first.num_seeds, second.num_seeds),
        errors=(error,),
    )


def share_of(judged: Judged, *, is_training: bool = False) -> Interval:
    """A share gets Wilson's interval for as many independent answers as its error amounts to."""
    spread = variance_parts(judged)
    if is_training and spread.num_seeds == 1:
        return Interval(low=0.0, high=1.0, method="none: one seed")
    share = float(judged.values.mean())
    alone = share * (1 - share)
    if alone == 0:
        found = wilson(share * spread.num_drawings, spread.num_drawings)
    else:
        widest = max(_errors(judged, spread, 0.0), key=StandardError.half)
        effective = alone / max(widest.size**2, alone / (spread.num_answers + 1))
        quantile = student_quantile(1 - LEVEL / 2, widest.freedom)
        found = wilson(share * effective, effective, quantile)
    return Interval(low=found.low, high=found.high, method="wilson, by seeds and drawings")


def variance_parts(judged: Judged) -> VarianceParts:
    """The parts of the variance of the mean are estimated from sums over seeds, drawings and
    pictures.
    """
    away = (judged.values - judged.values.mean()) / len(judged.values)
    _, seed = np.unique(judged.seeds, return_inverse=True)
    _, drawing, asked = np.unique(judged.clusters, return_inverse=True, return_counts=True)
    num_seeds, num_drawings = int(seed.max()) + 1, len(asked)
    cells = np.zeros((num_seeds, num_drawings))
    np.add.at(cells, (seed, drawing), away)
    by_seed = cells.sum(1)
    own = cells - cells.mean(0) - by_seed[:, None] * asked / asked.sum()
    return VarianceParts(
        seeds=_corrected(by_seed),
        drawings=_by_drawing(away, drawing, judged.pictures),
        noise=float((own**2).sum()) * _unbiased(num_seeds) * _unbiased(num_drawings),
        num_seeds=num_seeds,
        num_drawings=num_drawings,
        num_answers=len(away),
    )


def _by_drawing(
    away: Float[np.ndarray, " answer"],
    drawing: Int[np.ndarray, " answer"],
    picture: Int[np.ndarray, " answer"],
) -> float:
    """Answers on one picture go together too, where it is asked about several drawings."""
    _, place = np.unique(picture, return_inverse=True)
    _, both = np.unique(drawing.astype(np.int64) * len(away) + place, return_inverse=True)
    parts = [_corrected(np.bincount(key, weights=away)) for key in (drawing, place, both)]
    return max(parts[0], parts[1], parts[0] + parts[1] - parts[2])


def _corrected(sums: Float[np.ndarray, " group"]) -> float:
    return float((sums**2).sum()) * _unbiased(len(sums))


def _unbiased(count: int) -> float:
    return count / (count - 1) if count > 1 else 1.0


def _errors(judged: Judged, spread: VarianceParts, reach: float) -> tuple[StandardError, ...]:
    """Over seeds if there are several, then over drawings with the seeds' part (Satterthwaite).

    Two answers that changed, one either way, are added to those that are independent in effect
    (as Agresti and Bonett do): that none changed among few does not say that none would.
    """
    if spread.num_drawings < 2:
        return (StandardError(size=max(reach, 1.0), freedom=1),)
    alone = float((judged.values**2).mean() - judged.values.mean() ** 2)
    effective = alone / spread.drawings if spread.drawings else float(spread.num_drawings)
    drawings = spread.drawings + 2 * reach**2 / (min(effective, spread.num_answers) + 2) ** 2
    return errors_of(spread, drawings)


def errors_of(spread: VarianceParts, drawings: float) -> tuple[StandardError, ...]:
    """The errors of a mean whose drawings' part of the variance is `drawings`."""
    seeds, num_seeds = spread.seeds_alone, spread.num_seeds
    whole = max(seeds + drawings, 1e-18)
    parts = ((seeds, max(num_seeds - 1, 1)), (drawings, spread.num_drawings - 1))
    below = sum((part / whole) ** 2 / freedom for part, freedom in parts)
    over_drawings = StandardError(size=math.sqrt(whole), freedom=1 / max(below, 1e-9))
    if num_seeds == 1:
        return (over_drawings,)
    return (StandardError(size=math.sqrt(spread.seeds), freedom=num_seeds - 1), over_drawings)


def coded(keys: Sequence[object]) -> Int[np.ndarray, " answer"]:
    """Equal keys get equal numbers."""
    numbers: dict[object, int] = {}
    return np.array([numbers.setdefault(key, len(numbers)) for key in keys], dtype=np.int64)
