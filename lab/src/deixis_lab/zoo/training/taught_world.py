"""The world that the models are taught, at the size at which they see pictures."""

from typing import Protocol, runtime_checkable

from deixis_lab.things.art import WHOLE
from deixis_lab.things.world import SIDE, ThingWorld

TRAIN = "train"


@runtime_checkable
class WorldOptions(Protocol):
    """What a stage's options say of its world."""

    @property
    def world_seed(self) -> int:
        """Of the scenes."""

    @property
    def exponent(self) -> float:
        """Of Zipf's law, in training."""

    @property
    def art(self) -> str:
        """Of Things, among whose grounds are photographs if it is whole."""


def taught_world(options: WorldOptions, split: str = TRAIN) -> ThingWorld:
    """Names are met as often as `options` say in training, else by Zipf's law."""
    exponent = options.exponent if split == TRAIN else 1.0
    return ThingWorld(
        seed=options.world_seed,
        side=SIDE,
        split=split,
        exponent=exponent,
        art=options.art,
        photographs=options.art == WHOLE,
    )
