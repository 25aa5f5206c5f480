"""Training a stage to its end, unless it is there already."""

import hashlib
from pathlib import Path

from deixis.core.progress import Reporter
from deixis.core.settings import stored_text, to_record
from deixis.train.recipe import Recipe
from deixis.train.run import run


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
