"""Learning a prompt: the losses, the step, what stays still, and going on after a stop."""

import dataclasses
import functools

import numpy as np
import pytest
import torch

from deixis.core.errors import UnsupportedError, UsageError
from deixis.core.progress import Reporter
from deixis.data.tasks import TaskOptions, tasks
from deixis.models.interface import Example, Question
from deixis.models.load_by_name import load
from deixis.models.tensor_interface import pixels_of
from deixis.pixel.losses import consistency, likeness
from deixis.pixel.prompts import Layout
from deixis.pixel.saved import load_prompt
from deixis.pixel.training.learning import PixelLearning, PixelOptions
from deixis.pixel.training.questions import PictureQuestions, cropped, image_of
from deixis.pixel.training.source_models import frozen
from deixis.train.config import OptimConfig, RunConfig
from deixis.train.metrics import read_metrics
from deixis.train.recipe import recipes
from deixis.train.run import run
from tests.data.tasks.published import published
from tests.models.tiny_folder import tiny_folder

pytestmark = pytest.mark.lab  # it asks about scenes of Things

OPTIONS = PixelOptions(
    sources=("tiny:llava",),
    task="scenes_presence",
    num=6,
    layout=Layout(side=30, width=5),
    consistency=0.05,
    semantics=0.01,
    num_held_out=3,
)
CONFIG = RunConfig(
    steps=3,
    batch_size=3,
    seed=5,
    optim=OptimConfig(lr=2.0, weight_decay=0.0, warmup_share=0.0, clip=0.0),
    precision="fp32",
    save_every=1,
    log_every=1,
)


def with_(**changes):
    return dataclasses.replace(OPTIONS, **changes)


def batch_of(task, number=3):
    return [task.source.example(index, np.random.default_rng(0)) for index in range(number)]


def started(task):
    """A task whose prompt is no longer zero, so that consistency has a gradient."""
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        task.prompt.numbers += 0.1 * torch.randn(task.prompt.numbers.shape, generator=generator)
    return task


@functools.cache
def plain():
    return dataclasses.replace(load("tiny:llava"), rounding=False)


def test_the_loss_is_that_of_the_paper():
    task = started(PixelLearning(OPTIONS))
    batch = batch_of(task)
    losses = task.loss(batch, 0)
    # by hand, on a model of its own
    prompt = task.prompt
    pictures = [pixels_of(image_of(one)) for one in batch]
    prompted = [prompt(picture) for picture in pictures]
    total = by_hand(plain(), batch, prompted, [prompt.placed(one) for one in pictures])
    torch.testing.assert_close(losses.total, total)
    parts = losses.parts
    summed = parts["task"] + 0.05 * parts["consistency"] - 0.01 * parts["likeness"]
    torch.testing.assert_close(losses.total, summed)
    assert losses.weight == 3.0
    ours = torch.autograd.grad(losses.total, prompt.numbers)[0]
    theirs = torch.autograd.grad(total, prompt.numbers)[0]
    torch.testing.assert_close(ours, theirs, atol=1e-6, rtol=1e-4)


def by_hand(model, batch, prompted, placed):
    """The paper's loss of these pictures with the prompt and without."""
    examples = [
        Example(
            question=Question(pictures=(p,), text=one.sample.question), answer=one.sample.answer
        )
        for p, one in zip(prompted, batch, strict=True)
    ]
    seen = [one.tokens for one in model.vision_tokens(prompted)]
    clean = [one.tokens.detach() for one in model.vision_tokens(placed)]
    texts = [f"this is a photo of a {one.sample.answer}" for one in batch]
    words = torch.stack([model.word_embeddings([text])[0].mean(0) for text in texts])
    alike = likeness(torch.stack([one.mean(0) for one in seen]), words, 100.0)
    return model.loss(examples) + 0.05 * consistency(seen, clean) - 0.01 * alike


@pytest.mark.parametrize("name", ["consistency", "semantics"])
def test_each_loss_can_be_switched_off(name):
    task = PixelLearning(with_(**{name: 0.0}))
    parts = task.loss(batch_of(task), 0).parts
    left_out = {"consistency": "consistency", "semantics": "likeness"}[name]
    assert left_out not in parts
    assert {"task"} < set(parts)


def test_a_step_is_the_gradient_over_the_square_by_its_length_with_the_picture_masked(tmp_path):
    config = dataclasses.replace(CONFIG, steps=1)
    task = PixelLearning(OPTIONS)
    order = [int(i) for i in run_order(task, config)]
    batch = [task.source.example(i, np.random.default_rng(0)) for i in order]
    # by hand, as papers.md 3.2 has it: a whole square is added to the placed picture
    added = torch.zeros(3, 30, 30, requires_grad=True)
    placed = [task.prompt.placed(pixels_of(image_of(one))) for one in batch]
    total = by_hand(plain(), batch, [one + 255 * added for one in placed], placed)
    gradient = torch.autograd.grad(total, added)[0].double()
    mask = torch.ones(30, 30, dtype=torch.bool)
    mask[5:25, 5:25] = False
    expected = -2.0 * gradient[:, mask] / (gradient.norm() + 1e-10)
    run(task, config, tmp_path)
    moved = task.prompt.numbers.detach().double()
    torch.testing.assert_close(moved, expected, atol=1e-6, rtol=1e-4)
    assert float(moved.norm()) < 2.0
    assert not task.module.picture.any()


@pytest.mark.parametrize("sources", [("tiny:llava",), ("tiny:llava", "tiny:blip_2")], ids=len)
def test_a_step_in_pieces_is_that_of_the_whole_batch(sources, tmp_path):
    layout = Layout(side=30, width=5, start="noise")  # from zero, consistency has no gradient
    options = with_(sources=sources, task="scenes_classification", layout=layout, num_held_out=0)
    config = dataclasses.replace(CONFIG, steps=2, batch_size=6)
    steps = {}
    for pieces in (1, 2, 3):
        task = PixelLearning(dataclasses.replace(options, semantics=0.5, consistency=0.5))
        before = task.prompt.numbers.detach().clone()
        chosen = dataclasses.replace(config, gradient_accumulation=pieces)
        run(task, chosen, tmp_path / str(pieces))
        measured = read_metrics(tmp_path / str(pieces) / "metrics.jsonl")
        steps[pieces] = (task.prompt.numbers.detach() - before, measured)
    asked = [task.source.asked(index).sample for index in run_order(task, config)]
    halves = [
        sum(
            len(load("tiny:llava").family.processor.tokenizer(one.answer).input_ids) for one in some
        )
        for some in (asked[:3], asked[3:])
    ]
    assert halves[0] != halves[1]  # otherwise this would say nothing
    (whole, metrics), *others = steps.values()
    for moved, measured in others:
        torch.testing.assert_close(moved, whole, atol=1e-6, rtol=1e-4)
        for one, other in zip(measured, metrics, strict=True):
            told = ["loss", "task", "consistency", "likeness", "gradient_norm"]
            assert {name: one[name] for name in told} == pytest.approx(
                {name: other[name] for name in told}, rel=1e-4
            )


def test_adam_does_not_ask_for_the_pictures_gradient():
    assert PixelLearning(with_(step="adam")).module.picture is None
    assert PixelLearning(with_(kind="full")).module.picture is None
    assert PixelLearning(with_(kind="random_patch")).module.picture is None


def run_order(task, config):
    from deixis.train.data_order import DataOrder

    order = DataOrder(seed=config.seed, num_examples=task.source.num_examples)
    return order.indices(0, config.batch_size)


def test_the_model_stays_as_it_is_and_none_of_its_weights_has_a_gradient(tmp_path):
    task = PixelLearning(OPTIONS)
    (model,) = task.models
    before = {name: w.clone() for name, w in model.family.model.state_dict().items()}
    run(task, CONFIG, tmp_path)
    after = model.family.model.state_dict()
    assert all(torch.equal(after[name], weight) for name, weight in before.items())
    assert not any(w.requires_grad or w.grad is not None for w in model.family.model.parameters())
    assert not any(module.training for module in model.family.model.modules())
    trained = [name for name, p in task.module.named_parameters() if p.requires_grad]
    assert trained == ["picture", "prompt.numbers"]
    assert not task.module.picture.any()  # it only counts in a step's length


def test_a_stopped_run_goes_on_to_the_same_bits_and_its_card_tells_of_it(tmp_path):
    for name, batches in (("whole", [3]), ("parts", [1, 2, 3])):
        for steps in batches:
            if steps < 3:  # as after a kill: what is left of a run of three is its checkpoint
                with pytest.raises(KeyboardInterrupt):
                    run(PixelLearning(OPTIONS), CONFIG, tmp_path / name, reporter=Stopping(steps))
            else:
                outcome = run(PixelLearning(OPTIONS), CONFIG, tmp_path / name)
                assert outcome.finished
    whole, parts = (load_prompt(tmp_path / name / "model") for name in ("whole", "parts"))
    assert whole.prompt.digest == parts.prompt.digest
    assert whole.card == parts.card
    card = whole.card
    assert (card.task, card.steps, card.seed) == ("scenes_presence", 3, 5)
    assert card.sources[0].model == "tiny:llava"
    assert set(card.sources[0].preparation) == {"processor", "settings", "transformers"}
    assert card.settings["consistency"] == 0.05
    assert card.quantised is not None
    assert card.encoder == {"encoder": "own", "model": "tiny:llava"}
    assert "right" in (tmp_path / "whole" / "metrics.jsonl").read_text()


def test_a_run_does_not_go_on_with_another_model_of_the_same_name(tmp_path):
    model = tmp_path / "llava"
    tiny_folder(model)
    options = with_(sources=(str(model),))
    with pytest.raises(KeyboardInterrupt):
        run(PixelLearning(options), CONFIG, tmp_path / "run", reporter=Stopping(1))
    tiny_folder(model, seed=1)
    with pytest.raises(UsageError, match="other settings: rests_on"):
        run(PixelLearning(options), CONFIG, tmp_path / "run")
    tiny_folder(model)
    assert run(PixelLearning(options), CONFIG, tmp_path / "run").finished


class Stopping(Reporter):
    """A reporter that ends a run after so many steps, as a kill does."""

    def __init__(self, at_step):
        self.at_step = at_step

    def say(self, text):
        pass

    def warn(self, text):
        pass

    def advance(self, progress):
        if progress.step > self.at_step:
            raise KeyboardInterrupt


def test_adam_can_be_chosen_and_a_prompt_gone_on_from(tmp_path):
    run(PixelLearning(with_(step="adam")), CONFIG, tmp_path / "first")
    model = tmp_path / "first" / "model"
    task = PixelLearning(with_(start=str(model)))
    assert task.prompt.digest == load_prompt(model).prompt.digest
    assert task.prompt.numbers.requires_grad


def test_an_ensemble_is_the_mean_of_its_sources():
    names = ("tiny:llava", "tiny:blip_2")
    both = PixelLearning(with_(sources=names)).loss(batch_of(PixelLearning(OPTIONS)), 0)
    each = [PixelLearning(with_(sources=(name,))) for name in names]
    alone = [one.loss(batch_of(one), 0).total for one in each]
    torch.testing.assert_close(both.total, torch.stack(alone).mean())


def test_layers_computed_anew_give_the_same_gradient():
    gradients = []
    for recomputes in ("none", "half", "all"):
        task = PixelLearning(with_(recomputes=recomputes))
        total = task.loss(batch_of(task), 0).total
        gradients.append(torch.autograd.grad(total, task.prompt.numbers)[0])
    for other in gradients[1:]:
        torch.testing.assert_close(other, gradients[0], atol=1e-6, rtol=1e-4)


def test_clean_tokens_are_computed_once_where_pictures_come_again():
    again = PixelLearning(OPTIONS)
    batch = batch_of(again)
    first = again.loss(batch, 0).parts["consistency"]
    assert len(again._clean_tokens) == 3
    assert torch.equal(again.loss(batch, 1).parts["consistency"], first)
    for changes in ({"num": None}, {"crops": True}):
        task = PixelLearning(with_(**changes))
        torch.testing.assert_close(task.loss(batch, 0).parts["consistency"], first)
        assert len(task._clean_tokens) == 0


def test_what_there_is_no_room_for_is_computed_anew_to_the_same_bits(monkeypatch):
    kept = PixelLearning(OPTIONS)
    monkeypatch.setattr("deixis.pixel.training.learning.MOST_KEPT", 1)
    monkeypatch.setattr("deixis.pixel.training.questions.MOST_KEPT", 3 * 192 * 192)
    tight = PixelLearning(OPTIONS)
    batch = batch_of(tight)
    assert len(tight.source._kept) == 1
    first, second = (task.loss(batch, 0).parts["consistency"] for task in (kept, tight))
    assert torch.equal(first, second)
    assert len(tight._clean_tokens) == 0


def test_samples_of_one_key_have_their_own_clean_tokens():
    task = started(PixelLearning(OPTIONS))
    batch = batch_of(task)
    alike = [dataclasses.replace(one, sample=batch[0].sample) for one in batch]
    task.loss(alike, 0)
    assert len(task._clean_tokens) == 3


def test_fca_may_compare_with_the_whole_picture():
    task = PixelLearning(with_(clean="whole"))
    batch = batch_of(task)
    assert float(task.loss(batch, 0).parts["consistency"].detach()) > 0  # the frame shrinks it
    placed = PixelLearning(OPTIONS).loss(batch, 0).parts["consistency"]
    assert float(placed.detach()) == pytest.approx(0, abs=1e-4)


@pytest.mark.parametrize("task", ["scenes_classification", "scenes_counting"])
def test_held_out_answers_are_scored_or_compared(task):
    found = PixelLearning(with_(task=task, semantics=0.0)).evaluate(0)
    assert set(found) == {"right", "tiny:llava"}
    assert 0 <= found["right"] <= 1
    assert PixelLearning(with_(task=task, num_held_out=0)).evaluate(0) == {}


def test_files_are_learned_from_in_their_training_part_and_a_missing_part_is_told_at_once(tmp_path):
    data = published(tmp_path)["cifar10"].data
    options = with_(task="cifar10", data=data, num=None, held_out="test", num_held_out=2)
    task = PixelLearning(options)
    assert (task.source.task.part, task.held_out.part) == ("train", "test")
    with pytest.raises(UsageError, match="split of CIFAR-10"):
        PixelLearning(dataclasses.replace(options, held_out="validation"))
    (tmp_path / "rows").mkdir()
    for part, rows in (("train", '[{"image": "a.png"}]'), ("test", "[]")):
        (tmp_path / "rows" / f"{part}.json").write_text(rows)
    rows = dataclasses.replace(options, task="json_rows", data=tmp_path / "rows")
    with pytest.raises(UsageError, match="holds no sample"):
        PixelLearning(rows)


def test_a_picture_is_cut_to_a_square_and_half_are_mirrored():
    pixels = np.arange(4 * 9 * 3, dtype=np.uint8).reshape(4, 9, 3)
    cut = {cropped(pixels, np.random.default_rng(seed)).tobytes() for seed in range(60)}
    assert len(cut) == 12  # six places, twice
    task = tasks.get("scenes_presence").open(TaskOptions())
    source = PictureQuestions(task=task, crops=True, question="Is it?")
    first, other = (source.example(0, np.random.default_rng(seed)) for seed in (0, 3))
    assert first.sample.question == "Is it?"
    assert first.pixels.shape == other.pixels.shape == (192, 192, 3)


def test_a_model_without_a_loss_is_refused():
    with pytest.raises(UnsupportedError, match="no prompt can be learned on openai:x"):
        frozen("openai:x@http://127.0.0.1:1/v1", dtype="float32", batch_size=1, recomputes="none")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"sources": ()}, "at least one model"),
        ({"consistency": -1.0}, "at least 0"),
        ({"description": "a {name}"}, "alone, got"),
        ({"held_out": "train"}, "which it is learned from"),
    ],
)
def test_options_that_cannot_be_are_told(wrong, words):
    with pytest.raises(UsageError, match=words):
        with_(**wrong)


@pytest.mark.parametrize(
    ("recipe", "family"),
    [("pixel_blip2", "blip_2"), ("pixel_instructblip", "instructblip"), ("pixel_llava", "llava")],
)
def test_the_papers_recipes_run_dry_on_tiny_models(recipe, family, tmp_path):
    data = published(tmp_path)["cifar10"].data
    chosen = recipes.get(recipe)
    assert (chosen.config.optim.lr, chosen.config.steps, chosen.config.seed) == (10.0, 3125, 42)
    assert (chosen.options.consistency, chosen.options.semantics) == (0.005, 0.001)
    assert chosen.options.layout == Layout(side=224, width=30)
    dry = chosen.with_settings(
        [
            f"task.sources=tiny:{family}",
            f"task.data={data}",
            "task.encoder=own",
            "task.dtype=float32",
            "task.num_held_out=2",
            "steps=1",
            "batch_size=2",
            "precision=fp32",
        ]
    )
    outcome = run(dry.task(), dry.config, tmp_path / "run")
    assert outcome.finished
    prompt = load_prompt(tmp_path / "run" / "model").prompt
    assert prompt.num_trained == 69_840
    assert 0 < float(prompt.numbers.norm()) < 10  # the rest of the step is the picture's
    parts = {dry.task().source.task.part, dry.task().held_out.part}
    assert parts == {"train", "test"}


def test_the_recipe_for_nano_is_tvps_frame_in_its_own_size():
    recipe = recipes.get("nano_pixel")
    assert recipe.options.layout == Layout(side=192, width=16)
    assert recipe.config.optim.clip == 0.0
