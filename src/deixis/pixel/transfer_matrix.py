"""Prompts of every kind, learned on every model, tried on every other: TVP's question."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import final

from deixis.ask.loading import load
from deixis.batch.jobs import carried_out
from deixis.core.errors import UnknownNameError, UsageError
from deixis.core.progress import Reporter, Silent
from deixis.data.tasks import tasks
from deixis.evals.benchmarks import Options, benchmarks
from deixis.evals.run import RunSettings
from deixis.pixel.card import Card
from deixis.pixel.prompts import build
from deixis.pixel.saved import load_prompt, save_prompt
from deixis.pixel.transfer import Transfer, TransferSettings, transfer
from deixis.train.recipe import Recipe, home_of, recipes, trained

PLAIN = "untrained frame"  # the control: the picture as a frame places it, black around
# what is learned; the losses of the recipe are TVP's
VARIANTS: dict[str, tuple[str, ...]] = {
    "VP": ("task.kind=border", "task.consistency=0", "task.semantics=0"),
    "EVP": ("task.consistency=0", "task.semantics=0"),
    "TVP without FCA": ("task.consistency=0",),
    "TVP without TSE": ("task.semantics=0",),
    "TVP": (),
}
# asked for by name: the paper's open questions
ASIDE: dict[str, tuple[str, ...]] = {
    "TVP, wrong words": ("task.description=this is a photo of a door",),
    "TVP, vague words": ("task.description=this is a photo",),
    "TVP, narrow": ("task.layout.width=4",),
    "TVP, wide": ("task.layout.width=14",),
    "TVP, ten times both losses": ("task.consistency=0.05", "task.semantics=0.01"),
    "TVP, Adam": ("task.step=adam", "optim.lr=0.02"),
    "TVP, 200 pictures": ("task.num=200",),
    "TVP, low contrast": ("task.corruption=contrast:4",),
    "whole picture overlaid": ("task.kind=full", "task.consistency=0", "task.semantics=0"),
}
APART = ("EVP", "TVP")  # what is usually tried on two models that share no training data
ENSEMBLES = {"TVP, 2 sources": 2, "TVP, 3 sources": 3}
BATCH = 32  # questions at once


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class MatrixSettings:
    """What is tried. `variants` are PLAIN and names of VARIANTS, ASIDE and ENSEMBLES; without any,
    all but those of ASIDE. `recipe` is what each run begins from, `more` settings of every one;
    `data` has the files of a task that has some.
    """

    task: str
    models: tuple[str, ...]
    steps: int = 400
    limit: int = 300
    variants: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    jobs: int = 1  # at a time, each on one thread
    recipe: str = "pixel"
    data: Path | None = None

    def __post_init__(self) -> None:
        known = [PLAIN, *VARIANTS, *ASIDE, *ENSEMBLES]
        if len(set(self.models)) < len(self.models):
            raise UsageError(f"each model is named once, got {', '.join(self.models)}")
        for name in self.variants:
            if name not in known:
                raise UnknownNameError(kind="kind of prompt here", name=name, known=known)
        if self.jobs < 1:
            raise UsageError(f"jobs are at least 1, got {self.jobs}")
        tasks.get(self.task)
        benchmarks.get(self.task)
        recipes.get(self.recipe)

    @property
    def tried(self) -> tuple[str, ...]:
        """The kinds of prompts."""
        return self.variants or (PLAIN, *VARIANTS, *ENSEMBLES)


def asked_of(task: str, limit: int, data: Path | None) -> Options:
    """The benchmark's options: a task that draws its pictures draws so many."""
    return Options(data=data) if tasks.get(task).about.form else Options(num_pictures=limit)


def limited(task: str, limit: int) -> RunSettings:
    """How many questions are asked: of files so many by lot, of what is drawn all."""
    return RunSettings(limit=limit) if tasks.get(task).about.form else RunSettings()


def between_two(settings: MatrixSettings) -> MatrixSettings:
    """The same for two models that share no training data: each learned on, both asked."""
    if len(settings.models) != 2:
        raise UsageError(f"two models are tried on each other, got {len(settings.models)}")
    return settings if settings.variants else replace(settings, variants=APART)


def learned_and_transferred(
    settings: MatrixSettings, folder: Path, *, reporter: Reporter | None = None
) -> Transfer:
    """Learn what is not there yet, then ask every model; `folder` keeps runs and answers."""
    reporter = reporter or Silent()
    weights = {name: load(name).vlm.weights_digest() for name in settings.models}
    turns = []
    for variant, sources in rows(settings):
        recipe = recipe_of(settings, variant, sources)
        place = home_of(recipe, folder, variant, [weights[source] for source in sources])
        turns.append((row_name(variant, sources), (variant, sources, place)))
    learned = carried_out(
        partial(_learned, settings), turns, jobs=settings.jobs, threads=1, reporter=reporter
    )
    prompts = {name: model for (name, _), model in zip(turns, learned, strict=True)}
    columns = carried_out(
        partial(_transferred, settings, prompts, folder),
        [(name, name) for name in settings.models],
        jobs=settings.jobs,
        threads=1,
        reporter=reporter,
    )
    return replace(columns[0], cells=tuple(cell for one in columns for cell in one.cells))


def _learned(
    settings: MatrixSettings, turn: tuple[str, Sequence[str], Path], reporter: Reporter
) -> Path:
    variant, sources, place = turn
    recipe = recipe_of(settings, variant, sources)
    if sources:
        return trained(recipe, place, reporter)
    save_prompt(build("frame", recipe.options.layout), Card(), place / "model")
    return place / "model"


def _transferred(
    settings: MatrixSettings,
    prompts: Mapping[str, Path],
    folder: Path,
    model: str,
    reporter: Reporter,
) -> Transfer:
    """The column of a model."""
    return transfer(
        {name: load_prompt(learned) for name, learned in prompts.items()},
        {model: partial(load, model, batch_size=BATCH)},
        TransferSettings(
            benchmark=settings.task,
            options=asked_of(settings.task, settings.limit, settings.data),
            run=limited(settings.task, settings.limit),
        ),
        folder,
        tell=lambda label, reached: reporter.say(label) if reached.done == reached.total else None,
    )


def recipe_of(settings: MatrixSettings, variant: str, sources: Sequence[str]) -> Recipe:
    """The training of a row. What makes it that row is said last, so that it holds."""
    told = [
        "threads=1",
        f"steps={settings.steps}",
        *settings.more,
        f"task.task={settings.task}",
        *([f"task.data={settings.data}"] if settings.data else []),
        *([f"task.sources={','.join(sources)}"] if sources else []),
        *(VARIANTS | ASIDE).get(variant, ()),
    ]
    return recipes.get(settings.recipe).with_settings(told)


def rows(settings: MatrixSettings) -> list[tuple[str, Sequence[str]]]:
    """What is learned on what: each kind on each model, ensembles on each choice of them; PLAIN on
    none.
    """
    found: list[tuple[str, Sequence[str]]] = []
    for variant in settings.tried:
        size = 0 if variant == PLAIN else ENSEMBLES.get(variant, 1)
        found += [(variant, sources) for sources in combinations(settings.models, size)]
    return found


def row_name(variant: str, sources: Sequence[str]) -> str:
    """Of a row of the matrix."""
    return f"{variant} of {', '.join(sources)}" if sources else variant
