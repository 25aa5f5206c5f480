"""A picture of a world with its whole truth."""

from dataclasses import dataclass
from functools import cached_property
from typing import final

import numpy as np
from jaxtyping import UInt8

from deixis.core.image import Image
from deixis.core.mask import Mask
from deixis.core.region import Region
from deixis_lab.world.shown import PicturePlan

SIGN = "sign"


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Thing:
    """A drawing or a sign. `region` is the mask of its pixels that can be seen.

    `depth` counts from the farthest, 0, to the nearest; `text` is what a sign says. `colour` is
    None where no one colour can be told. A drawing has an artist, and the code of the member that
    it is of those that have its name.
    """

    name: str
    colour: str | None
    style: str
    text: str | None
    depth: int
    region: Region
    artist: str | None = None
    member: str | None = None

    @property
    def phrase(self) -> str:
        """Its name, after its colour where it has one."""
        return f"{self.colour} {self.name}" if self.colour else self.name

    @property
    def drawing(self) -> str:
        """The drawing that it is, as answers are clustered by it."""
        return f"{self.name} by {self.artist}"


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Stuff:
    """A kind of ground and the mask of its pixels that can be seen."""

    name: str
    region: Region


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Scene:
    """A picture and what it shows. `name` tells how to make it again.

    `owners` says for every pixel what it shows: 0, 1 … the stuff from the top down, then the things
    from the farthest to the nearest. Masks are made from it when they are first asked for.
    """

    name: str
    image: Image
    plan: PicturePlan
    owners: UInt8[np.ndarray, "row column"]

    @cached_property
    def things(self) -> tuple[Thing, ...]:
        """The things that can be seen, the farthest first."""
        first = len(self.plan.stuff)
        return tuple(
            Thing(
                name=thing.name,
                colour=thing.colour,
                style=thing.style,
                text=thing.text,
                depth=depth,
                region=self._region(first + depth, thing.name, thing.text),
                artist=thing.artist,
                member=thing.member,
            )
            for depth, thing in enumerate(self.plan.things)
            if self._is_seen(first + depth)
        )

    def owner(self, thing: Thing) -> int:
        """What `owners` says where this thing is shown."""
        return len(self.plan.stuff) + thing.depth

    @cached_property
    def stuff(self) -> tuple[Stuff, ...]:
        """The stuff that can be seen, from the top down."""
        return tuple(
            Stuff(name=stuff.name, region=self._region(place, stuff.name, None))
            for place, stuff in enumerate(self.plan.stuff)
            if self._is_seen(place)
        )

    @property
    def regions(self) -> tuple[Region, ...]:
        """All of the picture: each pixel is in one of them."""
        grounds = tuple(stuff.region for stuff in self.stuff)
        return grounds + tuple(thing.region for thing in self.things)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the things that can be seen, the farthest first; makes no masks."""
        first = len(self.plan.stuff)
        planned = enumerate(self.plan.things)
        return tuple(thing.name for depth, thing in planned if self._is_seen(first + depth))

    def count(self, name: str) -> int:
        """How many things have this name."""
        return self.names.count(name)

    def depths(self, name: str) -> tuple[int, ...]:
        """The depths of the things of this name."""
        planned = enumerate(self.plan.things)
        first = len(self.plan.stuff)
        return tuple(d for d, thing in planned if thing.name == name and self._is_seen(first + d))

    @cached_property
    def _seen(self) -> frozenset[int]:
        return frozenset(np.flatnonzero(np.bincount(self.owners.ravel())).tolist())

    def _is_seen(self, owner: int) -> bool:
        return owner in self._seen

    def _region(self, owner: int, label: str, text: str | None) -> Region:
        mask = Mask.from_array(self.owners == owner)
        return Region(shape=mask, label=label, text=text, source=self.name.partition("/")[0])
