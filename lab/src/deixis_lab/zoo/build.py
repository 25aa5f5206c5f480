"""Build a nano model from nothing: all stages of its recipe, its card, its place in the cache."""

import dataclasses
import hashlib
import itertools
import json
import shutil
from pathlib import Path
from typing import Any, final

from deixis.core.errors import UnknownNameError
from deixis.core.files import make_folder, read_text, write_text
from deixis.core.json_lines import parse
from deixis.core.progress import Reporter, Silent
from deixis.core.settings import to_record
from deixis.models import load_by_name as load
from deixis.train.recipe import Recipe, recipes, trained
from deixis_lab.examine.card import card
from deixis_lab.examine.measure import Measured, measure
from deixis_lab.world.world import HELD_OUT
from deixis_lab.zoo import nano
from deixis_lab.zoo.training.architectures import opened

VERSION = 2  # of what the recipes mean; a new one makes every cached model stale
STAGES = ("encoder", "align", "instruct", "joint")


@final
@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Budget:
    """Steps of each stage, 0 for none, and scenes that it is examined on."""

    encoder: int = 1500
    align: int = 200
    instruct: int = 500
    joint: int = 0
    tower: str = ""  # nano:NAME, whose tower it begins with; empty: an untrained one
    language: str = "nano"  # whose language side it begins with; empty: an untrained one
    exponent: float = 0.5  # of Zipf's law in training
    held_out: int = 256  # scenes at each stage's end
    measured: int = 300  # scenes of the card
    workers: int = 1  # processes that draw beside the step


# all but the default are meant to be built in less than an hour on two cores; plain towers begin
# with the weights of one that is trained longer, as BLIP-2 and InstructBLIP share theirs
PLAIN = f"{nano.PREFIX}idefics3"
BUDGETS = {
    "vipllava": Budget(
        encoder=6000, align=350, instruct=3000, joint=1700, language="", measured=2000
    ),
    "idefics3": Budget(encoder=2600),
    "llava": Budget(encoder=400, tower=PLAIN),
    "llava_conv": Budget(encoder=900),
    "blip_2": Budget(encoder=300, tower=PLAIN, instruct=700),
    "instructblip": Budget(encoder=300, tower=PLAIN, instruct=700),
    # its language side is Gemma's
    "paligemma": Budget(encoder=100, tower=PLAIN, align=250, instruct=900, language=""),
}


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class Built:
    """A trained nano model. `measured` is None where it was in the cache already."""

    name: str
    folder: Path
    measured: Measured | None


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
    if budget.tower:
        build(budget.tower.removeprefix(nano.PREFIX), reporter=reporter)
    last = Path()
    for stage, recipe in stages.items():
        reporter.say(f"{name}: {stage}, {recipe.config.steps} steps")
        last = trained(recipe, home / digest / stage, reporter)
    fresh = home / digest / "model"
    nano.pack(opened(name, str(last)), fresh)
    reporter.say(f"{name}: examined on {budget.measured} held-out scenes")
    measured = measure(
        load.load(str(fresh), batch_size=32),
        HELD_OUT,
        num_scenes=budget.measured,
        folder=home / digest / "card",
        reporter=reporter,
    )
    write_text(fresh / "README.md", card(name, measured, stages))
    record = {"recipe": digest, "stages": _records(stages)}
    write_text(fresh / "recipe.json", json.dumps(record, indent=1) + "\n")
    make_folder(home)
    if model.exists():
        shutil.rmtree(model)
    fresh.rename(model)
    return Built(name=name, folder=model, measured=measured)


def budget_of(name: str) -> Budget:
    """What an architecture's training is given."""
    return BUDGETS.get(name, Budget())


def planned(name: str, home: Path, budget: Budget) -> dict[str, Recipe]:
    """The recipes of the stages, each beginning where the one before ends."""
    stages: dict[str, Recipe] = {}
    asked = [stage for stage in STAGES if getattr(budget, stage) > 0]
    for stage in asked:
        recipe = recipes.get(f"nano_{stage}")
        config = dataclasses.replace(
            recipe.config, steps=getattr(budget, stage), num_workers=budget.workers
        )
        options = dataclasses.replace(
            recipe.options,
            architecture=name,
            num_held_out=budget.held_out,
            exponent=budget.exponent,
        )
        if stage == "encoder":
            options = dataclasses.replace(options, tower=budget.tower)
        if stage == "align":
            options = dataclasses.replace(options, language=budget.language)
        stages[stage] = dataclasses.replace(recipe, config=config, options=options)
    digest = recipe_digest(stages)
    for before, stage in itertools.pairwise(asked):
        start = str(home / digest / before / "model")
        options = dataclasses.replace(stages[stage].options, start=start)
        stages[stage] = dataclasses.replace(stages[stage], options=options)
    return stages


def recipe_digest(stages: dict[str, Recipe]) -> str:
    """A short hash of everything that the stages are told, but for where they lie, and of the
    recipe of the tower that they begin with.
    """
    told = [VERSION, _records(stages)]
    tower = stages["encoder"].options.tower
    if tower:
        lender = tower.removeprefix(nano.PREFIX)
        told.append(recipe_digest(planned(lender, Path(), budget_of(lender))))
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:12]


def _records(stages: dict[str, Recipe]) -> dict[str, Any]:
    records = {}
    for stage, recipe in stages.items():
        options = to_record(recipe.options)
        options.pop("start", None)
        records[stage] = {"run": to_record(recipe.config), "task": options}
    return records


def _digest_of(model: Path) -> str | None:
    path = model / "recipe.json"
    return parse(read_text(path))["recipe"] if path.is_file() else None
