"""How likely each meaning of the numbers is after some answers, and which meanings are alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import final

import numpy as np
from jaxtyping import Bool, Float

from deixis.ask.probe.forms import known_forms
from deixis.ask.probe.likelihood import ORDERS, Evidence, Hypotheses, Meaning, PlaceAnswer
from deixis.ask.probe.natives import natives, own_readers
from deixis.ask.probe.spaces import spaces
from deixis.core.size import Size

ALIKE = 0.01  # of the side: meanings that differ by less in these pictures are one
STEP = 0.025  # beside that, for a meaning that stands for all between its neighbours
NATIVE_POWER = 5.0  # log-odds of a meaning that the form's own dialects have
SOLE_POWER = 8.0  # the same where one dialect alone has the form
CLOSE_FORM = 0.02
WHOLE_FORM = 0.8  # of likeness


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Posterior:
    """How likely each meaning is after some answers."""

    hypotheses: Hypotheses
    evidence: Evidence
    logs: Float[np.ndarray, " meaning"]  # of the meaning and the answers together
    odds: Float[np.ndarray, " meaning"]  # the answers' log-odds against numbers by lot

    @property
    def probabilities(self) -> Float[np.ndarray, " meaning"]:
        """They sum to 1."""
        shifted = np.exp(self.logs - self.logs.max())
        return np.asarray(shifted / shifted.sum())


@cache
def all_hypotheses() -> Hypotheses:
    """Every order with every space, and the dialects with readings of their own."""
    return Hypotheses(spaces=spaces(), own=own_readers())


def posterior(answers: Sequence[PlaceAnswer]) -> Posterior:
    """The answers are weighed."""
    of = all_hypotheses()
    evidence = of.evidence(answers)
    whole = np.log(evidence.whole()).sum(0)  # meaning width
    odds = _log_mean(whole)
    prior = np.log([meaning.weight for meaning in of.meanings])
    return Posterior(
        hypotheses=of, evidence=evidence, logs=prior + odds + _by_form(answers, of), odds=odds
    )


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class ShownPlaces:
    """What answers were about: pictures of these sizes; and whether any of them is a box."""

    sizes: tuple[Size, ...]
    has_box: bool

    @classmethod
    def of(cls, placed: Sequence[PlaceAnswer]) -> "ShownPlaces":
        """Of all answers with a place."""
        sizes = tuple(dict.fromkeys(answer.picture.size for answer in placed))
        has_box = any(group.is_box for answer in placed for group in answer.written.groups)
        return cls(sizes=sizes, has_box=has_box)

    def is_one_order(self, order: str, other: str) -> bool:
        """Whether both put these places alike: points tell the first two numbers only."""
        swapped = ORDERS[1]
        return order == other or not (self.has_box or swapped in (order, other))


def alike(
    of: Hypotheses, one: int, shown: ShownPlaces, within: float = ALIKE
) -> Bool[np.ndarray, " meaning"]:
    """Which meanings put every place of pictures of these sizes within that share of the side; a
    meaning that stands for all between its neighbours reaches further.
    """
    meaning = of.meanings[one]
    near = np.zeros(len(of.meanings), dtype=bool)
    near[one] = True
    if meaning.space is None:
        return near
    place = of.spaces.index(meaning.space)
    reach = np.array([STEP if space.is_step or meaning.space.is_step else 0 for space in of.spaces])
    fits = np.ones(len(of.spaces), dtype=bool)
    for size in shown.sizes:
        line = of.lines(size)
        for share in (0.0, 1.0):
            numbers = share * line[place, :2] + line[place, 2:]
            there = (numbers - line[:, 2:]) / line[:, :2]
            fits &= (np.abs(there - share) <= (within + reach)[:, None]).all(1)
    rows = [
        other.space is not None
        and shown.is_one_order(meaning.order, other.order)
        and fits[i % len(of.spaces)]
        for i, other in enumerate(of.meanings)
    ]
    return near | np.array(rows)


def _by_form(answers: Sequence[PlaceAnswer], of: Hypotheses) -> Float[np.ndarray, " meaning"]:
    """A meaning that the form's own dialect has is likelier before any number is looked at."""
    placed = [answer for answer in answers if answer.has_place]
    if not placed:
        return np.zeros(len(of.meanings))
    likeness = likeness_of(placed)
    total = likeness.sum(0)
    names = known_forms().names
    leaders = [names[i] for i in np.flatnonzero(total >= total.max() - CLOSE_FORM * len(placed))]
    power = SOLE_POWER if len(leaders) == 1 else NATIVE_POWER
    bonus = power * min(1.0, float(likeness.mean(0).max()) / WHOLE_FORM)
    return np.array(
        [
            bonus if any(is_native(name, meaning) for name in leaders) else 0.0
            for meaning in of.meanings
        ]
    )


def is_native(name: str, meaning: Meaning) -> bool:
    """Whether the dialect has that meaning without being told anything."""
    return meaning.dialect == name or natives()[name].has(meaning)


def likeness_of(placed: Sequence[PlaceAnswer]) -> Float[np.ndarray, "answer dialect"]:
    """How much of each dialect's form each answer has."""
    return np.stack([_row_of(answer) for answer in placed])


@lru_cache(maxsize=256)
def _row_of(answer: PlaceAnswer) -> Float[np.ndarray, " dialect"]:
    return known_forms().likeness(answer.written)


def _log_mean(logs: Float[np.ndarray, "meaning width"]) -> Float[np.ndarray, " meaning"]:
    top = logs.max(1, keepdims=True)
    return np.asarray(top[:, 0] + np.log(np.exp(logs - top).mean(1)))
