"""Chances of a family of claims are corrected together: many claims give some by luck alone."""

from collections.abc import Sequence
from typing import Literal, TypeAlias

import numpy as np

Correction: TypeAlias = Literal["holm", "benjamini_hochberg"]
CORRECTED: dict[Correction, str] = {
    "holm": "Holm's correction (a wrong one among all of them is as rare as 5 %)",
    "benjamini_hochberg": "Benjamini and Hochberg's correction (5 % of those that held are wrong)",
}


def corrected(chances: Sequence[float], correction: Correction = "holm") -> list[float]:
    """Each chance, in the same order, is what it amounts to among the others."""
    return holm(chances) if correction == "holm" else benjamini_hochberg(chances)


def holm(chances: Sequence[float]) -> list[float]:
    """The smallest is multiplied by how many there are, the next by one less, and so on; none is
    below one before it.
    """
    order = np.argsort(chances, kind="stable")
    factors = np.arange(len(chances), 0, -1)
    found = np.empty(len(chances))
    found[order] = np.minimum(1.0, np.maximum.accumulate(np.asarray(chances)[order] * factors))
    return [float(one) for one in found]


def benjamini_hochberg(chances: Sequence[float]) -> list[float]:
    """Each is multiplied by how many there are over its place; none is above one behind it."""
    order = np.argsort(chances, kind="stable")[::-1]
    factors = len(chances) / np.arange(len(chances), 0, -1)
    found = np.empty(len(chances))
    found[order] = np.minimum(1.0, np.minimum.accumulate(np.asarray(chances)[order] * factors))
    return [float(one) for one in found]
