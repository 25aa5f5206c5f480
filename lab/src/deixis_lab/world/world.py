"""The Scenes world: pictures drawn by code from (seed, index), with their whole truth.

The same seed, split and index give the same bytes on any machine, in any process and order.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import final
from zlib import crc32

from deixis.core.errors import UsageError
from deixis.core.image import Image
from deixis.core.portable_rng import Draws
from deixis.core.size import Size
from deixis_lab.world.frequencies import Frequencies, frequencies
from deixis_lab.world.paint import paint
from deixis_lab.world.plan import Plan, make_plan
from deixis_lab.world.scene import SOURCE, Scene
from deixis_lab.world.splits import Split, split_named

SMALLEST_SIDE, LARGEST_SIDE = 64, 448
PICTURE, ASKING = 1, 2  # what draws are for


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class SceneWorld:
    """Endless pictures of one kind."""

    seed: int = 0
    """Which world; also orders how often each entity is met."""
    side: int = 96
    """Width and height in pixels, 64 to 448; the same scene at every size."""
    split: str = "train"
    """What may be in the pictures, one of `splits()`."""
    exponent: float = 1.0
    """Of Zipf's law for the entities; 0 makes all as frequent."""

    def __post_init__(self) -> None:
        check_settings(seed=self.seed, side=self.side, exponent=self.exponent)
        split_named(self.split)

    @property
    def size(self) -> Size:
        """Of every picture."""
        return Size(width=self.side, height=self.side)

    @property
    def parts(self) -> Split:
        """The entities, styles and words of its pictures."""
        return split_named(self.split)

    @property
    def frequencies(self) -> Frequencies:
        """How often each entity is met."""
        return frequencies(self.seed, self.split, self.exponent)

    def plan(self, index: int) -> Plan:
        """What a picture shows, without drawing it."""
        return make_plan(self._draws(index, PICTURE), self.parts, self.frequencies)

    def scene(self, index: int) -> Scene:
        """One picture with its truth."""
        plan = self.plan(index)
        painted = paint(plan, self.side)
        name = f"{SOURCE}/{self.split}/{self.seed}/{index}"
        image = Image(pixels=painted.pixels, source=f"{name}@{self.side}z{self.exponent:g}")
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


def check_settings(*, seed: int, side: int, exponent: float) -> None:
    """UsageError for what no world has."""
    if not SMALLEST_SIDE <= side <= LARGEST_SIDE:
        raise UsageError(f"a scene's side is {SMALLEST_SIDE}..{LARGEST_SIDE}, got {side}")
    if not 0 <= exponent <= 3:
        raise UsageError(f"Zipf's exponent is within 0..3 here, got {exponent}")
    checked(seed, "seed")


def checked(number: int, what: str) -> None:
    """UsageError for a seed or an index that no stream of draws has."""
    if not 0 <= number < 1 << 63:
        raise UsageError(f"a scene's {what} is a whole number within 0..2^63-1, got {number}")


HELD_OUT = SceneWorld(seed=1, split="test", exponent=0.0)  # no training has seen its scenes
