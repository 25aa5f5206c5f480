"""A measure says what is summed over answers, and how the sums become its value."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias, final

import numpy as np
import numpy.typing as npt
from jaxtyping import Float

Sums: TypeAlias = Float[np.ndarray, "*more number"]
Columns: TypeAlias = Float[np.ndarray, "picture column"]
Values: TypeAlias = Float[np.ndarray, "*more"]


def columns(sums: Sums) -> list[Values]:
    """The numbers come apart, each over the leading axes."""
    return [np.asarray(sums[..., place]) for place in range(sums.shape[-1])]


def ratio(above: npt.ArrayLike, below: npt.ArrayLike, *, nothing: float = math.nan) -> np.ndarray:
    """One number is divided by the other; `nothing` stands where the other is zero."""
    over, under = np.broadcast_arrays(np.asarray(above, float), np.asarray(below, float))
    return np.divide(over, under, out=np.full(under.shape, nothing), where=under > 0)


def mean(sums: Sums) -> Values:
    """The first number is divided by the last, which counts answers."""
    return ratio(sums[..., 0], sums[..., -1])


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Measure:
    """A measure is one number about many answers.

    `numbers` names which of an answer's numbers are summed; the number of answers is summed after
    them. `value` computes the measure from the sums, for any number of leading axes, so that the
    same formula serves the whole set, each tag, and every resample. `is_share`: each answer is 0 or
    1. `scale` multiplies it where people read it. `is_bounded`: it lies in 0..1. `of_picture`
    transforms the sums of each picture before pictures are added up, for what a picture's answers
    give only together; `value` then takes its columns.
    """

    name: str
    numbers: tuple[str, ...]
    value: Callable[[Sums], Values] = mean
    is_share: bool = False
    is_bounded: bool = True
    scale: float = 100.0
    of_picture: Callable[[Sums], Columns] | None = None

    def by_picture(self, sums: Sums) -> Columns:
        """Each picture has a row, in the form in which pictures are added up."""
        return sums if self.of_picture is None else self.of_picture(sums)


ACCURACY = Measure(name="accuracy", numbers=("right",), is_share=True)
