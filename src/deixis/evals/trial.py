"""A question under one condition, and whether it was answered rightly."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import final

from deixis.ask.compose import Pointed
from deixis.core.image import Image
from deixis.core.region import Region


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Trial:
    """One question under one condition.

    `text` has a `{slot}` for each of `regions`. Trials of one picture that differ in nothing but
    their condition have the same `pair`; only those are compared. `is_right` judges an answer where
    others than the very words of `answer` are right too. `notes` are what is known of the picture,
    for a model that is asked with knowledge.
    """

    condition: str
    image: Image
    text: str
    answer: str
    regions: Mapping[str, Pointed] = field(default_factory=dict)
    pair: str = ""
    is_right: Callable[[str], bool] | None = None
    notes: tuple[Region, ...] = ()


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """Whether a trial was answered rightly, and of what it was one."""

    scene: int
    condition: str
    pair: str
    is_right: bool


def judged(trial: Trial, scene: int, text: str) -> Judged:
    """Right is the answer itself, but for capitals, space around it and a full stop."""
    return Judged(
        scene=scene,
        condition=trial.condition,
        pair=trial.pair,
        is_right=_plain(text) == _plain(trial.answer)
        if trial.is_right is None
        else trial.is_right(text),
    )


def _plain(text: str) -> str:
    return text.strip().rstrip(".").casefold()
