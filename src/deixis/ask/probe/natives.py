"""Which orders and spaces each dialect's numbers have, found out by what it says."""

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import final

import numpy as np
from jaxtyping import Bool, Float

from deixis.ask.probe.likelihood import ORDERS, Meaning, in_order
from deixis.ask.probe.spaces import Space, lines, spaces
from deixis.ask.probe.written import written
from deixis.coordinates import Dialect, dialects
from deixis.coordinates.contract import built, counts_what_is_seen
from deixis.coordinates.resizing import Resize
from deixis.core.errors import UnsupportedError
from deixis.core.region import Region, box, point
from deixis.core.size import Size

SIZES = (
    Size(width=1500, height=1000),
    Size(width=700, height=1600),
    Size(width=298, height=186),
    Size(width=2600, height=1400),
    Size(width=2300, height=3400),
)
NEAR = 0.006  # of the side, beside half a quantum


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Native:
    """A dialect writes its numbers so. Without meanings they are no plain ones, and only it can
    read them.
    """

    meanings: frozenset[tuple[str, str]]  # order, name of the space

    def has(self, meaning: Meaning) -> bool:
        """Whether it writes so without being told anything."""
        return meaning.space is not None and (meaning.order, meaning.space.name) in self.meanings


@cache
def natives() -> Mapping[str, Native]:
    """Every dialect of the catalog."""
    return {name: _native(name) for name in dialects.names()}


def own_readers() -> tuple[str, ...]:
    """The dialects whose numbers are no plain ones."""
    return tuple(name for name, native in natives().items() if not native.meanings)


def read_by_own(text: str, size: Size) -> dict[str, Region]:
    """The first region that each of them reads in an answer."""
    read = {name: dialects.get(name)().read(text, size).regions for name in own_readers()}
    return {name: regions[0] for name, regions in read.items() if regions}


def with_resize(name: str, resize: Resize | None) -> Dialect | None:
    """The dialect, counting pixels of a resize; None where it cannot be told one."""
    if resize is None:
        return dialects.get(name)()
    told = told_resize(name, resize)
    return None if told is None else built(name, settings={}, resize=told)


def told_resize(name: str, resize: Resize | None) -> Resize | None:
    """The resize, where the dialect counts pixels of one that it can be told."""
    return resize if counts_what_is_seen(name) else None


def num_settings(name: str) -> int:
    """How many settings the dialect has: plain ones have few."""
    return len(inspect.signature(dialects.get(name)).parameters)


def _native(name: str) -> Native:
    of = spaces()
    dialect = dialects.get(name)()
    near = np.ones((len(ORDERS), len(of)), dtype=bool)
    for size in SIZES:
        near &= _fits(dialect, size, of)
    rows = zip(*np.nonzero(near), strict=True)
    meanings = frozenset((ORDERS[order], of[space].name) for order, space in rows)
    return Native(meanings=meanings)


def _fits(dialect: Dialect, size: Size, of: Sequence[Space]) -> Bool[np.ndarray, "order space"]:
    """Whether what is said of two regions means them, by each order and space."""
    line = lines(of, size)
    near = np.ones((len(ORDERS), len(of)), dtype=bool)
    for region in _regions(size):
        try:
            said = dialect.say([region], size)
            quantum = dialect.quantum(size)
        except UnsupportedError:
            return np.zeros_like(near)
        groups = written(said).groups
        if len(groups) != 1:
            return np.zeros_like(near)
        truth = _shares(region, size, len(groups[0].numbers))
        slack = NEAR + max(quantum.x / size.width, quantum.y / size.height)
        for place, order in enumerate(ORDERS):
            numbers = in_order(groups[0].numbers, order)
            step = np.tile(line[:, :2], len(numbers) // 2)
            start = np.tile(line[:, 2:], len(numbers) // 2)
            errors = np.abs((numbers - start) / step - truth).max(1)
            near[place] &= (errors <= slack) & (not groups[0].is_named or place == 0)
    return near


def _regions(size: Size) -> tuple[Region, Region]:
    """A box and a point, both off the diagonal, inside of a square in the middle."""
    width, height = size.width, size.height
    middle_x, middle_y, side = width / 2, height / 2, min(width, height)
    edges = box(
        middle_x - 0.4 * side,
        middle_y - 0.1 * side,
        middle_x - 0.15 * side,
        middle_y + 0.42 * side,
    )
    return (edges, point(middle_x + 0.35 * side, middle_y - 0.25 * side))


def _shares(region: Region, size: Size, count: int) -> Float[np.ndarray, " number"]:
    edges, centre = region.box(), region.centre()
    if count == 2:
        return np.array([centre.x / size.width, centre.y / size.height])
    return np.array(
        [
            edges.x0 / size.width,
            edges.y0 / size.height,
            edges.x1 / size.width,
            edges.y1 / size.height,
        ]
    )
