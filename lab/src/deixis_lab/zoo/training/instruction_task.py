"""The third stage: the language side learns to answer, then everything together."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, final

import numpy as np
from safetensors.torch import load_file, save_file
from torch import nn
from typing_extensions import override

from deixis.coordinates import Dialect
from deixis.models.checkpoint_model import wrap
from deixis.train.config import OptimConfig
from deixis.train.task import Losses, ParameterGroup, Task
from deixis_lab.world.world import SceneWorld
from deixis_lab.zoo import nano
from deixis_lab.zoo.training.alignment import frozen_except
from deixis_lab.zoo.training.alignment_task import READER, token_reader
from deixis_lab.zoo.training.architectures import architecture, faster, opened
from deixis_lab.zoo.training.asked_scenes import Asked, AskedScene, AskedScenes, Pointing
from deixis_lab.zoo.training.averaged import Averaged
from deixis_lab.zoo.training.groups import muon_groups
from deixis_lab.zoo.training.instruction import asking_of
from deixis_lab.zoo.training.scene_mark import KINDS

PICTURES_AT_ONCE = 32


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class InstructionOptions:
    """What is taught, and how much of it trains."""

    stored_name = "InstructionOptions"

    architecture: str = "vipllava"  # one of models.nano
    start: str = "runs/nano/align/model"  # folder of the aligned model; empty: untrained
    trains: Literal["language", "all"] = "language"  # projector and language side, or the tower too
    seed: int = 0  # of the untrained weights
    world_seed: int = 0  # of the scenes
    exponent: float = 0.7  # of Zipf's law
    num_held_out: int = 256  # validation scenes that it is measured on
    averaging: float = 0.998  # memory of the averaged weights; 0: none
    pointing: Pointing = "both"  # drawn marks, the same things by said boxes, or both
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
        if reader is not None and (Path(options.start) / READER).is_file():
            reader.load_state_dict(load_file(Path(options.start) / READER))
        self.reader = reader
        self.module = nn.ModuleDict({"average": self.average})
        if reader is not None:
            self.module["reader"] = reader
        self.asking = asking_of(self.nano, options.architecture, reader)
        world = SceneWorld(seed=options.world_seed, exponent=options.exponent)
        self.dialect = _dialect(self.nano)
        self.scenes = AskedScenes(
            world=world,
            dialect=self.dialect,
            pointing=options.pointing,
            shapes=options.shapes,
            asks=options.asks,
        )
        self.source = self.scenes

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
        world = SceneWorld(seed=self.options.world_seed, split="validation")
        counts: dict[str, list[bool]] = {}
        with self.average.averaged():
            for begin in range(0, self.options.num_held_out, PICTURES_AT_ONCE):
                end = min(begin + PICTURES_AT_ONCE, self.options.num_held_out)
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

    def _held_out(self, world: SceneWorld, index: int) -> AskedScene:
        source = replace(self.scenes, world=world, num_marks=1 + index % 2)
        return source.example(index, np.random.default_rng(index))

    def _verdicts(self, scenes: Sequence[AskedScene]) -> list[tuple[str, bool]]:
        verdicts: list[tuple[str, bool]] = []
        flat = [(scene, asked) for scene in scenes for asked in scene.asked]
        right = self.asking.verdicts(scenes, unmarked=False)
        plain = self.asking.verdicts(scenes, unmarked=True)
        for (scene, asked), is_right, is_right_unmarked in zip(flat, right, plain, strict=True):
            verdicts.append((asked.kind, is_right))
            if asked.kind == "naming":
                verdicts.append((f"naming_of_{len(scene.marks)}", is_right))
                verdicts.append(("naming_unmarked", is_right_unmarked))
                if scene.marks:
                    verdicts.append((f"naming_{_named_mark(scene, asked)}", is_right))
        return verdicts


def _named_mark(scene: AskedScene, asked: Asked) -> str:
    """The kind of mark that a question says; "mask" is also the start of "mask contour"."""
    said = [mark for mark in scene.marks if mark.phrase in asked.text]
    return max(said, key=lambda mark: len(mark.phrase)).kind


def _dialect(built: nano.Nano) -> Dialect:
    """How this architecture's family says coordinates."""
    model = wrap(built.model, built.processor, name="nano")
    return model.own_dialect()
