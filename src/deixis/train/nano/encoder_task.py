"""The first stage: the encoder learns to say of every patch what it shows."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import final

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from typing_extensions import override

from deixis.data.scenes.world import SceneWorld
from deixis.models import nano
from deixis.train.config import OptimConfig
from deixis.train.nano.architectures import architecture, faster, normalised, opened
from deixis.train.nano.averaged import Averaged
from deixis.train.nano.encoder import (
    MIDDLE_WEIGHT,
    DenseEncoder,
    accuracies,
    dense_losses,
    total_loss,
)
from deixis.train.nano.marked_scenes import MarkedScenes
from deixis.train.task import Losses, ParameterGroup, Task, decayed_groups

PICTURES_AT_ONCE = 64
MUON_LR_SHARE = 20.0  # 0.02 at the recipe's rate


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class EncoderOptions:
    """What is pretrained, and on which scenes."""

    architecture: str = "vipllava"  # one of models.nano
    start: str = ""  # folder of a model to go on from; empty: untrained
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
        parts = architecture(options.architecture)
        tower = parts.tower(faster(self.nano.model))
        self.encoder = DenseEncoder(
            tower,
            layers=parts.layers,
            middle=parts.middle,
            generator=torch.Generator().manual_seed(options.seed),
        )
        self.average = Averaged(self.encoder, memory=options.averaging)
        self.module = self.average
        self.source = MarkedScenes(
            world=SceneWorld(seed=options.world_seed, exponent=options.exponent)
        )

    @override
    def loss(self, batch: Mapping[str, np.ndarray], step: int) -> Losses:
        pixels, labels = self._placed(batch)
        last, *middle = self.encoder(normalised(pixels))
        parts = dense_losses(last, labels)
        total = total_loss(parts)
        for scores in middle:
            total = total + MIDDLE_WEIGHT * total_loss(dense_losses(scores, labels))
        detached: dict[str, float | Tensor] = {key: part.detach() for key, part in parts.items()}
        return Losses(total=total, weight=float(len(pixels)), parts=detached)

    @override
    def parameter_groups(self, optim: OptimConfig) -> list[ParameterGroup]:
        """The tower's matrices by Muon, which learned as much from a third of the pictures as
        AdamW (docs/log.md); all else as ever.
        """
        matrices = {
            weight
            for module in self.encoder.tower.modules()
            if isinstance(module, nn.Linear)
            for weight in module.parameters()
            if weight.ndim == 2
        }
        groups = [
            replace(group, parameters=tuple(p for p in group.parameters if p not in matrices))
            for group in decayed_groups(self.module, optim.weight_decay)
        ]
        muon = ParameterGroup(
            parameters=tuple(p for p in self.module.parameters() if p in matrices),
            weight_decay=optim.weight_decay,
            lr_share=MUON_LR_SHARE,
            kind="muon",
        )
        return [group for group in (*groups, muon) if group.parameters]

    @override
    def after_step(self, step: int) -> None:
        self.average.follow()

    @override
    def evaluate(self, step: int) -> dict[str, float]:
        """The share of right answers by kind, on scenes of the validation split."""
        scenes = MarkedScenes(world=SceneWorld(seed=self.options.world_seed, split="validation"))
        sums: dict[str, float] = {}
        with self.average.averaged():
            for begin in range(0, self.options.num_held_out, PICTURES_AT_ONCE):
                end = min(begin + PICTURES_AT_ONCE, self.options.num_held_out)
                examples = [
                    scenes.example(index, np.random.default_rng(index))
                    for index in range(begin, end)
                ]
                pixels, labels = self._placed(scenes.collate(examples))
                shares = accuracies(self.encoder(normalised(pixels))[0], labels)
                for key, share in shares.items():
                    sums[key] = sums.get(key, 0.0) + share * (end - begin)
        return {key: value / self.options.num_held_out for key, value in sums.items()}

    @override
    def save(self, folder: Path) -> None:
        """The model, its language side untrained, and the readers in `readers.safetensors`."""
        with self.average.averaged():
            nano.save(self.nano, folder)
            readers = {
                key: value.contiguous()
                for key, value in self.encoder.state_dict().items()
                if not key.startswith("tower.")
            }
            save_file(readers, folder / "readers.safetensors")

    def _placed(self, batch: Mapping[str, np.ndarray]) -> tuple[Tensor, dict[str, Tensor]]:
        tensors = {key: torch.from_numpy(value).to(self.device) for key, value in batch.items()}
        return tensors.pop("pixels"), tensors
