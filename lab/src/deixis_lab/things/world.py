"""The Things world: pictures of drawn things from (seed, index), with their whole truth.

The same seed, split, index and art give the same bytes on any machine, in any process and order.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import final
from zlib import crc32

from deixis.core.errors import UsageError
from deixis.core.image import Image
from deixis.core.portable_rng import Draws
from deixis.core.size import Size
from deixis_lab.things.art import WHOLE, Art, open_art
from deixis_lab.things.artists import artist_named
from deixis_lab.things.grounds import check_photographs, ground_names
from deixis_lab.things.names import thing_names
from deixis_lab.things.paint import paint_things
from deixis_lab.things.plan import ThingPlan, make_thing_plan
from deixis_lab.things.splits import ThingSplit, thing_split_named
from deixis_lab.world.entities import Entity
from deixis_lab.world.frequencies import Frequencies, weighted
from deixis_lab.world.scene import Scene
from deixis_lab.world.world import ASKING, PICTURE, check_settings, checked

SOURCE = "things"


@final
@dataclass(frozen=True, kw_only=True)
class ThingWorld:
    """Endless pictures of things of one kind."""

    seed: int = 0
    """Which world; also orders how often each name is met."""
    side: int = 96
    """Width and height in pixels, 64 to 448; the same scene at every size."""
    split: str = "train"
    """What may be in the pictures, one of `thing_splits()`."""
    exponent: float = 1.0
    """Of Zipf's law for the names; 0 makes all as frequent."""
    art: str = WHOLE
    """Which drawings: `whole`, that `deixis lab art` fetches, or `small`, that ships."""
    artists: tuple[str, ...] = ()
    """Only these of the split's artists; none named: all of them."""
    photographs: bool = False
    """Whether photographs of scikit-image are among the grounds."""

    def __post_init__(self) -> None:
        check_settings(seed=self.seed, side=self.side, exponent=self.exponent)
        parts = thing_split_named(self.split)
        for artist in self.artists:
            if artist_named(artist).name not in parts.artists:
                raise UsageError(f"the split {self.split} has no drawings by {artist}")
        if self.photographs:
            check_photographs()

    @property
    def size(self) -> Size:
        """Of every picture."""
        return Size(width=self.side, height=self.side)

    @property
    def parts(self) -> ThingSplit:
        """The names, artists and words of its pictures."""
        return thing_split_named(self.split)

    @property
    def drawings(self) -> Art:
        """The drawings of its artists."""
        return _drawings(self.art, self.artists or self.parts.artists)

    @property
    def frequencies(self) -> Frequencies:
        """How often each name is met."""
        return _frequencies(self)

    @property
    def entities(self) -> tuple[Entity, ...]:
        """The names that are met, with their categories: those of the split that are drawn."""
        return self.frequencies.pool.entities

    def plan(self, index: int) -> ThingPlan:
        """What a picture shows, without drawing it."""
        grounds = ground_names(photographs=self.photographs)
        draws = self._draws(index, PICTURE)
        return make_thing_plan(draws, self.parts, self.frequencies, self.drawings, grounds)

    def scene(self, index: int) -> Scene:
        """One picture with its truth."""
        plan, art = self.plan(index), self.drawings
        painted = paint_things(plan, art, self.side)
        name = f"{SOURCE}/{self.split}/{self.seed}/{index}"
        source = f"{name}@{self.side}z{self.exponent:g}-{art.digest[:8]}"
        image = Image(pixels=painted.pixels, source=source)
        return Scene(name=name, image=image, plan=plan, owners=painted.owners)

    def scenes(self, indices: Iterable[int]) -> Iterator[Scene]:
        """One picture after another."""
        return (self.scene(index) for index in indices)

    def asking(self, index: int, kind: str) -> Draws:
        """The draws for a picture's question of one kind: a new kind leaves the others as is."""
        return self._draws(index, ASKING, crc32(kind.encode()))

    def _draws(self, index: int, *use: int) -> Draws:
        checked(index, "index")
        return Draws(self.seed, self.parts.stream, index, *use)


@lru_cache(maxsize=32)
def _drawings(art: str, artists: tuple[str, ...]) -> Art:
    return open_art(art).only(artists)


@lru_cache(maxsize=64)
def _frequencies(world: ThingWorld) -> Frequencies:
    drawn = world.drawings.by_name
    names = world.parts.names
    met = [_entity(named.name, named.category) for named in names if named.name in drawn]
    if not met:
        raise UsageError(f"the {world.art} art has no drawings for the split {world.split}")
    listed = [_entity(named.name, named.category) for named in thing_names()]
    return weighted(world.seed, world.exponent, listed, met)


def _entity(name: str, category: str) -> Entity:
    return Entity(name=name, symbol="", group=category)
