"""Repair in order: the encoder is taught, then projector and language side meet it on questions."""

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import final

from deixis.core.errors import UsageError
from deixis.core.files import make_folder, read_text, write_text
from deixis.core.json_lines import parse
from deixis.core.progress import Reporter, Silent
from deixis.data.entities.entity_set import Entities
from deixis.data.entities.named import EntitySource, first_of_each
from deixis.data.entities.questions import QuestionOptions, entity_questions, write_questions
from deixis.train.recipe import Recipe, recipes, trained

REPAIR, QUESTIONS, RANDOM, TOGETHER = "repair", "questions", "random", "together"
CONTROLS = {
    REPAIR: "the encoder is taught the entities, then questions",
    QUESTIONS: "the same questions alone, from the model as it was",
    RANDOM: "the encoder is taught as many other entities, then the same questions",
    TOGETHER: "the same questions from the model as it was, with the encoder unfrozen",
}
PLAN = "plan.json"
STAGES = ("encoder", "answers")


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class RepairPlan:
    """Whose encoder is repaired for which entities, and how; `how` is one of CONTROLS.

    `names` empty: all. Questions are on `asked` pictures of each of them (None: all) and on
    `rehearsed` of each other entity (None: as many). `encoder` and `answers` are settings of the
    two stages, as of `--set`; those are the recipes RECIPES_encoder and RECIPES_answers.
    """

    model: str
    source: EntitySource
    names: tuple[str, ...] = ()
    how: str = REPAIR
    kinds: tuple[str, ...] = ("naming",)
    asked: int | None = None
    rehearsed: int | None = None
    seed: int = 0
    encoder: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    recipes: str = "vispre"

    def __post_init__(self) -> None:
        if self.how not in CONTROLS:
            raise UsageError(f"a repair is one of {', '.join(CONTROLS)}, got {self.how!r}")
        if self.source.form is not None:
            raise UsageError(
                "the encoder is taught from a folder, a list or drawn pictures, not a format"
            )
        for stage in STAGES:
            recipes.get(f"{self.recipes}_{stage}")  # what is not there is told before training
        for name in ("asked", "rehearsed"):
            count = getattr(self, name)
            if count is not None and count < 1:
                raise UsageError(f"{name} is at least 1, got {count}")

    @property
    def has_encoder_stage(self) -> bool:
        """Whether the encoder is taught before the questions."""
        return self.how in (REPAIR, RANDOM)


def repair(plan: RepairPlan, folder: Path, reporter: Reporter | None = None) -> Path:
    """Run the stages; the folder of the repaired model. The same call goes on where it was."""
    reporter = reporter or Silent()
    make_folder(folder)
    check_same(plan, folder)
    questions = folder / "questions" / "questions.json"
    if not questions.is_file():
        asked = entity_questions(asked_about(plan), QuestionOptions(kinds=plan.kinds))
        write_questions(asked, folder / "questions")
    model = plan.model
    if plan.has_encoder_stage:
        reporter.say("the encoder is taught")
        model = str(trained(encoder_recipe(plan, folder), folder / "encoder", reporter))
    reporter.say("projector and language side are tuned on questions")
    return trained(answers_recipe(plan, model, questions), folder / "answers", reporter)


def asked_about(plan: RepairPlan) -> Entities:
    """The pictures that questions are of: the same for every `how`."""
    entities = plan.source.entities()
    others = entities.without(plan.names) if plan.names else Entities(pictures=())
    own = entities.of(plan.names) if plan.names else entities
    rehearsed = plan.asked if plan.rehearsed is None else plan.rehearsed
    some = (_first(own, plan.asked), _first(others, rehearsed))
    return Entities(pictures=tuple(picture for part in some for picture in part.pictures))


def encoder_recipe(plan: RepairPlan, folder: Path) -> Recipe:
    """The first stage."""
    recipe, source = stage_recipe(plan, "encoder"), plan.source
    names = None
    if plan.names:
        names = folder / "names.txt"
        write_text(names, "".join(f"{name}\n" for name in plan.names))
    options = dataclasses.replace(
        recipe.options,
        model=plan.model,
        data=source.what,
        images=source.images,
        scenes_per_entity=source.per_entity,
        scenes_seed=source.seed,
        names=names,
        at_random=plan.how == RANDOM,
    )
    recipe = dataclasses.replace(recipe, options=options)
    return recipe.with_settings([f"seed={plan.seed}", f"task.seed={plan.seed}", *plan.encoder])


def answers_recipe(plan: RepairPlan, model: str, questions: Path) -> Recipe:
    """The second stage, from that model."""
    recipe = stage_recipe(plan, "answers")
    options = dataclasses.replace(
        recipe.options, model=model, data=questions, images=questions.parent
    )
    recipe = dataclasses.replace(recipe, options=options)
    recipe = recipe.with_settings([f"seed={plan.seed}", *plan.answers])
    if plan.how == TOGETHER:
        parts = ("vision", *(part for part in recipe.options.parts if part != "vision"))
        options = dataclasses.replace(recipe.options, parts=parts)
        recipe = dataclasses.replace(recipe, options=options)
    return recipe


def _first(entities: Entities, count: int | None) -> Entities:
    return entities if count is None else first_of_each(entities, count)


def check_same(plan: RepairPlan, folder: Path) -> None:
    """A folder holds one repair: with another plan, what lies there would pass for its result, so
    that this is a UsageError.
    """
    told = parse(json.dumps(dataclasses.asdict(plan), default=str))
    path = folder / PLAN
    if not path.is_file():
        write_text(path, json.dumps(told, indent=1) + "\n")
        return
    before = parse(read_text(path))
    other = [name for name in told if name in before and told[name] != before[name]]
    if other:
        raise UsageError(
            f"{folder} holds a repair with another {other[0]}: {before.get(other[0])!r}, not "
            f"{told[other[0]]!r}; choose another --out"
        )


def stage_recipe(plan: RepairPlan, stage: str) -> Recipe:
    """That of "encoder" or "answers", before anything is told."""
    return recipes.get(f"{plan.recipes}_{stage}")


def chosen_names(names: Sequence[str], source: EntitySource) -> tuple[str, ...]:
    """The names to repair; if none are given, of drawn entities those that training never met."""
    drawn = None if names else source.drawn
    return tuple(names) if drawn is None else drawn.unseen()
