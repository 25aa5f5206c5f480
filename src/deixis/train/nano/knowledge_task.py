"""A nano model learns to use what is known of a scene: told, drawn, or by a prompt that trains."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import final

import numpy as np
from typing_extensions import override

from deixis.coordinates import conventions
from deixis.data.scenes.world import SceneWorld
from deixis.knowledge.harm import Harm
from deixis.knowledge.network import NetworkConfig
from deixis.knowledge.prompt import PromptConfig
from deixis.models.load import load
from deixis.nn.interface import Generation
from deixis.train.config import OptimConfig
from deixis.train.conversations import OpenedTurn
from deixis.train.known import KnowledgeOptions
from deixis.train.nano.asked_scenes import AskedScenes
from deixis.train.nano.known_scenes import KnownScenes
from deixis.train.task import Losses, ParameterGroup, Task
from deixis.train.tuning import Tuning, TuningOptions

LONGEST_ANSWER = 24
HIDDEN = 128
AT_ONCE = 32


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class SceneKnowledgeOptions:
    """What learns, of which scenes, and how much is known of them."""

    start: str = "nano"  # the model: nano, nano:NAME or a folder
    parts: tuple[str, ...] = ("knowledge",)  # that train: knowledge, language, projector, lora …
    knowledge: KnowledgeOptions = field(
        default_factory=lambda: KnowledgeOptions(
            form="infused",
            sources=("truth",),
            prompt=PromptConfig(network=NetworkConfig(hidden=HIDDEN)),
        )
    )
    harm: Harm = field(default_factory=Harm)  # done to the truth
    world_seed: int = 0  # of the scenes
    exponent: float = 0.2  # of Zipf's law
    num_held_out: int = 128  # validation scenes that it is measured on
    asks: tuple[str, ...] = ()  # kinds of questions; empty: all


@final
class SceneKnowledge(Task):
    """Tuning on scenes with their truth, measured by what is answered rightly."""

    def __init__(self, options: SceneKnowledgeOptions) -> None:
        self.options = options
        model = load(options.start, batch_size=AT_ONCE)
        convention = conventions.get(model.convention)(**model.convention_settings)
        world = SceneWorld(seed=options.world_seed, exponent=options.exponent)
        asked = AskedScenes(world=world, convention=convention, asks=options.asks)
        self.scenes = KnownScenes(asked=asked, harm=options.harm)
        tuned = TuningOptions(parts=options.parts, knowledge=options.knowledge)
        self.tuning = Tuning(model, self.scenes, tuned)
        self.module = self.tuning.module
        self.source = self.scenes

    @override
    def loss(self, batch: Sequence[OpenedTurn], step: int) -> Losses:
        return self.tuning.loss(batch, step)

    @override
    def parameter_groups(self, optim: OptimConfig) -> list[ParameterGroup]:
        return self.tuning.parameter_groups(optim)

    @override
    def save(self, folder: Path) -> None:
        self.tuning.save(folder)

    @override
    def evaluate(self, step: int) -> dict[str, float]:
        """The share of right answers, of all and by kind."""
        world = replace(self.scenes.asked.world, split="validation")
        scenes = replace(self.scenes, asked=replace(self.scenes.asked, world=world))
        right: dict[str, list[bool]] = {}
        for begin in range(0, self.options.num_held_out, AT_ONCE):
            indices = range(begin, min(begin + AT_ONCE, self.options.num_held_out))
            opened = [scenes.example(i, np.random.default_rng(i)) for i in indices]
            examples = [self.tuning.example(one) for one in opened]
            settings = Generation(max_new_tokens=LONGEST_ANSWER)
            said = self.tuning.model.generate([one.question for one in examples], settings)
            for one, example, words in zip(opened, examples, said, strict=True):
                is_right = words.text.strip() == example.answer
                for key in ("all", one.kind):
                    right.setdefault(key, []).append(is_right)
        return {key: float(np.mean(values)) for key, values in sorted(right.items())}
