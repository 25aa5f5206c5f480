"""A repeat with another seed for everything is compared with the first result, and both pooled."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from deixis.core.errors import UsageError
from deixis.evals.statistics.distributions import fisher_chance
from deixis.evals.statistics.effects import Effect, StandardError


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Repeated:
    """Results of the same question differ by Cochran's Q; results that differ by chance alone would
    give as large a one so often. `pooled` weighs each by its precision.
    """

    q: float
    chance: float
    pooled: Effect

    @property
    def words(self) -> str:
        """A sentence tells both."""
        return f"Cochran's Q {self.q:.2f} (p = {self.chance:.3f}); pooled {self.pooled}"


def repeated(results: Sequence[Effect]) -> Repeated:
    """Two or more results are compared. Their errors are estimated, from few seeds as a rule, so Q
    is held against Fisher's F with Welch's degrees of freedom and not against chi-squared.
    """
    if len(results) < 2:
        raise UsageError("a repeat is compared with a result: two are needed")
    errors = [max(one.errors, key=StandardError.half) for one in results]
    if any(error.size == 0 for error in errors):
        raise UsageError("a result without an error cannot be compared")
    weights = [1 / error.size**2 for error in errors]
    total, more = sum(weights), len(results) - 1
    value = sum(w * one.value for w, one in zip(weights, results, strict=True)) / total
    q = sum(w * (one.value - value) ** 2 for w, one in zip(weights, results, strict=True))
    unsure = sum(
        (1 - weight / total) ** 2 / error.freedom
        for weight, error in zip(weights, errors, strict=True)
    )
    below = (len(results) ** 2 - 1) / (3 * unsure)
    size = q / more / (1 + 2 * (more - 1) / (len(results) ** 2 - 1) * unsure)
    freedom = 1 / sum(
        (weight / total) ** 2 / error.freedom for weight, error in zip(weights, errors, strict=True)
    )
    error = StandardError(size=math.sqrt(1 / total), freedom=freedom)
    pooled = Effect(
        value=value,
        low=value - error.half(),
        high=value + error.half(),
        num_questions=sum(one.num_questions for one in results),
        num_clusters=sum(one.num_clusters for one in results),
        num_seeds=sum(one.num_seeds for one in results),
        errors=(error,),
    )
    return Repeated(q=q, chance=fisher_chance(size, more, below), pooled=pooled)
