"""A measure: what is summed over answers, and the value of the sums."""

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
    """Each of the numbers, over the leading axes."""
    return [np.asarray(sums[..., place]) for place in range(sums.shape[-1])]


def ratio(above: npt.ArrayLike, below: npt.ArrayLike, *, nothing: float = math.nan) -> np.ndarray:
    """One by the other, and `nothing` where the other is zero."""
    over, under = np.broadcast_arrays(np.asarray(above, float), np.asarray(below, float))
    return np.divide(over, under, out=np.full(under.shape, nothing), where=under > 0)


def mean(sums: Sums) -> Values:
    """The first number over the last, which counts answers."""
    return ratio(sums[..., 0], sums[..., -1])


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Measure:
    """One number about many answers.

    `numbers` names what of each answer's numbers is summed; the number of answers is summed after
    them. `value` makes the measure of the sums, for any number of leading axes, so that the same
    formula serves the whole set, a tag of it, and every resample. `is_share`: each answer is 0 or
    1. `scale` is what it is multiplied by where people read it. `is_bounded`: it lies in 0..1.
    `of_picture` is made of the sums of each picture before pictures are added up, for what a
    picture's answers give only together; `value` then takes its columns.
    """

    name: str
    numbers: tuple[str, ...]
    value: Callable[[Sums], Values] = mean
    is_share: bool = False
    is_bounded: bool = True
    scale: float = 100.0
    of_picture: Callable[[Sums], Columns] | None = None

    def by_picture(self, sums: Sums) -> Columns:
        """A row a picture, as they are added up."""
        return sums if self.of_picture is None else self.of_picture(sums)


ACCURACY = Measure(name="accuracy", numbers=("right",), is_share=True)
