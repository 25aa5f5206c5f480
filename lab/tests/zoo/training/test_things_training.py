"""A model whose tower knows things is taught by the same stages."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModelForImageTextToText

from deixis_lab.things.art import SMALL
from deixis_lab.towers.task import load_tower, shipped_tower
from deixis_lab.zoo import nano
from deixis_lab.zoo.training.alignment_task import AlignmentOptions, AlignmentTask
from deixis_lab.zoo.training.architectures import faster, normalised, opened, projected_tokens
from deixis_lab.zoo.training.encoder_task import EncoderOptions, EncoderTask
from deixis_lab.zoo.training.instruction_task import InstructionOptions, InstructionTask
from deixis_lab.zoo.training.labels import NAMES
from deixis_lab.zoo.training.lending import THINGS
from deixis_lab.zoo.training.vocabulary import DECLINED

NAME = "fast_vlm"


@pytest.fixture(scope="module")
def instruction() -> InstructionTask:
    options = InstructionOptions(architecture=NAME, start="", art=SMALL, num_held_out=2, unsure=0.5)
    return InstructionTask(options)


def examples(task: InstructionTask | EncoderTask | AlignmentTask, count: int = 2):
    source = task.source
    return source.collate([source.example(i, np.random.default_rng(i)) for i in range(count)])


def test_a_tower_begins_with_what_the_shipped_one_knows() -> None:
    options = EncoderOptions(architecture=NAME, tower=THINGS, art=SMALL, num_held_out=2)
    task = EncoderTask(options)
    known, names = load_tower(shipped_tower())
    mine, theirs = task.encoder.tower.state_dict(), known.tower.state_dict()
    assert all(torch.equal(mine[key], value) for key, value in theirs.items())
    first = task.encoder.readers[0].linears[0].weight
    place = names.index("cactus")
    expected = torch.nn.functional.cosine_similarity(
        first[NAMES.index("cactus")], known.listed.weight[place], dim=0
    )
    assert float(expected.detach()) == pytest.approx(1.0, abs=1e-5)


def test_pictures_of_any_side_have_a_label_a_patch() -> None:
    options = EncoderOptions(architecture=NAME, sides=(96,), art=SMALL, num_held_out=2)
    task = EncoderTask(options)
    batch = examples(task)
    assert batch["pixels"].shape == (2, 96, 96, 3)
    assert batch["name"].shape == (2, 36)
    assert torch.isfinite(task.loss(batch, 0).total)


def test_without_its_gates_it_sees_the_same_and_saves_them(tmp_path: Path) -> None:
    built = opened(NAME, "")
    pixels = normalised(torch.randint(0, 256, (1, 192, 192, 3), dtype=torch.uint8))
    with torch.no_grad():
        before = projected_tokens(built, NAME, pixels)
        faster(built.model)
        without = projected_tokens(built, NAME, pixels)
        nano.save(built, tmp_path)
        again = AutoModelForImageTextToText.from_pretrained(tmp_path)
        loaded = dataclasses.replace(built, model=again)
        after = projected_tokens(loaded, NAME, pixels)
    assert torch.allclose(before, without, atol=1e-4)
    assert torch.allclose(before, after, atol=1e-4)


def test_the_projector_is_aligned_with_words_of_things() -> None:
    task = AlignmentTask(AlignmentOptions(architecture=NAME, start="", art=SMALL, num_held_out=2))
    task.loss(examples(task), 0).total.backward()
    assert set(task.evaluate(0)) >= {"thing_words", "ground_words", "name"}


def test_a_name_that_the_reader_is_not_sure_of_is_declined(instruction: InstructionTask) -> None:
    shown = examples(instruction, 3)
    vision = instruction.asking.vision.of_scenes(shown)
    taught = [
        instruction.asking._taught(one, seen) for one, seen in zip(shown, vision, strict=True)
    ]
    names = [q for row in taught for q in row if q.kind in ("naming", "naming_said")]
    assert names
    assert all(one.answer in (DECLINED, "sign") for one in names)


def test_where_nothing_is_unsure_every_name_is_said(instruction: InstructionTask) -> None:
    shown = examples(instruction, 2)
    vision = instruction.asking.vision.of_scenes(shown)
    asking = instruction.asking
    asking.unsure = 0.0
    try:
        for one, seen in zip(shown, vision, strict=True):
            assert asking._taught(one, seen) == one.asked
    finally:
        asking.unsure = 0.5


@pytest.mark.long
def test_a_step_and_its_measure(instruction: InstructionTask) -> None:
    losses = instruction.loss(examples(instruction), 0)
    losses.total.backward()
    assert set(losses.parts) >= {"answers", "looks", "read"}
    assert "naming_by_unmet_artists" in instruction.evaluate(0)


def test_a_tower_that_is_left_as_it_is_keeps_what_its_norms_saw() -> None:
    task = AlignmentTask(AlignmentOptions(architecture=NAME, start="", art=SMALL, num_held_out=2))
    task.module.train()
    before = {k: v.clone() for k, v in task.nano.model.state_dict().items() if "running" in k}
    task.loss(examples(task), 0).total.backward()
    after = task.nano.model.state_dict()
    assert before
    assert all(torch.equal(value, after[key]) for key, value in before.items())
