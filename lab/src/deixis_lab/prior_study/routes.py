"""What the models of a study are asked, and the routes by which regions and knowledge come.

Under a mark they are taught; MAIN's are asked by other encodings too, and under a mark with what a
source that is never wrong would know of the thing, brought by a prompt that was trained once, on
the model as it was.
"""

import dataclasses
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from deixis.ask.knowledge_forms import Knowledge
from deixis.core.errors import UnknownNameError
from deixis.core.progress import Reporter
from deixis.data.entities.entity_set import Entities
from deixis.data.entities.named import EntitySource
from deixis.data.entities.questions import (
    NAMING,
    EntityQuestion,
    QuestionOptions,
    entity_questions,
)
from deixis.evals.findings import JudgedTrial
from deixis.models.interface import VisionLanguageModel
from deixis.models.load_by_name import SHIPPED
from deixis.priors.entity_trials import ENCODING, ask_questions
from deixis.train.recipe import Recipe, home_of, recipes, trained
from deixis_lab.examine.knowing import LEARNT, knowledge_by
from deixis_lab.parts.entities import SCENES, held_out_names
from deixis_lab.prior_study.claims import KNOWN, NEW, OLD
from deixis_lab.prior_study.runs import begun_with
from deixis_lab.prior_study.ways import StudyOptions
from deixis_lab.zoo.nano import DEFAULT, PREFIX
from deixis_lab.zoo.training.architectures import architecture

WORLD = 1  # the seed of the scenes that are asked about
ENCODINGS = ("said", "cropped", "dimmed", "blurred", "masked")  # beside the one that is taught
ByRoute = Mapping[str, tuple[JudgedTrial, ...]]


def taught_prompt(options: StudyOptions, folder: Path, reporter: Reporter) -> Path | None:
    """The knowledge prompt of the model as it was; None where it takes none."""
    recipe = knowledge_recipe(options)
    if recipe is None:
        return None
    place = home_of(recipe, folder, KNOWN, begun_with(options.model))
    return trained(recipe, place, reporter)


def knowledge_recipe(options: StudyOptions) -> Recipe | None:
    """The prompt's training, in which it alone trains; None: the model's vision tokens have no
    place, or see the words.
    """
    name = _architecture(options.model)
    if name is None:
        return None
    told = (f"threads={options.threads}", *LEARNT, *options.knowledge, "task.parts=knowledge")
    recipe = recipes.get("nano_knowledge").with_settings(told)
    started = dataclasses.replace(recipe.options, start=options.model, architecture=name)
    return dataclasses.replace(recipe, options=started)


def _architecture(model: str) -> str | None:
    """That of a nano model by its name, if notes can enter its tokens."""
    name = DEFAULT if model == SHIPPED else model.removeprefix(PREFIX)
    try:
        parts = architecture(name)
    except UnknownNameError:
        return None
    return name if parts.block is not None and parts.is_causal else None


def asked(
    options: StudyOptions,
    model: VisionLanguageModel,
    folder: Path,
    reporter: Reporter,
    *,
    by_others: bool = False,
    prompt: Path | None = None,
) -> ByRoute:
    """A model's answers under a mark, by other routes, and with knowledge if there is a prompt."""
    ways: dict[str, tuple[str, Knowledge | None]] = {ENCODING: (ENCODING, None)}
    if by_others:
        ways |= {encoding: (encoding, None) for encoding in ENCODINGS}
    if prompt is not None:
        ways[KNOWN] = (ENCODING, knowledge_by(prompt, model))
    found: dict[str, tuple[JudgedTrial, ...]] = {}
    for route, (encoding, knowledge) in ways.items():
        reporter.say(f"asked: {route}")
        found[route] = ask_questions(
            model,
            questions_of(subjects(options, route)),
            folder=folder / "asked",
            encoding=encoding,
            knowledge=knowledge,
            reporter=reporter,
        ).answers
    return found


@cache
def entities_of(options: StudyOptions) -> Entities:
    """Those that are asked about, on scenes that no stage saw."""
    every = EntitySource(what=SCENES, per_entity=options.asked, seed=WORLD).entities()
    new = set(held_out_names())
    seen = [name for name in every.names if name not in new]
    return every.of([*new, *seen[: options.seen]])


def subjects(options: StudyOptions, route: str) -> Entities:
    """All of them under a mark; by other routes those never seen, and as many others."""
    entities, new = entities_of(options), held_out_names()
    if route == ENCODING:
        return entities
    others = [name for name in entities.names if name not in new]
    return entities.of([*new, *others[: len(new)]])


def questions_of(entities: Entities) -> list[EntityQuestion]:
    """The same to every model."""
    return entity_questions(entities, QuestionOptions(kinds=(NAMING,), words=0))


def grouped(options: StudyOptions, answers: ByRoute) -> ByRoute:
    """Under NEW or OLD, clustered by entity and paired by their picture."""
    new, places = set(held_out_names()), {n: i for i, n in enumerate(entities_of(options).names)}
    found: dict[str, tuple[JudgedTrial, ...]] = {}
    for route, judged in answers.items():
        questions = questions_of(subjects(options, route))
        found[route] = tuple(
            dataclasses.replace(
                one,
                scene=places[questions[one.scene].entity],
                condition=NEW if questions[one.scene].entity in new else OLD,
                pair=questions[one.scene].picture.content,
            )
            for one in judged
        )
    return found
