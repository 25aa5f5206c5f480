"""The first stage: the encoder learns to say of every patch what it shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import final

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from typing_extensions import override

from deixis.coordinates import dialects
from deixis.core.errors import UsageError
from deixis.train.config import OptimConfig
from deixis.train.task import Losses, ParameterGroup, Task
from deixis_lab.things.art import WHOLE
from deixis_lab.zoo import nano
from deixis_lab.zoo.training.architectures import (
    MOST_PICTURES,
    architecture,
    faster,
    left_with,
    normalised,
    opened,
)
from deixis_lab.zoo.training.asked_scenes import AskedScene, as_marked
from deixis_lab.zoo.training.asked_things import DIALECT, AskedThings
from deixis_lab.zoo.training.averaged import Averaged
from deixis_lab.zoo.training.encoder import (
    MIDDLE_WEIGHT,
    DenseEncoder,
    PatchReader,
    dense_losses,
    right,
    total_loss,
)
from deixis_lab.zoo.training.groups import muon_groups
from deixis_lab.zoo.training.kept_scenes import KeptScenes, TaughtThings, kept
from deixis_lab.zoo.training.labels import NAMES
from deixis_lab.zoo.training.lending import THINGS, lend_things, lend_tower
from deixis_lab.zoo.training.marked_scenes import MarkedBatch, MarkedScenes
from deixis_lab.zoo.training.taught_world import taught_world
from deixis_lab.zoo.training.teacher import WEIGHT as TEACHER_WEIGHT
from deixis_lab.zoo.training.teacher import Teacher

PICTURES_AT_ONCE = 64
READERS = "readers.safetensors"


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class EncoderOptions:
    """What is pretrained, and on which scenes."""

    stored_name = "EncoderOptions"

    architecture: str = nano.DEFAULT  # one of models.nano
    start: str = ""  # folder of a model to go on from; empty: untrained
    tower: str = ""  # things, or nano:NAME: begin with its tower, where both are alike
    seed: int = 0  # of the untrained weights
    world_seed: int = 0  # of the scenes
    exponent: float = 0.7  # of Zipf's law: rarer things are met more often than at 1
    art: str = WHOLE  # of Things; small: what ships, for a try
    num_held_out: int = 512  # validation scenes that it is measured on
    averaging: float = 0.998  # memory of the averaged weights; 0: none
    sides: tuple[int, ...] = ()  # of the pictures, a batch has one; none: the model's own
    kept: str = ""  # folder in which drawn scenes of Things are kept; empty: each is drawn anew
    num_kept: int = 30_000  # of them
    teacher: str = ""  # nano:NAME, whose tower's maps of kept scenes are taught; empty: none's


@final
class EncoderTask(Task):
    """Dense pretraining of one architecture's tower."""

    def __init__(self, options: EncoderOptions) -> None:
        self.options = options
        self.nano = opened(options.architecture, options.start, seed=options.seed)
        known: dict[str, Tensor] = {}
        if options.tower == THINGS:
            known = lend_things(self.nano, options.architecture)
        elif options.tower:
            lend_tower(self.nano, options.architecture, options.tower)
        self.parts = parts = architecture(options.architecture)
        self.source: MarkedScenes | TaughtThings = self._scenes()
        self.teacher = None
        if options.teacher:
            if not isinstance(self.source, KeptScenes):
                raise UsageError("a teacher looks at kept scenes: set task.kept to a folder")
            self.teacher = Teacher(options.teacher, self.source)
        self.encoder = DenseEncoder(
            parts.tower(faster(self.nano.model)),
            parts.states,
            layers=parts.layers,
            middle=parts.middle,
            generator=torch.Generator().manual_seed(options.seed),
            taught=0 if self.teacher is None else self.teacher.maps.width,
        )
        if known:
            reader = self.encoder.readers[0]
            assert isinstance(reader, PatchReader)
            classes = [NAMES.index(known_name) for known_name in known]
            reader.begin_naming(classes, torch.stack(list(known.values())))
        readers = left_with(options.start, READERS)
        if readers is not None:
            self.encoder.load_state_dict(load_file(readers), strict=False)
        self.average = Averaged(self.encoder, memory=options.averaging)
        self.module = self.average

    @override
    def loss(self, batch: MarkedBatch | Sequence[AskedScene], step: int) -> Losses:
        pixels, labels = self._placed(batch)
        states = self.encoder.see(normalised(pixels))
        last, *middle = self.encoder.read(states, labels)
        parts = dense_losses(last)
        total = total_loss(parts)
        for answers in middle:
            total = total + MIDDLE_WEIGHT * total_loss(dense_losses(answers))
        detached: dict[str, float | Tensor] = {key: part.detach() for key, part in parts.items()}
        if self.teacher is not None:
            assert not isinstance(batch, Mapping)
            guessed = self.encoder.guessed(states, labels["name"].shape[1])
            mimicked = self.teacher.loss(guessed, batch)
            detached["teacher"] = mimicked.detach()
            total = total + TEACHER_WEIGHT * mimicked
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
        world = taught_world(self.options, "validation")
        scenes = MarkedScenes(world=world)
        sums: dict[str, list[float]] = {}
        with self.average.averaged():
            for begin in range(0, self.options.num_held_out, PICTURES_AT_ONCE):
                end = min(begin + PICTURES_AT_ONCE, self.options.num_held_out)
                examples = [
                    scenes.example(index, np.random.default_rng(index))
                    for index in range(begin, end)
                ]
                pixels, labels = self._placed(scenes.collate(examples))
                answers = self.encoder.read(self.encoder.see(normalised(pixels)), labels)[0]
                for key, found in right(answers).items():
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

    def _scenes(self) -> MarkedScenes | TaughtThings:
        """Kept ones as all architectures share them, with places said in one dialect: no question
        is asked here. Else marked ones of any side.
        """
        options, world = self.options, taught_world(self.options)
        if options.kept and options.sides:
            raise UsageError("kept scenes have the model's own side: leave task.sides out")
        if options.kept:
            things = AskedThings(
                world=world,
                dialect=dialects.get(DIALECT)(),
                most_pictures=MOST_PICTURES,
            )
            return kept(things, options)
        return MarkedScenes(world=world, sides=options.sides, is_restyled=True)

    def _placed(
        self, batch: MarkedBatch | Sequence[AskedScene]
    ) -> tuple[Tensor, dict[str, Tensor]]:
        arrays = batch if isinstance(batch, Mapping) else as_marked(batch)
        tensors = {key: torch.from_numpy(value).to(self.device) for key, value in arrays.items()}
        return tensors.pop("pixels"), tensors
