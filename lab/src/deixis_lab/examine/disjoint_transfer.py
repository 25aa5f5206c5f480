"""Pixel prompts between models that share no training data: two nano models of disjoint scenes."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import final

from deixis.core.progress import Reporter, Silent
from deixis.pixel.transfer import Transfer
from deixis.pixel.transfer_matrix import MatrixSettings, learned_and_transferred, recipe_of, rows
from deixis.train.recipe import recipes
from deixis_lab.examine.studying import taught
from deixis_lab.studies import Stage

# seeds of the scenes that each model is trained on; prompts are learned on those of seed 0 and
# asked about those of seed 1, so that no scene is met twice
WORLDS = (2, 3)
STAGES = {
    "nano_encoder": ("task.architecture=llava_conv", "steps=1500", "evaluate_every=1500"),
    "nano_align": ("task.architecture=llava_conv", "steps=350", "evaluate_every=350"),
    "nano_instruct": ("task.architecture=llava_conv", "steps=1500", "evaluate_every=1500"),
}


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class ApartSettings:
    """What is tried. `prompts` are settings of every prompt's run, `models` of every stage of the
    two models.
    """

    task: str
    steps: int = 400
    limit: int = 300
    variants: tuple[str, ...] = ("EVP", "TVP")
    prompts: tuple[str, ...] = ()
    models: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        matrix = self.matrix([f"world {world}" for world in WORLDS])
        for variant, sources in rows(matrix):  # what is wrong is told before hours of training
            recipe_of(matrix, variant, sources)
        for stage in stages(WORLDS[0]):
            recipes.get(stage.recipe).with_settings([*stage.settings, *self.models])

    def matrix(self, models: Sequence[str]) -> MatrixSettings:
        """What is learned on the two models, once they are there."""
        return MatrixSettings(
            task=self.task,
            models=tuple(models),
            steps=self.steps,
            limit=self.limit,
            variants=self.variants,
            more=self.prompts,
            recipe="nano_pixel",
        )


def transferred_apart(
    settings: ApartSettings, folder: Path, *, reporter: Reporter | None = None
) -> Transfer:
    """Train the models, learn prompts on each, ask each with all; `folder` keeps all of it."""
    reporter = reporter or Silent()
    models = [
        taught(stages(world), world, settings.models, folder / "models", reporter).folder
        for world in WORLDS
    ]
    matrix = settings.matrix([str(model) for model in models])
    return learned_and_transferred(matrix, folder, reporter=reporter)


def stages(world: int) -> tuple[Stage, ...]:
    """The trainings of a model from nothing, all on scenes of that seed."""
    return tuple(
        Stage(recipe=recipe, settings=(*told, f"task.world_seed={world}"))
        for recipe, told in STAGES.items()
    )
