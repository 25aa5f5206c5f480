"""What a frozen tower hands its projector of kept scenes, so that it looks at each of them once.

A map that ends in a ReLU6 lies between 0 and 6, and is kept as bytes, 24 thousandths apart; others
as half floats. What was just seen is rounded in the same way, so that all epochs are alike.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, final

import numpy as np
import torch
from jaxtyping import Float, Shaped, UInt8
from torch import Tensor

from deixis.core.files import make_folder
from deixis.models.digests import weights_digest
from deixis_lab.zoo import nano
from deixis_lab.zoo.training.architectures import architecture, normalised, projected_tokens
from deixis_lab.zoo.training.asked_scenes import AskedScene
from deixis_lab.zoo.training.kept_scenes import KeptScenes

HIGHEST = 6.0
STEPS = 255


@final
class KeptMaps:
    """The maps of kept scenes, in a file beside them under the name of the tower's weights."""

    def __init__(self, scenes: KeptScenes, built: nano.Nano, name: str) -> None:
        self.built, self.name, self.parts = built, name, architecture(name)
        self.tower = self.parts.tower(built.model)
        make_folder(scenes.folder)
        path = scenes.folder / f"{weights_digest(self.tower)}.maps"
        blank = np.zeros((1, nano.SIDE, nano.SIDE, 3), np.uint8)
        shape = (scenes.num, *self._seen(blank).shape[1:])
        kind = np.uint8 if self.parts.is_bounded else np.float16
        self.maps = _opened(path, kind, shape)
        self.known = _opened(path.with_suffix(".known"), np.bool_, (scenes.num,))

    @property
    def width(self) -> int:
        """How many numbers a patch has."""
        return int(self.maps.shape[-1])

    def __call__(self, scenes: Sequence[AskedScene]) -> Float[Tensor, "picture patch dim"]:
        """Those of some kept scenes, seen now where they were never seen before."""
        places = np.array([scene.place for scene in scenes])
        new = np.flatnonzero(~self.known[places])
        if new.size:
            seen = self._seen(np.stack([scenes[int(turn)].pixels for turn in new]))
            if self.parts.is_bounded:
                seen = (seen * (STEPS / HIGHEST)).round().clamp(0, STEPS)
            self.maps[places[new]] = seen.numpy()
            self.known[places[new]] = True
        maps = torch.from_numpy(self.maps[places]).float()
        return maps * (HIGHEST / STEPS) if self.parts.is_bounded else maps

    def project(
        self, maps: Float[Tensor, "picture patch dim"]
    ) -> Float[Tensor, "picture token width"]:
        """What the projector makes of them."""
        (projector,) = self.parts.projector(self.built.model)
        device = next(projector.parameters()).device
        tokens: Tensor = projector(maps.to(device))
        return tokens

    @torch.no_grad()
    def _seen(
        self, pixels: UInt8[np.ndarray, "picture row column 3"]
    ) -> Float[Tensor, "picture patch dim"]:
        (projector,) = self.parts.projector(self.built.model)
        heard: list[Tensor] = []
        hook = projector.register_forward_pre_hook(lambda _, given: heard.append(given[0]))
        self.tower.eval()
        try:
            device = next(self.tower.parameters()).device
            shown = torch.from_numpy(pixels).to(device)
            projected_tokens(self.built, self.name, normalised(shown))
        finally:
            hook.remove()
        return heard[0].float().cpu()


def _opened(
    path: Path,
    kind: Any,  # Any: a type of numbers
    shape: tuple[int, ...],
) -> Shaped[np.memmap[Any, Any], "..."]:
    size = int(np.prod(shape)) * np.dtype(kind).itemsize
    is_new = not path.is_file() or path.stat().st_size != size
    return np.memmap(path, dtype=kind, mode="w+" if is_new else "r+", shape=shape)
