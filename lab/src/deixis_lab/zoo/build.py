"""Build a nano model from nothing: all stages of its recipe, its card, its place in the cache."""

import hashlib
import itertools
import json
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, final

from deixis.core.errors import UnknownNameError
from deixis.core.files import make_folder, read_text, write_text
from deixis.core.json_lines import parse
from deixis.core.progress import Reporter, Silent
from deixis.core.settings import to_record
from deixis.models import load_by_name as load
from deixis.train.recipe import Recipe, recipes, trained
from deixis_lab.examine.things.card import command_of, thing_card
from deixis_lab.examine.things.house_figures import Record, ThingSettings, examine_things
from deixis_lab.things.art import WHOLE
from deixis_lab.zoo import nano
from deixis_lab.zoo.training.architectures import opened
from deixis_lab.zoo.training.lending import THINGS

VERSION = 2  # of what the recipes mean; a new one makes every cached model stale
KEPT = "kept"  # scenes, beside the built models
STAGES = ("encoder", "align", "instruct", "joint")


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Budget:
    """Steps of each stage, 0 for none, and scenes that it is examined on."""

    encoder: int = 1500
    align: int = 200
    instruct: int = 500
    joint: int = 0
    tower: str = ""  # things, or nano:NAME, whose tower it begins with; empty: an untrained one
    language: str = "nano"  # whose language side it begins with; empty: an untrained one
    exponent: float = 0.5  # of Zipf's law in training
    sides: tuple[int, ...] = ()  # of the encoder's pictures; none: the model's own
    teacher: str = ""  # nano:NAME, whose tower teaches this one; empty: labels alone do
    art: str = WHOLE  # of the scenes; small: what ships, for a try
    kept: int = 0  # scenes of Things that are drawn once and kept; 0: each is drawn anew
    unsure: float = 0.0  # names that a reader of the tokens is less sure of are declined
    held_out: int = 256  # scenes at each stage's end
    measured: int = 300  # scenes of the card
    workers: int = 1  # processes that draw beside the step


# all but `fast_vlm` are meant to be built in an hour on two cores; plain towers
# begin with the weights of one that is trained longer, as BLIP-2 and InstructBLIP share theirs
PLAIN = f"{nano.PREFIX}idefics3"
TAUGHT_BY = f"{nano.PREFIX}fast_vlm"
OF_THINGS = Budget(
    align=600,
    instruct=1500,
    language=TAUGHT_BY,
    teacher=TAUGHT_BY,
    exponent=0.2,
    kept=30_000,
)
BUDGETS = {
    "fast_vlm": Budget(
        encoder=2600,
        align=1800,
        instruct=1900,
        tower=THINGS,
        language="",
        exponent=0.2,
        sides=(160, 192),
        kept=24_000,
        measured=2000,
    ),
    "vipllava": replace(OF_THINGS, encoder=2000),
    "idefics3": replace(OF_THINGS, encoder=2600),
    "llava": replace(OF_THINGS, encoder=400, tower=PLAIN),
    "llava_conv": replace(OF_THINGS, encoder=2000),
    "blip_2": replace(OF_THINGS, encoder=300, tower=PLAIN),
    "instructblip": replace(OF_THINGS, encoder=300, tower=PLAIN),
    # its language side is Gemma's
    "paligemma": replace(OF_THINGS, encoder=300, tower=PLAIN, language=""),
}


@final
@dataclass(frozen=True, kw_only=True)
class Built:
    """A trained nano model, and its figures; None where it was in the cache already."""

    name: str
    folder: Path
    measured: Record | None


def build(name: str, *, budget: Budget | None = None, reporter: Reporter | None = None) -> Built:
    """The model of that architecture, from the cache if its recipe is still the same.

    Killed or stopped, the same call goes on where it was.
    """
    if name not in nano.names():
        raise UnknownNameError(kind="nano architecture", name=name, known=nano.names())
    reporter = reporter or Silent()
    budget = budget or budget_of(name)
    home = nano.cache() / name
    stages = planned(name, home, budget)
    digest = recipe_digest(stages)
    model = home / "model"
    if _digest_of(model) == digest:
        return Built(name=name, folder=model, measured=None)
    for other in lenders(budget.tower, budget.teacher):
        build(other, reporter=reporter)
    last = Path()
    for stage, recipe in stages.items():
        reporter.say(f"{name}: {stage}, {recipe.config.steps} steps")
        last = trained(recipe, home / digest / stage, reporter)
    fresh = home / digest / "model"
    nano.pack(opened(name, str(last)), fresh)
    reporter.say(f"{name}: examined on {budget.measured} held-out scenes")
    kept = home / digest / "card"
    page, measured = _examined(name, fresh, kept, budget, reporter)
    write_text(fresh / "README.md", page)
    record = {"recipe": digest, "stages": _records(stages)}
    write_text(fresh / "recipe.json", json.dumps(record, indent=1) + "\n")
    make_folder(home)
    if model.exists():
        shutil.rmtree(model)
    fresh.rename(model)
    return Built(name=name, folder=model, measured=measured)


def _examined(
    name: str, model: Path, kept: Path, budget: Budget, reporter: Reporter
) -> tuple[str, Record]:
    """The card of a model and its figures, on so many scenes of each split."""
    settings = ThingSettings(num_scenes=budget.measured, art=budget.art)
    opened_model = load.load(str(model), batch_size=32)
    figures = examine_things(opened_model, settings, kept, reporter=reporter)
    command = command_of(nano.called(name), settings)
    return thing_card(name, figures, command=command), figures.record()


def budget_of(name: str) -> Budget:
    """What an architecture's training is given."""
    return BUDGETS.get(name, Budget())


def planned(name: str, home: Path, budget: Budget) -> dict[str, Recipe]:
    """The recipes of the stages, each beginning where the one before ends."""
    stages: dict[str, Recipe] = {}
    asked = [stage for stage in STAGES if getattr(budget, stage) > 0]
    for stage in asked:
        recipe = recipes.get(f"nano_{stage}")
        config = replace(recipe.config, steps=getattr(budget, stage), num_workers=budget.workers)
        options = replace(
            recipe.options,
            architecture=name,
            num_held_out=budget.held_out,
            exponent=budget.exponent,
            art=budget.art,
        )
        if stage == "encoder":
            options = replace(
                options, tower=budget.tower, sides=budget.sides, teacher=budget.teacher
            )
        # scenes that are met once, as by a tower that begins to learn, are not worth keeping
        if budget.kept and stage != "joint" and (stage != "encoder" or budget.teacher):
            folder = str(nano.cache() / KEPT)
            options = replace(options, kept=folder, num_kept=budget.kept)
        if stage == "align":
            options = replace(options, language=budget.language)
        if stage == "joint":  # by then the reader can be trusted
            options = replace(options, unsure=budget.unsure)
        stages[stage] = replace(recipe, config=config, options=options)
    digest = recipe_digest(stages)
    for before, stage in itertools.pairwise(asked):
        start = str(home / digest / before / "model")
        options = replace(stages[stage].options, start=start)
        stages[stage] = replace(stages[stage], options=options)
    return stages


def recipe_digest(stages: dict[str, Recipe]) -> str:
    """A short hash of everything that the stages are told, but for where they lie, and of the
    recipes of the towers that they begin with and learn from.
    """
    told = [VERSION, _records(stages)]
    options = stages["encoder"].options
    for lender in lenders(options.tower, options.teacher):
        told.append(recipe_digest(planned(lender, Path(), budget_of(lender))))
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:12]


def lenders(*names: str) -> list[str]:
    """The architectures that must be built before, of those whose towers begin another or teach it:
    "nano:NAME", but for what ships.
    """
    lent = [name.removeprefix(nano.PREFIX) for name in names if name.startswith(nano.PREFIX)]
    return [name for name in lent if name != nano.DEFAULT]


def _records(stages: dict[str, Recipe]) -> dict[str, Any]:
    records = {}
    for stage, recipe in stages.items():
        options = to_record(recipe.options)
        for where in ("start", "kept"):
            options.pop(where, None)
        records[stage] = {"run": to_record(recipe.config), "task": options}
    return records


def _digest_of(model: Path) -> str | None:
    path = model / "recipe.json"
    return parse(read_text(path))["recipe"] if path.is_file() else None
