"""A nano model learns to use what is known of a scene: told, drawn, or by a prompt that trains."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import final

import numpy as np
from typing_extensions import override

from deixis.knowledge.network import NetworkConfig
from deixis.knowledge.note_corruption import NoteCorruption
from deixis.knowledge.prompt import PromptConfig
from deixis.knowledge.tuning import (
    KnowledgeBeside,
    KnowledgeOptions,
    KnowledgeTuningOptions,
    with_knowledge,
)
from deixis.models.interface import Example
from deixis.models.load_by_name import load
from deixis.train.config import OptimConfig
from deixis.train.conversations import OpenedTurn
from deixis.train.task import Losses, ParameterGroup, Task
from deixis_lab.things.art import SMALL
from deixis_lab.things.world import SIDE, ThingWorld
from deixis_lab.zoo import nano
from deixis_lab.zoo.training.asked_things import DRAWN, AskedThings
from deixis_lab.zoo.training.known_asking import KnownAsking
from deixis_lab.zoo.training.known_scenes import KnownScenes, ManyAsked

HIDDEN = 128
AT_ONCE = 16
MEASURED_SEED = 2  # the lab's reports ask world 1


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class SceneKnowledgeOptions:
    """What learns, of which scenes, and how much is known of them."""

    stored_name = "SceneKnowledgeOptions"

    start: str = "nano"  # the model: nano, nano:NAME or a folder
    architecture: str = nano.DEFAULT  # of that model, one of models.nano whose words look back only
    parts: tuple[str, ...] = (
        "knowledge",
        "language",
    )  # that train: knowledge, language, projector, lora …
    knowledge: KnowledgeOptions = field(
        default_factory=lambda: KnowledgeOptions(
            form="infused",
            sources=("truth",),
            prompt=PromptConfig(
                encoder="own", network=NetworkConfig(layers="linear", hidden=HIDDEN)
            ),
            lr=5e-3,
        )
    )  # of the scenes
    harm: NoteCorruption = field(default_factory=NoteCorruption)  # done to the truth
    world_seed: int = 0  # of the scenes
    split: str = "novel_houses"  # of the scenes: drawings by artists that the tower never saw
    art: str = SMALL  # of them; whole: what `deixis lab art` fetches
    exponent: float = 0.0  # of Zipf's law
    num_marks: int | None = 4  # on each; None: by lot
    most: int = 12  # questions about each
    num_held_out: int = 32  # scenes of another world that it is measured on
    asks: tuple[str, ...] = ()  # kinds of questions; empty: all
    seed: int = 0  # of an untrained prompt


@final
class SceneKnowledge(Task):
    """Tuning on scenes with their truth, measured by what is answered rightly."""

    def __init__(self, options: SceneKnowledgeOptions) -> None:
        self.options = options
        model = load(options.start, dtype="float32")
        dialect = model.own_dialect()
        world = ThingWorld(
            seed=options.world_seed,
            side=SIDE,
            split=options.split,
            exponent=options.exponent,
            art=options.art,
        )
        asked = AskedThings(
            world=world,
            dialect=dialect,
            num_marks=options.num_marks,
            way=DRAWN,
            is_restyled=False,
            asks=options.asks,
        )
        self.scenes = KnownScenes(asked=asked, harm=options.harm)
        known = replace(options.knowledge, seed=options.seed)
        tuned = KnowledgeTuningOptions(parts=options.parts, knowledge=known)
        self.tuning = with_knowledge(model, self.scenes, tuned)
        self.module = self.tuning.module
        self.source = ManyAsked(scenes=self.scenes, most=options.most)
        beside = self.tuning.beside
        prompt = beside.prompt if isinstance(beside, KnowledgeBeside) else None
        self.asking = KnownAsking(self.tuning.model, options.architecture, prompt)

    @override
    def loss(self, batch: Sequence[Sequence[OpenedTurn]], step: int) -> Losses:
        return self.asking.loss(self._examples(batch))

    @override
    def parameter_groups(self, optim: OptimConfig) -> list[ParameterGroup]:
        return self.tuning.parameter_groups(optim)

    @override
    def save(self, folder: Path) -> None:
        self.tuning.save(folder)

    @override
    def evaluate(self, step: int) -> dict[str, float]:
        """The share of right answers, of all and by kind."""
        world = replace(self.scenes.asked.world, seed=MEASURED_SEED)
        scenes = replace(self.scenes, asked=replace(self.scenes.asked, world=world))
        right: dict[str, list[bool]] = {}
        for begin in range(0, self.options.num_held_out, AT_ONCE):
            indices = range(begin, min(begin + AT_ONCE, self.options.num_held_out))
            rows = [scenes.turns(i, np.random.default_rng(i)) for i in indices]
            verdicts = self.asking.verdicts(self._examples(rows))
            for one, is_right in zip(chain.from_iterable(rows), verdicts, strict=True):
                for key in ("all", one.kind):
                    right.setdefault(key, []).append(is_right)
        return {key: float(np.mean(values)) for key, values in sorted(right.items())}

    def _examples(self, rows: Sequence[Sequence[OpenedTurn]]) -> list[list[Example]]:
        return [[self.tuning.example(one) for one in row] for row in rows]
