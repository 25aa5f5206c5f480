"""How likely answers are under each hypothesis of what their numbers mean.

A hypothesis is an order of the numbers and a space (or a dialect's own reading, where its numbers
are no plain ones). An answer is about the thing that was asked for, about another thing of the
picture, or about nothing: numbers by lot, which no hypothesis explains. Errors of places have heavy
tails and an unknown width, one for all answers.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import final

import numpy as np
from jaxtyping import Float

from deixis.ask.probe.drawing import ProbePicture
from deixis.ask.probe.spaces import Space, lines
from deixis.ask.probe.written import NumberGroup, Written
from deixis.core.region import Region
from deixis.core.size import Size

ORDERS = ("x first", "y first", "x, y, width, height", "centre, width, height")
NAMED_WEIGHT = 0.02  # that numbers with names of axes are meant otherwise
ORDER_WEIGHTS = (0.6, 0.34, 0.04, 0.02)
WIDTHS = np.array([0.0025, 0.005, 0.01, 0.015, 0.022, 0.033, 0.05])  # of errors, of the side
FREEDOM = 4.0  # of the t distribution that errors have
WRONG, LOST = 0.12, 0.10  # about another thing; about nothing
WITHIN = 0.07  # of its extent: where models point at a thing
TEMPER = 0.8  # the four edges of a box err together
NOTHING_SCALES = (1.0, 100.0, 1000.0)
FLOOR = 1e-12


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class PlaceAnswer:
    """An answer to the question where one thing of a picture is."""

    picture: ProbePicture
    target: int
    kind: str  # the kind of region that was asked for
    asked: str
    text: str
    written: Written
    own: Mapping[str, Region]  # what dialects that only read themselves read in it

    @property
    def has_place(self) -> bool:
        """Whether it holds what could be a place."""
        return bool(self.written.groups or self.own)


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Evidence:
    """The evidence of some answers: one row an answer with a place, one column a hypothesis.

    `right` and `other` are the likelihoods of being about the target and about another thing, for
    each width of errors, over that of numbers by lot.
    """

    right: Float[np.ndarray, "answer hypothesis width"]
    other: Float[np.ndarray, "answer hypothesis width"]

    def __len__(self) -> int:
        return len(self.right)

    def whole(self) -> Float[np.ndarray, "answer hypothesis width"]:
        """The likelihood of each answer."""
        return (1 - WRONG - LOST) * self.right + WRONG * self.other + LOST

    def shares(self) -> tuple[Float[np.ndarray, " hypothesis"], Float[np.ndarray, " hypothesis"]]:
        """How many of the answers are about the target, and about anything, by each hypothesis."""
        best = np.log(self.whole()).sum(0).argmax(1)
        rows = np.arange(self.right.shape[1])
        whole = self.whole()[:, rows, best]
        right = (1 - WRONG - LOST) * self.right[:, rows, best] / whole
        lost = LOST / whole
        return right.mean(0), 1 - lost.mean(0)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Meaning:
    """What numbers may mean: an order and a space, or a dialect's own reading."""

    order: str
    space: Space | None = None
    dialect: str | None = None
    weight: float

    @property
    def told(self) -> str:
        """In words."""
        if self.space is None:
            return f"as {self.dialect} is read"
        return f"{self.order}, {self.space.name}"


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Hypotheses:
    """All meanings, orders times spaces first, then dialects that are read their own way."""

    spaces: tuple[Space, ...]
    own: tuple[str, ...] = ()
    meanings: tuple[Meaning, ...] = field(init=False)
    _lines: dict[Size, Float[np.ndarray, "space 4"]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        total = sum(space.weight for space in self.spaces)
        found = [
            Meaning(order=order, space=space, weight=weight * space.weight / total)
            for order, weight in zip(ORDERS, ORDER_WEIGHTS, strict=True)
            for space in self.spaces
        ]
        found += [Meaning(order="own", dialect=name, weight=0.02) for name in self.own]
        object.__setattr__(self, "meanings", tuple(found))

    def lines(self, size: Size) -> Float[np.ndarray, "space 4"]:
        """Each space's line for a picture of this size."""
        if size not in self._lines:
            self._lines[size] = lines(self.spaces, size)
        return self._lines[size]

    def evidence(self, answers: Sequence[PlaceAnswer]) -> Evidence:
        """What answers with a place tell; others tell nothing here."""
        rows = [_row(self, answer) for answer in answers if answer.has_place]
        shape = (0, len(self.meanings), len(WIDTHS))
        return Evidence(
            right=np.stack([row[0] for row in rows]) if rows else np.zeros(shape),
            other=np.stack([row[1] for row in rows]) if rows else np.zeros(shape),
        )

    def odds(
        self, picture: ProbePicture, group: NumberGroup, truth: Float[np.ndarray, "thing 4"]
    ) -> Float[np.ndarray, "thing meaning width"]:
        """The odds of a group's numbers about each thing, against numbers by lot."""
        line = self.lines(picture.size)
        found = []
        for place, order in enumerate(ORDERS):
            numbers = in_order(group.numbers, order)
            odds = 1.0 if not group.is_named or place == 0 else NAMED_WEIGHT
            found.append(odds * _densities(numbers, line, truth))
        return np.concatenate(found, axis=1) / _by_lot(picture, group)


@lru_cache(maxsize=256)
def _row(
    of: Hypotheses, answer: PlaceAnswer
) -> tuple[Float[np.ndarray, "meaning width"], Float[np.ndarray, "meaning width"]]:
    """An answer of several groups is about its thing by each of them in equal parts."""
    truth = _truth(answer.picture)
    groups = [of.odds(answer.picture, group, truth) for group in answer.written.groups]
    none = np.zeros((len(truth), len(ORDERS) * len(of.spaces), len(WIDTHS)))
    own = [_own(answer.own.get(name), answer.picture, truth) for name in of.own]
    odds = np.concatenate([np.mean(groups, axis=0) if groups else none, *own], axis=1)
    others = np.delete(odds, answer.target, axis=0)
    return odds[answer.target] + FLOOR, others.mean(0) + FLOOR


def _truth(picture: ProbePicture) -> Float[np.ndarray, "thing 4"]:
    """The edges of all things, as shares of the sides: x0, y0, x1, y1."""
    width, height = picture.size.width, picture.size.height
    edges = [thing.region.box() for thing in picture.things]
    return np.array([(e.x0 / width, e.y0 / height, e.x1 / width, e.y1 / height) for e in edges])


def in_order(numbers: tuple[float, ...], order: str) -> Float[np.ndarray, " number"]:
    """The numbers, brought in the order x, y or x0, y0, x1, y1."""
    found = np.array(numbers)
    if order == "y first":
        return found.reshape(-1, 2)[:, ::-1].ravel()
    if len(numbers) == 2 or order == "x first":
        return found
    first, extent = found[:2], found[2:]
    if order == "x, y, width, height":
        return np.concatenate([first, first + extent])
    return np.concatenate([first - extent / 2, first + extent / 2])


def _densities(
    numbers: Float[np.ndarray, " number"],
    line: Float[np.ndarray, "space 4"],
    truth: Float[np.ndarray, "thing 4"],
) -> Float[np.ndarray, "thing space width"]:
    """How likely the numbers are about each thing, by each space and width of errors."""
    step = np.tile(line[:, :2], len(numbers) // 2)
    start = np.tile(line[:, 2:], len(numbers) // 2)
    shares = (numbers - start) / step
    temper = TEMPER if len(numbers) == 4 else 1.0
    logs = _place_logs(shares, truth) - temper * np.log(step).sum(1)[None, :, None]
    return np.exp(np.clip(logs, -700, 700))


def _place_logs(
    shares: Float[np.ndarray, "space number"], truth: Float[np.ndarray, "thing 4"]
) -> Float[np.ndarray, "thing space width"]:
    """Log-densities of places, by their shares of the sides."""
    centre, extent = (truth[:, :2] + truth[:, 2:]) / 2, truth[:, 2:] - truth[:, :2]
    spread = np.sqrt(WIDTHS**2 + (WITHIN * extent[:, None, :, None]) ** 2)  # thing 1 2 width
    if shares.shape[1] == 2:
        return _t_logs(shares[None] - centre[:, None], spread).sum(2)
    edges = _t_logs(shares[None] - truth[:, None], WIDTHS[None, None, None, :]).sum(2)
    middle = (shares[:, :2] + shares[:, 2:]) / 2
    small = _t_logs(middle[None] - centre[:, None], spread).sum(2)
    tiny = np.abs(shares[:, 2:] - shares[:, :2])[None] < 0.3 * extent[:, None]
    small = np.where(tiny.all(2)[..., None], 2 * small, -np.inf)  # a small box that points
    return TEMPER * np.logaddexp(edges + math.log(0.9), small + math.log(0.1))


def _t_logs(
    errors: Float[np.ndarray, "thing space axis"], widths: Float[np.ndarray, "..."]
) -> Float[np.ndarray, "thing space axis width"]:
    scaled = errors[..., None] / widths
    known = math.lgamma((FREEDOM + 1) / 2) - math.lgamma(FREEDOM / 2)
    known -= 0.5 * math.log(FREEDOM * math.pi)
    return known - np.log(widths) - (FREEDOM + 1) / 2 * np.log1p(scaled**2 / FREEDOM)


def _by_lot(picture: ProbePicture, group: NumberGroup) -> float:
    """The density of numbers of no meaning: uniform over one of the usual ranges."""
    power = TEMPER if group.is_box else 1.0
    sides = (*NOTHING_SCALES, float(max(picture.size.width, picture.size.height)))
    largest = max(map(abs, group.numbers))
    found = sum(scale ** -len(group.numbers) for scale in sides if largest <= scale * 1.02)
    return float(max(found / len(sides), max(largest, 1.0) ** -len(group.numbers) / 50)) ** power


def _own(
    region: Region | None, picture: ProbePicture, truth: Float[np.ndarray, "thing 4"]
) -> Float[np.ndarray, "thing 1 width"]:
    """The odds of what a dialect itself reads, against a place by lot."""
    if region is None:
        return np.zeros((len(truth), 1, len(WIDTHS)))
    logs = _place_logs(np.array([region_shares(region, picture)]), truth)
    return np.exp(np.clip(logs, -700, 700))


def region_shares(region: Region, picture: ProbePicture) -> tuple[float, ...]:
    """A region's numbers as shares of the sides: two of a point, four of anything else."""
    width, height = picture.size.width, picture.size.height
    if region.kind == "point":
        centre = region.centre()
        return (centre.x / width, centre.y / height)
    edges = region.box()
    return (edges.x0 / width, edges.y0 / height, edges.x1 / width, edges.y1 / height)
