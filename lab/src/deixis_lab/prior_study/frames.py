"""Frames of pixels on the models of a study: learned on the model as it was, or on each anew."""

import dataclasses
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from deixis.ask.loading import load
from deixis.batch.jobs import carried_out
from deixis.core.answer_store import Answers
from deixis.core.progress import Reporter
from deixis.evals.benchmarks import Options, benchmarks
from deixis.evals.findings import JudgedTrial
from deixis.evals.run import Exam, RunSettings, run
from deixis.evals.trial_asking import ANSWERS
from deixis.train.recipe import Recipe, home_of, recipes, trained
from deixis_lab.prior_study.claims import BEFORE, of_seed
from deixis_lab.prior_study.frames_report import ANEW, EARLIER, NO_FRAME
from deixis_lab.prior_study.runs import repaired
from deixis_lab.prior_study.ways import MAIN, StudyOptions, Way

TASK = "scenes_classification"
# as the matrix of pixel prompts was carried out
LEARNT = ("steps=60", "task.num=960", "task.num_held_out=0")
BATCH = 32


def first_frame(options: StudyOptions, folder: Path, reporter: Reporter) -> Path:
    """The frame that is learned on the model as it was."""
    return _learned(options, BEFORE, options.model, folder, reporter)


def asked_through_frames(
    options: StudyOptions, folder: Path, frame: Path, reporter: Reporter
) -> Mapping[str, list[JudgedTrial]]:
    """Answers of MAIN's models by the model, under the frames' names; `frame` is the first."""
    turns: list[tuple[int, Way | None]] = [(0, None)]
    turns += [(seed, way) for seed in range(options.seeds) for way in MAIN]
    found = carried_out(
        partial(_asked, options, folder, frame),
        [(f"frames, {_name(way)}, seed {seed}", (seed, way)) for seed, way in turns],
        jobs=options.jobs,
        threads=options.threads,
        reporter=reporter,
    )
    answers: dict[str, list[JudgedTrial]] = {}
    for (seed, way), some in zip(turns, found, strict=True):
        for one in range(options.seeds) if way is None else (seed,):
            answers.setdefault(_name(way), []).extend(of_seed(some, one))
    return answers


def frame_recipe(options: StudyOptions, source: str) -> Recipe:
    """A frame's training on a model."""
    told = (f"threads={options.threads}", *LEARNT, *options.pixel, f"task.task={TASK}")
    recipe = recipes.get("nano_pixel").with_settings(told)
    return dataclasses.replace(
        recipe, options=dataclasses.replace(recipe.options, sources=(source,))
    )


def _learned(
    options: StudyOptions, name: str, model: str, folder: Path, reporter: Reporter
) -> Path:
    """A frame of a model, which is told by its name and weights, wherever it lies."""
    weights = load(model).vlm.weights_digest()
    place = home_of(frame_recipe(options, name), folder, f"frame {name}", weights)
    return trained(frame_recipe(options, model), place, reporter)


def _asked(
    options: StudyOptions,
    folder: Path,
    frame: Path,
    turn: tuple[int, Way | None],
    reporter: Reporter,
) -> list[JudgedTrial]:
    """One model without a frame and through each of its own."""
    seed, way = turn
    frames = {EARLIER: frame}
    where = options.model
    if way is not None:
        where = str(repaired(options, way, seed, folder))
        reporter.say("a frame is learned on it")
        frames[ANEW] = _learned(options, way.name, where, folder, reporter)
    model = load(where, batch_size=BATCH)
    through = {NO_FRAME: model} | {name: model.with_pixel(one) for name, one in frames.items()}
    judged: list[JudgedTrial] = []
    made = benchmarks.get(TASK).of(Options(num_pictures=options.classified))
    with Answers(folder / "asked" / ANSWERS) as kept:
        for name, one in through.items():
            reporter.say(f"asked: {name}")
            rows = run(Exam(model=one, benchmark=made, answers=kept), RunSettings()).rows
            judged += [
                JudgedTrial(
                    scene=place, condition=name, pair="", is_right=row.numbers["right"] == 1
                )
                for place, row in enumerate(rows)
            ]
    return judged


def _name(way: Way | None) -> str:
    return BEFORE if way is None else way.name
