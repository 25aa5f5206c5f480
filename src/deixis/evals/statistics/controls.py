"""Controls try a report's own judgement: on an effect that is built in, and on none at all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import final

import numpy as np

from deixis.core.errors import UsageError
from deixis.evals.findings import ClaimVerdict, JudgedTrial

BUILT_IN = (5.0, 10.0, 20.0)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Control:
    """A report's judgement found an effect of `points` in so many of so many tries; 0 points are
    shuffled labels, where it should find none.
    """

    points: float
    num_found: int
    num_tried: int

    @property
    def words(self) -> str:
        """A sentence tells what was tried and found."""
        what = f"{self.points:g} points built in" if self.points else "shuffled labels"
        return f"{what}: an effect was found in {self.num_found} of {self.num_tried} tries"


def controls(
    answers: Sequence[JudgedTrial],
    arms: tuple[str, str],
    judge: Callable[[Sequence[JudgedTrial]], ClaimVerdict],
    draws: np.random.Generator,
    *,
    points: Sequence[float] = BUILT_IN,
    num_tries: int = 20,
) -> tuple[Control, ...]:
    """The report's judgement is tried on its own answers under two arms, the second of which is to
    be above the first: shuffled, then with each effect built in.
    """
    found = []
    for size in (0.0, *points):
        made = [
            shuffled(answers, arms, draws) if size == 0 else built_in(answers, arms, size, draws)
            for _ in range(num_tries)
        ]
        held = [judge(one).held for one in made]
        fired = sum(one is not None if size == 0 else one is True for one in held)
        found.append(Control(points=size, num_found=fired, num_tried=num_tries))
    return tuple(found)


def shuffled(
    answers: Sequence[JudgedTrial], arms: tuple[str, str], draws: np.random.Generator
) -> list[JudgedTrial]:
    """By lot, drawing for drawing, the two arms' labels are swapped or not, for all seeds alike: no
    effect is left, and what goes together still does.
    """
    keys = sorted({_cluster(one) for one in answers})
    swapped = dict(zip(keys, draws.integers(0, 2, len(keys)).tolist(), strict=True))
    other = {arms[0]: arms[1], arms[1]: arms[0]}
    return [
        replace(one, condition=other[one.condition])
        if one.condition in other and swapped[_cluster(one)]
        else one
        for one in answers
    ]


def built_in(
    answers: Sequence[JudgedTrial],
    arms: tuple[str, str],
    points: float,
    draws: np.random.Generator,
) -> list[JudgedTrial]:
    """Labels are shuffled, then so many wrong answers of the second arm become right by lot that
    its share rises by the points.
    """
    null = shuffled(answers, arms, draws)
    own = [one for one in null if one.condition == arms[1]]
    num_wrong = sum(not one.is_right for one in own)
    share = points / 100 * len(own) / max(num_wrong, 1)
    if not own or share > 1:
        raise UsageError(
            f"{points:g} points cannot be built in: {num_wrong} of {len(own)} answers are wrong"
        )
    return [
        replace(one, is_right=True)
        if one.condition == arms[1] and not one.is_right and draws.random() < share
        else one
        for one in null
    ]


def _cluster(answer: JudgedTrial) -> str:
    return answer.cluster or str(answer.scene)
