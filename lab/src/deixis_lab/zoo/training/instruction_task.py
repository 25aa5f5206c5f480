"""The third stage: the language side learns to answer, then everything together."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, final

import numpy as np
from safetensors.torch import load_file, save_file
from torch import nn
from typing_extensions import override

from deixis.train.config import OptimConfig
from deixis.train.task import Losses, ParameterGroup, Task
from deixis_lab.things.art import WHOLE
from deixis_lab.things.world import ThingWorld
from deixis_lab.zoo import nano
from deixis_lab.zoo.training.alignment import frozen_except
from deixis_lab.zoo.training.alignment_task import READER, token_reader
from deixis_lab.zoo.training.architectures import (
    architecture,
    faster,
    left_with,
    opened,
    own_dialect,
)
from deixis_lab.zoo.training.asked_scenes import Asked, AskedScene
from deixis_lab.zoo.training.asked_things import AskedThings
from deixis_lab.zoo.training.averaged import Averaged
from deixis_lab.zoo.training.groups import muon_groups
from deixis_lab.zoo.training.instruction import PackedAsking, asking_of
from deixis_lab.zoo.training.kept_scenes import KeptScenes, TaughtThings, kept
from deixis_lab.zoo.training.scene_mark import KINDS
from deixis_lab.zoo.training.taught_world import taught_world

PICTURES_AT_ONCE = 32
PLACED = ("finding", "finding_all", "pointing")  # kinds of questions that ask for places


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class InstructionOptions:
    """What is taught, and how much of it trains."""

    stored_name = "InstructionOptions"

    architecture: str = nano.DEFAULT  # one of models.nano
    start: str = "runs/nano/align/model"  # folder of the aligned model; empty: untrained
    trains: Literal["language", "all"] = "language"  # projector and language side, or the tower too
    seed: int = 0  # of the untrained weights
    world_seed: int = 0  # of the scenes
    exponent: float = 0.7  # of Zipf's law
    art: str = WHOLE  # of Things; small: what ships, for a try
    kept: str = ""  # folder in which drawn scenes of Things are kept; empty: each is drawn anew
    num_kept: int = 30_000  # of them
    unsure: float = 0.0  # names that a reader of the tokens is less sure of are declined
    num_held_out: int = 256  # validation scenes that it is measured on
    averaging: float = 0.998  # memory of the averaged weights; 0: none
    way: str = ""  # in which things are pointed at: drawn, said, cropped …; empty: by lot
    shapes: tuple[str, ...] = KINDS  # of the marks
    asks: tuple[str, ...] = ()  # kinds of questions; empty: all


@final
class InstructionTask(Task):
    """Cross-entropy of the answers to all questions on each picture."""

    def __init__(self, options: InstructionOptions) -> None:
        self.options = options
        self.parts = architecture(options.architecture)
        self.nano = opened(options.architecture, options.start, seed=options.seed)
        model = faster(self.nano.model)
        if self.parts.is_causal:  # long rows with a mask of their own: there it is the other way
            language: Any = self.parts.language(model)  # Any: a method that nn.Module does not list
            language.set_attn_implementation("sdpa")
        trained: list[nn.Module] = [*self.parts.projector(model), self.parts.language(model)]
        frozen_except(model, [model] if options.trains == "all" else trained)
        self.average = Averaged(model, memory=options.averaging)
        reader = None
        if self.parts.is_causal:
            reader = token_reader(self.parts, self.parts.language(model), seed=options.seed)
        read = left_with(options.start, READER)
        if reader is not None and read is not None:
            reader.load_state_dict(load_file(read))
        self.reader = reader
        self.module = nn.ModuleDict({"average": self.average})
        if reader is not None:
            self.module["reader"] = reader
        self.asking = asking_of(self.nano, options.architecture, reader, unsure=options.unsure)
        self.dialect = own_dialect(self.nano)
        self.source: TaughtThings = kept(self._scenes(taught_world(options)), options)
        stays = options.trains == "language"
        if isinstance(self.source, KeptScenes) and isinstance(self.asking, PackedAsking) and stays:
            self.asking.vision.keep(self.source)

    @override
    def loss(self, batch: Sequence[AskedScene], step: int) -> Losses:
        return self.asking.loss(batch, step)

    @override
    def parameter_groups(self, optim: OptimConfig) -> list[ParameterGroup]:
        return muon_groups(self.module, self.average.inner, optim)

    @override
    def after_step(self, step: int) -> None:
        self.average.follow()

    @override
    def evaluate(self, step: int) -> dict[str, float]:
        """The share of right answers by kind, of names by kind of mark, and of names where the
        marks were not drawn, which is what the rest of the picture gives away.
        """
        world = taught_world(self.options, "validation")
        with self.average.averaged():
            shares = self._shares(world, self.options.num_held_out)
            unmet = self._shares(
                taught_world(self.options, "novel_houses"), self.options.num_held_out // 2
            )
            if "naming" in unmet:
                shares["naming_by_unmet_artists"] = unmet["naming"]
        return shares

    def _shares(self, world: ThingWorld, num_scenes: int) -> dict[str, float]:
        counts: dict[str, list[bool]] = {}
        for begin in range(0, num_scenes, PICTURES_AT_ONCE):
            end = min(begin + PICTURES_AT_ONCE, num_scenes)
            marked = [self._held_out(world, index) for index in range(begin, end)]
            for key, is_right in self._verdicts(marked):
                counts.setdefault(key, []).append(is_right)
        return {key: float(np.mean(values)) for key, values in sorted(counts.items())}

    @override
    def save(self, folder: Path) -> None:
        with self.average.averaged():
            nano.save(self.nano, folder)
            if self.reader is not None:
                save_file(self.reader.state_dict(), folder / READER)

    def _scenes(self, world: ThingWorld) -> AskedThings:
        options = self.options
        return AskedThings(
            world=world,
            dialect=self.dialect,
            most_pictures=self.parts.most_pictures,
            way=options.way,
            shapes=options.shapes,
            asks=options.asks,
        )

    def _held_out(self, world: ThingWorld, index: int) -> AskedScene:
        source = replace(self._scenes(world), num_marks=1 + index % 2, is_restyled=False)
        return source.example(index, np.random.default_rng(index))

    def _verdicts(self, scenes: Sequence[AskedScene]) -> list[tuple[str, bool]]:
        verdicts: list[tuple[str, bool]] = []
        flat = [(scene, asked) for scene in scenes for asked in scene.asked]
        marked = self.asking.verdicts(scenes, unmarked=False)
        plain = self.asking.verdicts(scenes, unmarked=True)
        for (scene, asked), judged, unmarked in zip(flat, marked, plain, strict=True):
            is_right = judged.is_right
            verdicts.append((asked.kind, is_right))
            if asked.kind in PLACED:
                verdicts.append((f"{asked.kind}_near", judged.is_near))
            if asked.kind == "naming":
                verdicts.append((f"naming_of_{len(scene.marks)}", is_right))
                verdicts.append(("naming_unmarked", unmarked.is_right))
                if scene.marks:
                    verdicts.append((f"naming_{_named_mark(scene, asked)}", is_right))
                elif scene.way != "drawn":
                    verdicts.append((f"naming_{scene.way}", is_right))
        return verdicts


def _named_mark(scene: AskedScene, asked: Asked) -> str:
    """The kind of mark that a question says; "mask" is also the start of "mask contour"."""
    said = [mark for mark in scene.marks if mark.phrase in asked.text]
    return max(said, key=lambda mark: len(mark.phrase)).kind
