"""Scenes with notes, and a prompt that learns to use them."""

import numpy as np
import pytest
import torch
from tests.long import long

from deixis.core.errors import UnsupportedError
from deixis.core.image import Image
from deixis.knowledge.note_corruption import NoteCorruption
from deixis.sources import source
from deixis.train.recipe import recipes
from deixis.train.run import run
from deixis_lab.zoo.training.knowledge_task import SceneKnowledge

SETTINGS = (
    *("steps=2", "batch_size=2", "log_every=1", "evaluate_every=2", "num_workers=0"),
    *("task.num_held_out=2", "task.knowledge.prompt.encoder=own"),
    "task.knowledge.prompt.network.hidden=5",
)


@pytest.fixture(scope="module")
def recipe():
    return recipes.get("nano_knowledge").with_settings(SETTINGS)


def test_notes_are_the_scenes_truth(recipe):
    task = recipe.task()
    opened = task.scenes.example(3, np.random.default_rng(0))
    scene = task.scenes.asked.world.scene(3)
    truth = source("truth").look(Image(pixels=scene.image.pixels, source=scene.image.source))
    assert [(n.label, n.text) for n in opened.notes[0]] == [(n.label, n.text) for n in truth]
    assert opened.kind


def test_harm_reaches_the_notes_and_not_the_questions(recipe):
    plain = recipe.task().scenes
    worse = recipe.with_settings(["task.harm.dropped=100"]).task().scenes
    assert isinstance(worse.harm, NoteCorruption)
    before, after = (s.example(5, np.random.default_rng(1)) for s in (plain, worse))
    assert before.notes[0]
    assert after.notes == ((),)
    assert (before.turn, before.images) == (after.turn, after.images)


def test_it_runs_measures_and_saves_a_prompt(recipe, tmp_path):
    outcome = run(recipe.task(), recipe.config, tmp_path / "run")
    assert "held-out all" in outcome.numbers
    model = tmp_path / "run" / "model"
    assert (model / "knowledge" / "knowledge.safetensors").is_file()
    assert (model / "model.safetensors").is_file()


@pytest.mark.long
@pytest.mark.parametrize("form", ["infused", long("told"), long("drawn")])
def test_rows_of_questions_say_what_each_question_alone_says(recipe, form):
    parts = "knowledge,language" if form == "infused" else "language"
    settings = [f"task.knowledge.form={form}", f"task.parts={parts}", "task.start=nano"]
    task = recipe.with_settings(settings).task()
    if task.tuning.prompt is not None:  # so that it does something
        for weight in task.tuning.prompt.parameters():
            weight.data.add_(0.05)
    batch = [task.source.example(index, np.random.default_rng(index)) for index in (3, 5)]
    assert min(len(row) for row in batch) > 1
    examples = task._examples(batch)
    with torch.no_grad():
        together = task.asking.loss(examples)
        alone = task.tuning.loss([one for row in batch for one in row], 0)
    assert together.weight == alone.weight
    assert float(together.total) == pytest.approx(float(alone.total), rel=1e-4)
    answers = [one.answer for row in examples for one in row]
    said = task.tuning.model.generate([one.question for row in examples for one in row])
    right = [one.text.strip() == answer for one, answer in zip(said, answers, strict=True)]
    assert task.asking.verdicts(examples) == right


def test_rows_need_tokens_with_a_place_and_a_prompt_after_the_projector(recipe):
    with pytest.raises(UnsupportedError, match="after the projector"):
        recipe.with_settings(["task.knowledge.prompt.place=before"]).task()
    with pytest.raises(UnsupportedError, match="have no place"):
        recipe.with_settings(["task.architecture=blip_2"]).task()


def test_told_knowledge_needs_no_prompt(recipe):
    told = recipe.with_settings(["task.knowledge.form=told", "task.parts=projector"])
    task = told.task()
    assert isinstance(task, SceneKnowledge)
    example = task.tuning.example(task.scenes.example(3, np.random.default_rng(0)))
    assert example.question.text.startswith("Objects in the picture: ")
    assert example.question.notes == ()


def test_endless_scenes_have_no_rows(recipe):
    scenes = recipe.task().scenes
    with pytest.raises(UnsupportedError, match="drawn"):
        scenes.told(0, np.random.default_rng(0))
    with pytest.raises(UnsupportedError, match="how many steps"):
        _ = scenes.num_an_epoch
