import dataclasses

import numpy as np
import pytest
import torch

from deixis.core.errors import SampleError, UnknownNameError, UnsupportedError, UsageError
from deixis.core.settings import to_record
from deixis.models.interface import Example, Generation, Question
from deixis.models.load_by_name import load
from deixis.testing import tiny
from deixis.train.config import OptimConfig, RunConfig
from deixis.train.conversations import read_conversations
from deixis.train.model_parts import PARTS, weights_of
from deixis.train.run import run
from deixis.train.tuning import Tuning, TuningOptions, source_of
from tests.data.published import path_of
from tests.train.rows import CUP, more_turns, row, write_rows

CONFIG = RunConfig(steps=3, batch_size=2, optim=OptimConfig(lr=1e-2), log_every=1, precision="fp32")
LONG = more_turns("What is {it}?\n<image>", "A cup.", "Why?", "It has a handle, as cups have.")
WITHOUT_MOLMO = [name for name in tiny.names() if name != "molmo2"]  # needs torchvision


@pytest.fixture
def source(tmp_path):
    rows = [row(0), row(1, conversations=LONG, regions={"it": CUP}), row(2)]
    return read_conversations(*write_rows(tmp_path, rows))


def changed(before, module):
    return {n for n, p in module.named_parameters() if not torch.equal(before[n], p)}


@pytest.mark.parametrize(
    ("parts", "prefix"),
    [
        (("projector",), "model.multi_modal_projector"),
        (("language",), ("model.language_model", "lm_head")),
        (("vision",), "model.vision_tower"),
        (("lora",), "model.language_model"),
    ],
)
def test_only_the_chosen_part_is_changed(source, tmp_path, parts, prefix):
    task = Tuning(load("tiny:llava"), source, TuningOptions(parts=parts))
    before = {name: p.clone() for name, p in task.module.named_parameters()}
    run(task, CONFIG, tmp_path / "run")
    names = changed(before, task.module)
    assert names
    assert all(name.startswith(prefix) for name in names)
    if parts == ("lora",):
        assert all("lora" in name for name in names)


@pytest.mark.parametrize("name", WITHOUT_MOLMO)
def test_the_parts_of_every_family_are_its_whole(name):
    model = tiny.build(name).model
    parts = [weights_of(model, [part]) for part in PARTS]
    assert all(parts)
    assert sum(len(part) for part in parts) == len(list(model.parameters()))


NO_CHANCE = np.random.default_rng(0)
QUESTION = "What is this?"


def answer_and_loss(model, source):
    image = source.example(0, NO_CHANCE).images[0]
    question = Question(pictures=(image,), text=QUESTION)
    completion = model.generate([question], Generation(max_new_tokens=4))[0]
    with torch.no_grad():
        return completion, float(model.loss([Example(question=question, answer="A cup.")]))


@pytest.mark.parametrize("parts", [("all",), ("lora",)])
def test_a_tuned_model_is_loaded_back_the_same(source, tmp_path, parts):
    task = Tuning(load("tiny:llava"), source, TuningOptions(parts=parts))
    run(task, CONFIG, tmp_path / "run")
    folder = str(tmp_path / "run" / "model")
    if parts == ("lora",):
        tiny.save("llava", tmp_path / "base")
        again = load(str(tmp_path / "base"), adapter=folder)
    else:
        again = load(folder)
    assert answer_and_loss(task.model, source) == answer_and_loss(again, source)


def test_a_model_learns_its_answers(source, tmp_path):
    task = Tuning(load("tiny:llava"), source, TuningOptions(parts=("all",)))
    before = answer_and_loss(task.model, source)[1]
    run(task, RunConfig(steps=25, batch_size=4, optim=OptimConfig(lr=1e-2)), tmp_path / "run")
    assert answer_and_loss(task.model, source)[1] < 0.5 * before


def text_row(number):
    """A row about no picture."""
    lone = row(number, conversations=more_turns("Say a number.", f"{number} and {number + 1}."))
    del lone["image"]
    return lone


def test_rows_with_and_without_pictures_have_one_loss_together_and_apart(tmp_path):
    mixed = read_conversations(*write_rows(tmp_path, [row(0), text_row(1), row(2)]))
    task = Tuning(load("tiny:vipllava"), mixed)
    batch = [mixed.example(index, NO_CHANCE) for index in range(3)]
    with torch.no_grad():
        together = task.loss(batch, 0)
        apart = [task.loss([one], 0) for one in batch]
    assert together.weight == sum(one.weight for one in apart)
    total = sum(float(one.total) * one.weight for one in apart)
    assert float(together.total) == pytest.approx(total / together.weight, abs=1e-5)


def test_text_alone_teaches_a_projector_nothing(tmp_path):
    alone = read_conversations(*write_rows(tmp_path, [text_row(0), text_row(1)]))
    task = Tuning(load("tiny:llava"), alone, TuningOptions(parts=("projector",)))
    before = {name: p.clone() for name, p in task.module.named_parameters()}
    run(task, RunConfig(steps=1, batch_size=2, precision="fp32"), tmp_path / "run")
    assert not changed(before, task.module)


@pytest.mark.parametrize("left_out", [{"text_alone": False}, {"template": "plain"}])
def test_rows_without_a_picture_can_be_left_out(tmp_path, left_out):
    data, images = write_rows(tmp_path, [row(0), text_row(1)])
    options = TuningOptions(data=data, images=images, skip_bad=True, **left_out)
    assert source_of(options).num_an_epoch == 1


LIMITED = TuningOptions(parts=("projector",), max_tokens=100)


@pytest.fixture
def long_one(tmp_path):
    """Three answers, the second of which has more than a hundred tokens with its question."""
    said = more_turns("<image>\nWhat is this?", "A cup of a kind that was made long ago. " * 8)
    rows = [row(0), row(1, conversations=said), row(2)]
    return read_conversations(*write_rows(tmp_path, rows))


def test_the_length_of_an_example_is_that_of_what_the_model_is_given(long_one):
    for name in ("tiny:llava", "tiny:qwen2_vl"):
        task = Tuning(load(name), long_one)
        example = task.example(long_one.example(0, NO_CHANCE))
        seen = []
        language = task.model.family.model.get_decoder()
        language.register_forward_hook(lambda m, given, made, to=seen: to.append(made[0].shape[1]))
        task.model.loss([example])
        assert task.model.num_tokens(example) == seen[0]


def test_an_example_above_the_limit_stops_the_run_and_names_its_row(long_one, tmp_path):
    task = Tuning(load("tiny:llava"), long_one, LIMITED)
    with pytest.raises(SampleError, match=r"row 2: .* has \d+ tokens, task.max_tokens is 100"):
        run(task, CONFIG, tmp_path / "run")


def test_an_example_above_the_limit_is_left_out_and_counted_where_bad_ones_may_be(
    long_one, tmp_path
):
    (tmp_path / "short").mkdir()
    short = read_conversations(*write_rows(tmp_path / "short", [row(0), row(2)]))
    outcomes = []
    for source, batch_size in ((long_one, 3), (short, 2)):
        config = dataclasses.replace(CONFIG, steps=1, batch_size=batch_size, skip_bad=True)
        task = Tuning(load("tiny:llava"), source, LIMITED)
        outcomes.append(run(task, config, tmp_path / str(batch_size)))
    assert "has" in outcomes[0].bad[1]
    assert [sorted(one.bad) for one in outcomes] == [[1], []]
    assert outcomes[0].numbers["loss"] == pytest.approx(outcomes[1].numbers["loss"], abs=1e-6)


def test_a_run_of_nothing_but_long_examples_changes_nothing(long_one, tmp_path):
    task = Tuning(load("tiny:llava"), long_one, TuningOptions(parts=("all",), max_tokens=2))
    before = {name: p.clone() for name, p in task.module.named_parameters()}
    outcome = run(task, RunConfig(epochs=1, batch_size=2, skip_bad=True), tmp_path / "run")
    assert sorted(outcome.bad) == [0, 1, 2]
    assert not changed(before, task.module)


def test_a_run_goes_on_with_its_layers_computed_anew(source, tmp_path):
    config = dataclasses.replace(CONFIG, steps=2)
    for recomputes in ("none", "all"):
        options = TuningOptions(recomputes=recomputes)
        task = Tuning(load("tiny:llava"), source, options)
        run(task, config, tmp_path / "run", about={"tuning": to_record(options)})


def test_answers_in_pieces_are_weighted_by_their_tokens(source, tmp_path):
    losses = []
    for pieces in (1, 4):
        task = Tuning(load("tiny:llava"), source, TuningOptions(parts=("projector",)))
        config = RunConfig(
            steps=1, batch_size=4, gradient_accumulation=pieces, precision="fp32", log_every=1
        )
        losses.append(run(task, config, tmp_path / str(pieces)).numbers["loss"])
    assert losses[0] == pytest.approx(losses[1], abs=1e-6)


def test_regions_are_said_in_the_words_of_the_model(source):
    task = Tuning(load("tiny:qwen2_vl"), source)
    (turn,) = (i for i, turn in enumerate(source.turns) if turn.text == "What is {it}?")
    example = task.example(source.example(turn, NO_CHANCE))
    assert "<|box_start|>" in example.question.text
    assert "{it}" not in example.question.text


@pytest.mark.parametrize("name", ["tiny:qwen2_vl", "tiny:blip_2"])
def test_what_was_said_before_are_turns_of_the_chat_or_lines_where_there_are_none(source, name):
    task = Tuning(load(name), source)
    (later,) = (i for i, turn in enumerate(source.turns) if len(turn.earlier) == 1)
    turn = source.turns[later]
    example = task.example(source.example(later, NO_CHANCE))
    first, answer = turn.earlier[0].question, turn.earlier[0].answer
    if name == "tiny:blip_2":
        assert not example.question.earlier
        assert example.question.text.endswith(f"\n{answer}\n{turn.question}")
        return
    asked, answered = example.question.earlier
    assert (answered.text, example.question.text) == (answer, turn.question)
    assert asked.text.startswith(first.partition("{")[0])
    assert (asked.num_pictures, example.answer) == (1, turn.answer)
    assert torch.isfinite(task.model.loss([example]))


def test_a_region_that_a_model_cannot_see_names_its_row():
    pointing = read_conversations(path_of("visual7w"), None, form="visual7w")
    task = Tuning(load("tiny:llava"), pointing)  # it cuts the sides off
    with pytest.raises(SampleError, match=r"row image 1, question 1: the box .* is outside"):
        task.example(pointing.example(0, NO_CHANCE))


def test_regions_of_an_answer_are_said_in_it():
    captions = read_conversations(path_of("flickr30k_entities"), None, form="flickr30k_entities")
    task = Tuning(load("tiny:qwen2_vl"), captions)
    opened = (captions.example(2, np.random.default_rng(seed)) for seed in range(20))
    example = task.example(next(one for one in opened if "{thing_1}" in one.turn.answer))
    assert example.answer.startswith("A man (<|box_start|>(")
    assert "{thing_1}" not in example.question.text


def test_weights_of_fewer_bits_are_trained_in_float32_and_saved_as_they_came(source, tmp_path):
    task = Tuning(load("tiny:llava", dtype="bfloat16"), source)
    trained = {p.dtype for p in task.module.parameters() if p.requires_grad}
    assert trained == {torch.float32}
    task.save(tmp_path)
    again = load(str(tmp_path))
    assert {p.dtype for p in again.family.model.parameters()} == {torch.bfloat16}


@pytest.mark.parametrize(
    ("parts", "error", "reason"),
    [
        (("projectr",), UnknownNameError, "did you mean 'projector'"),
        (("lora", "vision"), UsageError, "beside lora only projector and knowledge train"),
    ],
)
def test_a_wrong_part_is_told(source, parts, error, reason):
    with pytest.raises(error, match=reason):
        Tuning(load("tiny:llava"), source, TuningOptions(parts=parts))


def test_a_model_behind_a_server_cannot_be_tuned(source):
    with pytest.raises(UnsupportedError, match="cannot be trained"):
        Tuning(load("openai:x@http://127.0.0.1:1/v1"), source)


def test_adapters_join_weights_of_fewer_bits_by_themselves(source, tmp_path):
    task = Tuning(load("tiny:llava", dtype="bfloat16"), source, TuningOptions(parts=("lora",)))
    assert run(task, CONFIG, tmp_path / "run").finished
