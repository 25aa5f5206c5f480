"""How many drawings and seeds a question needs follows from what answers varied by before."""

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import final

from deixis.core.errors import UsageError
from deixis.evals.statistics.distributions import variance_quantile
from deixis.evals.statistics.effects import LEVEL, VarianceParts, errors_of

POWER = 0.85  # how often an effect of the margin is to be found; 0.8 where a pilot was a bit off
MOST_SEEDS = 40
POINTS = 24  # of the distribution of an estimate
NORMAL = NormalDist()
MOST_DRAWINGS = 100_000


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Variances:
    """A difference between arms, -1, 0 or 1 a question, varies by so much from seed to seed, from
    drawing to drawing, and from answer to answer.
    """

    seeds: float
    drawings: float
    answers: float

    @classmethod
    def of(cls, pilot: VarianceParts) -> "Variances":
        """A pilot's parts are brought from its sizes to one seed, one drawing and one answer."""
        drawings = max(0.0, pilot.drawings - pilot.noise) * pilot.num_drawings
        return cls(
            seeds=pilot.seeds_alone * pilot.num_seeds,
            drawings=drawings,
            answers=(pilot.noise or pilot.drawings) * pilot.num_answers,
        )


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedSize:
    """So many drawings are to be asked about, by models from so many seeds; the interval will reach
    about `half` points to either side, and an effect of the margin is found with `power`.
    """

    num_drawings: int
    num_seeds: int
    half: float
    power: float


def planned(
    variances: Variances,
    *,
    margin: float,
    num_seeds: int,
    questions: float = 1.0,
    family: int = 1,
    least: float = POWER,
) -> PlannedSize:
    """The fewest drawings by which the interval reaches no farther than the margin, and an effect
    of the margin is found often enough, each of a family of claims at its share of the level.

    UsageError, with the seeds that would do, where no number of drawings does.
    """
    few = 2
    size = sized(variances, few, margin, num_seeds, questions, family)
    while not _is_enough(size, margin, least):
        few *= 2
        if few > MOST_DRAWINGS:
            raise UsageError(_too_few_seeds(variances, margin, num_seeds, family, least))
        size = sized(variances, few, margin, num_seeds, questions, family)
    low, high = few // 2, few
    while high - low > 1:
        middle = (low + high) // 2
        one = sized(variances, middle, margin, num_seeds, questions, family)
        low, high = (low, middle) if _is_enough(one, margin, least) else (middle, high)
    return sized(variances, high, margin, num_seeds, questions, family)


def sized(
    variances: Variances,
    num_drawings: int,
    margin: float,
    num_seeds: int,
    questions: float = 1.0,
    family: int = 1,
) -> PlannedSize:
    """What these many drawings and seeds would give: what seeds vary by will be estimated from few,
    so that half and power are means over what the estimate may be.
    """
    noise = variances.answers / (num_drawings * questions * num_seeds)
    seeds, drawings = variances.seeds / num_seeds, variances.drawings / num_drawings + noise
    real = 100 * math.sqrt(seeds + drawings) or 1e-9
    num_points = POINTS if num_seeds > 1 else 1
    halves = []
    for point in range(num_points):
        estimated = 0.0
        if num_seeds > 1:
            share = (point + 0.5) / POINTS
            estimated = (seeds + noise) * variance_quantile(share, num_seeds - 1)
        spread = VarianceParts(
            seeds=estimated,
            drawings=drawings,
            noise=noise,
            num_seeds=num_seeds,
            num_drawings=num_drawings,
            num_answers=round(num_drawings * questions * num_seeds),
        )
        errors = errors_of(spread, drawings)
        halves.append(100 * max(one.half(LEVEL / family) for one in errors))
    found = [NORMAL.cdf((margin - half) / real) for half in halves]
    return PlannedSize(
        num_drawings=num_drawings,
        num_seeds=num_seeds,
        half=sum(halves) / num_points,
        power=sum(found) / num_points,
    )


def _is_enough(size: PlannedSize, margin: float, least: float) -> bool:
    return size.half <= margin and size.power >= least


def _too_few_seeds(
    variances: Variances, margin: float, num_seeds: int, family: int, least: float
) -> str:
    for more in range(num_seeds + 1, MOST_SEEDS + 1):
        size = sized(variances, MOST_DRAWINGS, margin, more, 1.0, family)
        if _is_enough(size, margin, least):
            return (
                f"from {num_seeds} seeds no number of drawings tells {margin:g} points: seeds vary "
                f"by {100 * math.sqrt(variances.seeds):.1f}; plan at least {more}"
            )
    return f"{margin:g} points cannot be told from {MOST_SEEDS} seeds; choose a larger margin"
