"""Recipes: runs that can be repeated by name: a row of a table in `recipes/`, or a file there."""

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, final

from deixis.core.catalog import ObjectCatalog
from deixis.core.settings import override
from deixis.train.config import RunConfig
from deixis.train.task import Task

TASK = "task."


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class NoOptions:
    """The options of a recipe that has none."""

    stored_name = "NoOptions"


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Recipe:
    """A run: what is trained and how. `about` tells its command, its cost and what to expect.

    `options` is a frozen dataclass of what the task can be told; `build` makes the task of it.
    """

    summary: str
    about: str | None = None
    config: RunConfig
    build: Callable[[Any], Task]  # Any: the class of `options`
    options: Any = field(default_factory=NoOptions)

    def with_settings(self, assignments: Sequence[str]) -> "Recipe":
        """The same with `optim.lr=1e-4` on its run and `task.size=96` on its options."""
        own = [text for text in assignments if not text.startswith(TASK)]
        tasks = [text.removeprefix(TASK) for text in assignments if text.startswith(TASK)]
        config = with_length(self.config, own)
        return dataclasses.replace(self, config=config, options=override(self.options, tasks))

    def task(self) -> Task:
        """The task, built anew."""
        return self.build(self.options)


def with_length(config: RunConfig, assignments: Sequence[str]) -> RunConfig:
    """The settings with these; of steps and epochs, which both tell the length of the run, the one
    that is said last holds.
    """
    said = [text.partition("=")[0].strip() for text in assignments]
    length = [name for name in said if name in ("steps", "epochs")]
    return override(
        config, [*assignments, "epochs=none"] if length[-1:] == ["steps"] else assignments
    )


FILES = {  # tables of `recipes/`, and what they hold as RECIPES
    "vip_llava": (
        "vip_llava_align",
        "vip_llava_instruct",
        "vip_llava_lora",
        "vip_llava_region",
    ),
    "knowledge_prompts": ("llava_knowledge", "mipha_align", "mipha_knowledge"),
    "tvp": ("pixel_blip2", "pixel_instructblip", "pixel_llava"),
    "vispre": ("vispre_encoder", "vispre_answers"),
}
recipes: ObjectCatalog[Recipe] = ObjectCatalog(
    kind="recipe",
    package="deixis.recipes",
    group="deixis.recipes",
    interface=Recipe,
    elsewhere={"nano_": "deixis-lab"},
    attribute="RECIPE",
    rows={name: f"{file}:RECIPES" for file, names in FILES.items() for name in names},
)
