"""What the language side of a nano model sees of pictures in training."""

from collections.abc import Sequence
from typing import final

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from deixis_lab.zoo import nano
from deixis_lab.zoo.training.architectures import architecture, normalised, projected_tokens
from deixis_lab.zoo.training.asked_scenes import AskedScene
from deixis_lab.zoo.training.kept_maps import KeptMaps
from deixis_lab.zoo.training.kept_scenes import KeptScenes


@final
class Vision:
    """The projected tokens of pictures; a tower that stays as it is looks at kept scenes once."""

    def __init__(self, built: nano.Nano, name: str) -> None:
        self.built, self.name = built, name
        self.maps: KeptMaps | None = None

    def keep(self, scenes: KeptScenes) -> None:
        """Keep what the tower sees of these, beside them, if that can stand for them."""
        if architecture(self.name).can_keep_maps:
            self.maps = KeptMaps(scenes, self.built, self.name)

    def __call__(
        self, pixels: UInt8[np.ndarray, "picture row column 3"]
    ) -> Float[Tensor, "picture token dim"]:
        """What it sees of pictures."""
        device = next(self.built.model.parameters()).device
        seen = normalised(torch.from_numpy(pixels).to(device))
        return projected_tokens(self.built, self.name, seen)

    def of_first(self, scenes: Sequence[AskedScene]) -> Float[Tensor, "picture token dim"]:
        """What it sees of the first picture of scenes, kept ones or not."""
        if self.maps is None or any(scene.place is None for scene in scenes):
            return self(np.stack([scene.pixels for scene in scenes]))
        return self.maps.project(self.maps(scenes))

    def of_scenes(self, scenes: Sequence[AskedScene]) -> Float[Tensor, "picture token dim"]:
        """What it sees of scenes, one picture after the other; all have one, or all have two."""
        first = self.of_first(scenes)
        second = [scene.second.pixels for scene in scenes if scene.second is not None]
        return torch.cat([first, self(np.stack(second))], dim=1) if second else first
