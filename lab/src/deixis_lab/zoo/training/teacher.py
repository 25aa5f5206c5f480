"""A tower that knows things teaches another kind of tower: what it sees of each patch of a scene.

Labels say what a patch shows; a teacher's maps say more, of every patch, and cost nothing where it
has looked at the scenes before.
"""

from collections.abc import Sequence
from typing import final

from jaxtyping import Float
from torch import Tensor

from deixis_lab.zoo import nano
from deixis_lab.zoo.training.architectures import faster, opened
from deixis_lab.zoo.training.asked_scenes import AskedScene
from deixis_lab.zoo.training.kept_maps import KeptMaps
from deixis_lab.zoo.training.kept_scenes import KeptScenes

WEIGHT = 2.0  # beside the labels' losses
TINY = 1e-6


@final
class Teacher:
    """The maps of the tower of a trained model, "nano:NAME"."""

    def __init__(self, name: str, scenes: KeptScenes) -> None:
        own = name.removeprefix(nano.PREFIX)
        built = opened(own, name)
        faster(built.model)
        self.maps = KeptMaps(scenes, built, own)

    def loss(
        self, guessed: Float[Tensor, "picture patch width"], scenes: Sequence[AskedScene]
    ) -> Float[Tensor, ""]:
        """How far guesses of its maps are from them, as a share of what guessing nothing is."""
        seen = self.maps(scenes).to(guessed.device)
        return (guessed - seen).square().mean() / seen.square().mean().clamp(min=TINY)
