"""The second stage: the projector learns to speak the language side's words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from typing_extensions import override

from deixis.train.source import Source
from deixis.train.task import Losses, Task
from deixis_lab.things.art import WHOLE
from deixis_lab.zoo import nano
from deixis_lab.zoo.training.alignment import (
    WordTargets,
    frozen_except,
    place_loss,
    pooled_targets,
    read_scores,
    set_loss,
)
from deixis_lab.zoo.training.architectures import (
    Architecture,
    architecture,
    faster,
    opened,
    own_dialect,
    reading,
)
from deixis_lab.zoo.training.asked_scenes import AskedScene
from deixis_lab.zoo.training.asked_things import AskedThings
from deixis_lab.zoo.training.encoder import Answers, PatchReader, dense_losses, right, total_loss
from deixis_lab.zoo.training.kept_scenes import KeptScenes, TaughtThings, kept
from deixis_lab.zoo.training.labels import stacked
from deixis_lab.zoo.training.lending import lend_language
from deixis_lab.zoo.training.taught_world import TRAIN, taught_world
from deixis_lab.zoo.training.vision import Vision


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class AlignmentOptions:
    """What is aligned."""

    stored_name = "AlignmentOptions"

    architecture: str = nano.DEFAULT  # one of models.nano
    start: str = "runs/nano/encoder/model"  # of the pretrained encoder, or nano; empty: untrained
    only_tower: bool = False  # begin with nothing else of `start`
    language: str = ""  # nano or nano:NAME: begin with its language side, and leave it as it is
    layers: tuple[int, ...] = ()  # hidden states that a new projector reads; empty: as it was
    seed: int = 0  # of the untrained weights
    world_seed: int = 0  # of the scenes
    exponent: float = 0.7  # of Zipf's law
    art: str = WHOLE  # of Things; small: what ships, for a try
    kept: str = ""  # folder in which drawn scenes of Things are kept; empty: each is drawn anew
    num_kept: int = 30_000  # of them
    num_held_out: int = 256  # validation scenes that it is measured on


READER = "token_reader.safetensors"


def token_reader(parts: Architecture, language: Any, *, seed: int) -> PatchReader | None:
    """A reader of every label from projected tokens; None where a token is not one patch."""
    if parts.block != 1:
        return None
    generator = torch.Generator().manual_seed(seed)
    width = language.embed_tokens.embedding_dim
    return PatchReader(width=width, layers=(0,), generator=generator)


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class _Seen:
    """Each token's scores as a word, what it should read as, and the reader's answers."""

    scores: Tensor
    targets: Tensor
    answers: Mapping[str, Answers]
    has_thing: Tensor


@final
class AlignmentTask(Task):
    """Trains the projector and the word embeddings; tower and language layers stay.

    Where a token is a patch, a linear reader keeps in it what no word says, as the colour of its
    mark: by words alone two fifths of that were lost (docs/log.md).
    """

    def __init__(self, options: AlignmentOptions) -> None:
        self.options = options
        self.nano = opened(
            options.architecture,
            options.start,
            seed=options.seed,
            only_tower=options.only_tower,
        )
        if options.layers:
            self.nano = reading(self.nano, options.layers, seed=options.seed)
        self.parts = architecture(options.architecture)
        if options.language:
            lend_language(self.nano, options.architecture, options.language)
        model = faster(self.nano.model)
        self.language: Any = self.parts.language(model)
        words: list[Any] = [] if options.language else [self.language.embed_tokens]
        frozen_except(model, [*self.parts.projector(model), *words])
        self.reader = token_reader(self.parts, self.language, seed=options.seed)
        self.module = nn.ModuleDict({"model": model})
        if self.reader is not None:
            self.module["reader"] = self.reader
        self.targets = WordTargets(self.nano.processor.tokenizer)
        self.vision = Vision(self.nano, options.architecture)
        self.source: TaughtThings = self._scenes(TRAIN)
        if isinstance(self.source, KeptScenes):
            self.vision.keep(self.source)

    @override
    def loss(self, batch: Sequence[AskedScene], step: int) -> Losses:
        seen = self._seen(batch)
        is_place = self.parts.block is not None
        said = (place_loss if is_place else set_loss)(seen.scores, seen.targets)
        parts: dict[str, float | Tensor] = {"words": said.detach()}
        kept = dense_losses(seen.answers)
        parts |= {key: part.detach() for key, part in kept.items()}
        total = said + total_loss(kept) if kept else said
        return Losses(total=total, weight=float(len(seen.scores)), parts=parts)

    @override
    def evaluate(self, step: int) -> dict[str, float]:
        """How often a token over a thing reads as one of its words, most of all; then what a
        linear reader finds in the tokens.
        """
        if self.parts.block is None:
            return {}
        scenes: Source = self._scenes("validation")
        held_out = range(self.options.num_held_out)
        batch = scenes.collate([scenes.example(i, np.random.default_rng(i)) for i in held_out])
        seen = self._seen(batch)
        best = seen.scores.argmax(-1, keepdim=True)
        is_word = seen.targets.gather(-1, best)[..., 0] > 0
        has_thing = seen.has_thing.float()
        shown = pooled_targets(has_thing[..., None], self.parts.block)[..., 0] > 0
        shares = {
            "thing_words": float(is_word[shown].float().mean()),
            "ground_words": float(is_word[~shown].float().mean()),
        }
        read = right(seen.answers) if seen.answers else {}
        return shares | {key: float(hits.float().mean()) for key, hits in read.items()}

    @override
    def save(self, folder: Path) -> None:
        nano.save(self.nano, folder)
        if self.reader is not None:
            save_file(self.reader.state_dict(), folder / READER)

    def _scenes(self, split: str) -> TaughtThings:
        world = taught_world(self.options, split)
        things = AskedThings(
            world=world,
            dialect=own_dialect(self.nano),
            is_restyled=split == TRAIN,
            most_pictures=self.parts.most_pictures,
        )
        return kept(things, self.options) if split == TRAIN else things

    def _seen(self, batch: Sequence[AskedScene]) -> _Seen:
        arrays = stacked([scene.labels for scene in batch])
        tokens = self.vision.of_first(batch)
        labels = {key: torch.from_numpy(value).to(self.device) for key, value in arrays.items()}
        targets = self.targets(labels)
        if self.parts.block is not None:
            targets = pooled_targets(targets, self.parts.block)
        answers = {} if self.reader is None else self.reader([tokens], labels)
        return _Seen(
            scores=read_scores(tokens, self.language),
            targets=targets,
            answers=answers,
            has_thing=labels["name"] >= 0,
        )
