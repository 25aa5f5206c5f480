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
from deixis_lab.things.art import SMALL, WHOLE, Art, open_art
from deixis_lab.things.artists import artist_named
from deixis_lab.things.frequencies import Frequencies, frequencies
from deixis_lab.things.grounds import check_photographs, ground_names
from deixis_lab.things.names import ThingName
from deixis_lab.things.paint import paint_things
from deixis_lab.things.plan import ThingPlan, make_thing_plan
from deixis_lab.things.splits import ThingSplit, thing_split_named
from deixis_lab.world.scene import Scene

SOURCE = "things"
SIDE = 192  # of the pictures that the lab's models see
SMALLEST_SIDE, LARGEST_SIDE = 64, 448
PICTURE, ASKING = 1, 2  # what draws are for


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
        if not SMALLEST_SIDE <= self.side <= LARGEST_SIDE:
            raise UsageError(f"a scene's side is {SMALLEST_SIDE}..{LARGEST_SIDE}, got {self.side}")
        if not 0 <= self.exponent <= 3:
            raise UsageError(f"Zipf's exponent is within 0..3 here, got {self.exponent}")
        _checked(self.seed, "seed")
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
    def names(self) -> tuple[ThingName, ...]:
        """Those that are met: the split's that are drawn."""
        return self.frequencies.pool.names

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
        _checked(index, "index")
        return Draws(self.seed, self.parts.stream, index, *use)


def _checked(number: int, what: str) -> None:
    """UsageError for a seed or an index that no stream of draws has."""
    if not 0 <= number < 1 << 63:
        raise UsageError(f"a scene's {what} is a whole number within 0..2^63-1, got {number}")


@lru_cache(maxsize=32)
def _drawings(art: str, artists: tuple[str, ...]) -> Art:
    return open_art(art).only(artists)


@lru_cache(maxsize=64)
def _frequencies(world: ThingWorld) -> Frequencies:
    drawn = world.drawings.by_name
    names = world.parts.names
    met = [named for named in names if named.name in drawn]
    if not met:
        raise UsageError(f"the {world.art} art has no drawings for the split {world.split}")
    return frequencies(world.seed, world.exponent, met)


# no training has seen its scenes, and its art is there without a fetch
HELD_OUT = ThingWorld(seed=1, side=SIDE, split="test", exponent=0.0, art=SMALL)
