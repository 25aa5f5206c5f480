"""The first stage: the encoder learns to say of every patch what it shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import final

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from typing_extensions import override

from deixis.train.config import OptimConfig
from deixis.train.task import Losses, ParameterGroup, Task
from deixis_lab.world.world import SceneWorld
from deixis_lab.zoo import nano
from deixis_lab.zoo.training.architectures import architecture, faster, normalised, opened
from deixis_lab.zoo.training.averaged import Averaged
from deixis_lab.zoo.training.encoder import (
    MIDDLE_WEIGHT,
    DenseEncoder,
    dense_losses,
    right,
    total_loss,
)
from deixis_lab.zoo.training.groups import muon_groups
from deixis_lab.zoo.training.lending import lend_tower
from deixis_lab.zoo.training.marked_scenes import MarkedScenes

PICTURES_AT_ONCE = 64
READERS = "readers.safetensors"


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class EncoderOptions:
    """What is pretrained, and on which scenes."""

    stored_name = "EncoderOptions"

    architecture: str = "vipllava"  # one of models.nano
    start: str = ""  # folder of a model to go on from; empty: untrained
    tower: str = ""  # nano:NAME: begin with its tower, where both are plain
    seed: int = 0  # of the untrained weights
    world_seed: int = 0  # of the scenes
    exponent: float = 0.7  # of Zipf's law: rarer things are met more often than at 1
    num_held_out: int = 512  # validation scenes that it is measured on
    averaging: float = 0.998  # memory of the averaged weights; 0: none


@final
class EncoderTask(Task):
    """Dense pretraining of one architecture's tower."""

    def __init__(self, options: EncoderOptions) -> None:
        self.options = options
        self.nano = opened(options.architecture, options.start, seed=options.seed)
        if options.tower:
            lend_tower(self.nano, options.architecture, options.tower)
        parts = architecture(options.architecture)
        tower = parts.tower(faster(self.nano.model))
        self.encoder = DenseEncoder(
            tower,
            layers=parts.layers,
            middle=parts.middle,
            generator=torch.Generator().manual_seed(options.seed),
        )
        if options.start and (Path(options.start) / READERS).is_file():
            self.encoder.load_state_dict(load_file(Path(options.start) / READERS), strict=False)
        self.average = Averaged(self.encoder, memory=options.averaging)
        self.module = self.average
        self.source = MarkedScenes(
            world=SceneWorld(seed=options.world_seed, exponent=options.exponent)
        )

    @override
    def loss(self, batch: Mapping[str, np.ndarray], step: int) -> Losses:
        pixels, labels = self._placed(batch)
        last, *middle = self.encoder(normalised(pixels), labels)
        parts = dense_losses(last)
        total = total_loss(parts)
        for answers in middle:
            total = total + MIDDLE_WEIGHT * total_loss(dense_losses(answers))
        detached: dict[str, float | Tensor] = {key: part.detach() for key, part in parts.items()}
        return Losses(total=total, weight=float(len(pixels)), parts=detached)

    @override
    def parameter_groups(self, optim: OptimConfig) -> list[ParameterGroup]:
        return muon_groups(self.module, self.encoder.tower, optim)

    @override
    def after_step(self, step: int) -> None:
        self.average.follow()

    @override
    def evaluate(self, step: int) -> dict[str, float]:
        """The share of right answers by kind, on scenes of the validation split."""
        scenes = MarkedScenes(world=SceneWorld(seed=self.options.world_seed, split="validation"))
        sums: dict[str, list[float]] = {}
        with self.average.averaged():
            for begin in range(0, self.options.num_held_out, PICTURES_AT_ONCE):
                end = min(begin + PICTURES_AT_ONCE, self.options.num_held_out)
                examples = [
                    scenes.example(index, np.random.default_rng(index))
                    for index in range(begin, end)
                ]
                pixels, labels = self._placed(scenes.collate(examples))
                for key, found in right(self.encoder(normalised(pixels), labels)[0]).items():
                    so_far = sums.setdefault(key, [0.0, 0.0])
                    so_far[0] += float(found.sum())
                    so_far[1] += found.numel()
        return {key: hits / max(asked, 1.0) for key, (hits, asked) in sums.items()}

    @override
    def save(self, folder: Path) -> None:
        """The model, its language side untrained, and the readers beside it."""
        with self.average.averaged():
            nano.save(self.nano, folder)
            readers = {
                key: value.contiguous()
                for key, value in self.encoder.state_dict().items()
                if not key.startswith("tower.")
            }
            save_file(readers, folder / READERS)

    def _placed(self, batch: Mapping[str, np.ndarray]) -> tuple[Tensor, dict[str, Tensor]]:
        tensors = {key: torch.from_numpy(value).to(self.device) for key, value in batch.items()}
        return tensors.pop("pixels"), tensors
