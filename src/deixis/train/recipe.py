"""Recipes: runs that can be repeated by name, and are run to their end unless they are there.

A recipe is a row of a table in `recipes/`, or a file there.
"""

import dataclasses
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, final

from deixis.core.catalog import ObjectCatalog
from deixis.core.progress import Reporter
from deixis.core.settings import override, stored_text, to_record
from deixis.train.config import RunConfig
from deixis.train.run import run
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


class Stopped(KeyboardInterrupt):
    """Ctrl-C asked it to stop, and it saved what it has; it ends a command as Ctrl-C does."""


def home_of(recipe: Recipe, folder: Path, name: str, weights: object) -> Path:
    """A run's own folder in a folder of runs, by what it is told and the weights it begins with."""
    told = stored_text((recipe.config, recipe.options, weights))
    digest = hashlib.sha256(told.encode()).hexdigest()[:10]
    return folder / "runs" / f"{name.replace(' ', '_')}-{digest}"


def trained(recipe: Recipe, folder: Path, reporter: Reporter) -> Path:
    """The folder of the trained model; the run is in `folder`, and goes on where it was."""
    # the model is there whole or not at all; a kill right after it leaves no curves
    is_cut_short = (folder / "checkpoints").is_dir() and not (folder / "finished.json").is_file()
    if is_cut_short or not (folder / "model").is_dir():
        about = {"task": to_record(recipe.options)}
        outcome = run(recipe.task(), recipe.config, folder, about=about, reporter=reporter)
        if not outcome.finished:
            raise Stopped
    return folder / "model"
