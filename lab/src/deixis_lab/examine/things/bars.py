"""What is asked of nano on Things, and whether a model's figures reach it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import final

from deixis_lab.examine.things.house_figures import MEAN, HouseFigures
from deixis_lab.examine.things.scene_trials import (
    BY_MARK,
    CLEAR,
    COLOUR,
    COUNTING,
    DECLINING,
    ENCODINGS,
    FINDING,
    PRESENCE,
    READING,
    UNMARKED,
)
from deixis_lab.examine.things.tower_alone import TOWER

NAMED_BY_SEEN = 90.0  # per cent by artists that training met
OF_TOWER = 0.75  # of the tower's rate, by artists of an unseen house
OF_MEAN = 0.85  # of the mean of the eight, by each mark
OFF_BEST = 10.0  # points below the best mark, by each other encoding
LEAST = {FINDING: 70.0, COLOUR: 90.0, PRESENCE: 90.0, COUNTING: 75.0, READING: 80.0}
DECLINED_NEW, DECLINED_KNOWN = 60.0, 5.0


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """What a condition's share should be, in words, and whether it is."""

    condition: str
    wanted: str
    is_met: bool


def bars_of(house: HouseFigures) -> dict[str, Bar]:
    """The bars by condition; a condition that was not asked, or is only shown, has none."""
    listed = [*_of_names(house), *_of_encodings(house), *_of_answers(house)]
    return {bar.condition: bar for bar in listed}


def _of_names(house: HouseFigures) -> Iterator[Bar]:
    found = house.findings
    for style, mean in MEAN.items():
        if mean not in found:
            continue
        if house.is_seen:
            yield _at_least(house, mean, NAMED_BY_SEEN)
        elif TOWER in found:
            wanted = OF_TOWER * found[TOWER].value
            yield _at_least(house, mean, wanted, f", {OF_TOWER:.0%} of the tower's")
        wanted = OF_MEAN * found[mean].value
        for condition in BY_MARK[style].values():
            yield _at_least(house, condition, wanted, f", {OF_MEAN:.0%} of the mean")


def _of_encodings(house: HouseFigures) -> Iterator[Bar]:
    found = house.findings
    marks = [found[one].value for one in BY_MARK[CLEAR].values() if one in found]
    for condition in ENCODINGS:
        if condition in found:
            wanted = max(marks) - OFF_BEST
            yield _at_least(house, condition, wanted, f", the best mark less {OFF_BEST:g}")


def _of_answers(house: HouseFigures) -> Iterator[Bar]:
    found = house.findings
    if UNMARKED in found:
        yield Bar(
            condition=UNMARKED,
            wanted=f"a guess, {house.guess:.1f}, within or above the interval",
            is_met=found[UNMARKED].low <= house.guess,
        )
    for condition, wanted in LEAST.items():
        if condition in found:
            yield _at_least(house, condition, wanted)
    if DECLINING in found and house.is_new:
        yield _at_least(house, DECLINING, DECLINED_NEW)
    elif DECLINING in found:
        yield Bar(
            condition=DECLINING,
            wanted=f"at most {DECLINED_KNOWN:.1f}",
            is_met=found[DECLINING].value <= DECLINED_KNOWN,
        )


def _at_least(house: HouseFigures, condition: str, wanted: float, why: str = "") -> Bar:
    return Bar(
        condition=condition,
        wanted=f"at least {wanted:.1f}{why}",
        is_met=house.findings[condition].value >= wanted,
    )
