"""The second stage: the projector learns to speak the language side's words."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

import numpy as np
import torch
from torch import Tensor
from typing_extensions import override

from deixis.data.scenes.world import SceneWorld
from deixis.models import nano
from deixis.train.nano.alignment import (
    WordTargets,
    frozen_except,
    place_loss,
    pooled_targets,
    read_scores,
    set_loss,
)
from deixis.train.nano.architectures import (
    architecture,
    faster,
    normalised,
    opened,
    projected_tokens,
)
from deixis.train.nano.marked_scenes import MarkedScenes
from deixis.train.task import Losses, Task


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class AlignmentOptions:
    """What is aligned."""

    architecture: str = "vipllava"  # one of models.nano
    start: str = "runs/nano/encoder/model"  # folder of the pretrained encoder; empty: untrained
    seed: int = 0  # of the untrained weights
    world_seed: int = 0  # of the scenes
    exponent: float = 0.7  # of Zipf's law
    num_held_out: int = 256  # validation scenes that it is measured on


@final
class AlignmentTask(Task):
    """Trains the projector and the word embeddings; tower and language layers stay."""

    def __init__(self, options: AlignmentOptions) -> None:
        self.options = options
        self.nano = opened(options.architecture, options.start, seed=options.seed)
        self.parts = architecture(options.architecture)
        model = faster(self.nano.model)
        self.language: Any = self.parts.language(model)
        words: Any = self.language.embed_tokens  # Any: a submodule by name
        frozen_except(model, [*self.parts.projector(model), words])
        self.module = model
        self.targets = WordTargets(self.nano.processor.tokenizer)
        self.source = MarkedScenes(
            world=SceneWorld(seed=options.world_seed, exponent=options.exponent)
        )

    @override
    def loss(self, batch: Mapping[str, np.ndarray], step: int) -> Losses:
        scores, targets, pictures = self._scored(batch)
        is_place = self.parts.block is not None
        total = place_loss(scores, targets) if is_place else set_loss(scores, targets)
        return Losses(total=total, weight=float(pictures))

    @override
    def evaluate(self, step: int) -> dict[str, float]:
        """How often a token over a thing reads as one of its words, most of all."""
        if self.parts.block is None:
            return {}
        scenes = MarkedScenes(world=SceneWorld(seed=self.options.world_seed, split="validation"))
        held_out = range(self.options.num_held_out)
        batch = scenes.collate([scenes.example(i, np.random.default_rng(i)) for i in held_out])
        scores, targets, _ = self._scored(batch)
        best = scores.argmax(-1, keepdim=True)
        right = targets.gather(-1, best)[..., 0] > 0
        has_thing = torch.from_numpy(batch["name"] >= 0).float().to(self.device)
        shown = pooled_targets(has_thing[..., None], self.parts.block)[..., 0] > 0
        return {
            "thing_words": float(right[shown].float().mean()),
            "ground_words": float(right[~shown].float().mean()),
        }

    @override
    def save(self, folder: Path) -> None:
        nano.save(self.nano, folder)

    def _scored(self, batch: Mapping[str, np.ndarray]) -> tuple[Tensor, Tensor, int]:
        tensors = {key: torch.from_numpy(value).to(self.device) for key, value in batch.items()}
        pixels = normalised(tensors.pop("pixels"))
        tokens = projected_tokens(self.nano, self.options.architecture, pixels)
        targets = self.targets(tensors)
        if self.parts.block is not None:
            targets = pooled_targets(targets, self.parts.block)
        return read_scores(tokens, self.language), targets, len(pixels)
