"""A study's repairs: each from its seed, in a folder of its own."""

import dataclasses
import hashlib
import json
from functools import cache
from pathlib import Path

from deixis.core.progress import Reporter
from deixis.data.entities.named import EntitySource
from deixis.data.entities.questions import NAMING
from deixis.evals.request_key import identity
from deixis.models.load_by_name import load
from deixis.priors.repair_plan import RepairPlan, repair
from deixis_lab.parts.entities import SCENES, held_out_names
from deixis_lab.prior_study.ways import StudyOptions, Way

FIRST_WORLD = 2  # the first seed of the scenes that are learnt from


def repaired(
    options: StudyOptions, way: Way, seed: int, folder: Path, reporter: Reporter | None = None
) -> Path:
    """The model of a way from a seed. The same call goes on where it was."""
    return repair(plan_of(options, way, seed), place_of(options, way, seed, folder), reporter)


def plan_of(options: StudyOptions, way: Way, seed: int) -> RepairPlan:
    """What a way is told."""
    threads = f"threads={options.threads}"
    return RepairPlan(
        model=options.model,
        source=EntitySource(what=SCENES, per_entity=options.learnt, seed=FIRST_WORLD + seed),
        names=held_out_names(),
        how=way.how,
        kinds=(NAMING,),
        asked=options.learnt if way.asks_all else options.told,
        rehearsed=options.rehearsed,
        seed=seed,
        encoder=(threads, *options.encoder, *way.encoder_of(options.model)),
        answers=(threads, *options.answers),
        recipes="nano_prior",
    )


def place_of(options: StudyOptions, way: Way, seed: int, folder: Path) -> Path:
    """A run's own folder, by what it is told and the weights that it begins with: another nano has
    another.
    """
    plan = plan_of(options, way, seed)
    said = dataclasses.asdict(plan)
    del said["recipes"]  # always the same here, and no part of the folders' names
    told = json.dumps([said, begun_with(options.model)], default=str)
    digest = hashlib.sha256(told.encode()).hexdigest()[:10]
    return folder / "runs" / f"{_slug(way.name)}-{seed}-{digest}"


@cache
def begun_with(model: str) -> dict[str, str]:
    """Who is repaired, with the digest of its weights."""
    return dict(identity(load(model)))


def _slug(name: str) -> str:
    return name.replace(",", "").replace(" ", "_")
