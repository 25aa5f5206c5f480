"""The encoder is taught entities, keeps what it knew, and is saved in its family's own format."""

from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModelForImageTextToText, AutoProcessor

from deixis.core.errors import UnsupportedError, UsageError
from deixis.core.image import Image
from deixis.core.region import box
from deixis.data.entities.entity_set import Entities, EntityPicture
from deixis.data.entities.read import read_entities
from deixis.models.load_by_name import load
from deixis.priors.repair.encoder_task import EncoderOptions, EncoderRepair, _trainable
from deixis.priors.repair.objectives import OwnWords
from deixis.priors.repair.pictures import lesson_of
from deixis.train.config import OptimConfig, RunConfig
from deixis.train.recipe import recipes
from deixis.train.run import run
from tests.data.entities.entity_folder import good_folder
from tests.priors import tiny_encoders

CONFIG = RunConfig(steps=2, batch_size=4, optim=OptimConfig(lr=1e-2), precision="fp32")
MODEL = "tiny:llava"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return good_folder(tmp_path_factory.mktemp("entities"), per_entity=8)


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return tiny_encoders.save(tiny_encoders.clip, tmp_path_factory.mktemp("clip"))


@pytest.fixture
def named(tmp_path):
    (tmp_path / "names.txt").write_text("zebra\n")
    return tmp_path / "names.txt"


def options(folder, **more):
    return EncoderOptions(**{"model": MODEL, "data": str(folder), **more})


def states(model, folder):
    picture = read_entities(folder).pictures[0].image()
    with torch.no_grad():
        return model.vision_tokens([picture], place="before")[0].tokens


@pytest.mark.parametrize(
    "more",
    [
        {"objective": "words", "projector": True},
        {"objective": "softmax", "teacher": "tower:tiny:qwen2_vl"},
        {"objective": "contrastive", "text": "clip"},
        {"objective": "contrastive", "text": "clip", "text_frozen": False},
        {"objective": "words", "lora_rank": 3},
    ],
    ids=["words", "softmax and teacher", "contrastive", "with its text tower", "lora"],
)
def test_a_repaired_model_loads_in_plain_transformers(folder, clip, named, tmp_path, more):
    more = {**more, "text": clip} if "text" in more else more
    task = EncoderRepair(options(folder, names=named, **more))
    outcome = run(task, CONFIG, tmp_path / "run")
    assert outcome.finished
    assert outcome.numbers["held-out kept_lost"] == pytest.approx(
        100 * (task.before["kept_first"] - outcome.numbers["held-out kept_first"])
    )
    saved = tmp_path / "run" / "model"
    plain = AutoModelForImageTextToText.from_pretrained(saved)
    assert AutoProcessor.from_pretrained(saved)
    assert not any("lora" in name or "base_layer" in name for name, _ in plain.named_parameters())
    start, after = load(MODEL), load(str(saved))
    tuned = states(task.model, folder)
    assert torch.allclose(states(after, folder), tuned, atol=1e-4)
    assert not torch.allclose(states(start, folder), tuned, atol=1e-3)
    old, new = (m.family.model.get_decoder().state_dict() for m in (start, after))
    assert all(torch.equal(old[name], new[name]) for name in old)  # the language side is as it was


def test_a_run_that_was_stopped_ends_in_the_same_weights(folder, named, tmp_path):
    def task():
        return EncoderRepair(options(folder, names=named, lora_rank=2))

    def weights(path):
        return AutoModelForImageTextToText.from_pretrained(path / "model").state_dict()

    run(task(), CONFIG, tmp_path / "whole")
    half = RunConfig(**{**_fields(CONFIG), "save_every": 1})
    first = task()
    first.after_step = _stop_after(first, 0)
    with pytest.raises(KeyboardInterrupt):
        run(first, half, tmp_path / "half")
    run(task(), half, tmp_path / "half")
    whole, again = weights(tmp_path / "whole"), weights(tmp_path / "half")
    assert all(torch.equal(whole[name], again[name]) for name in whole)


def _fields(config):
    return {name: getattr(config, name) for name in config.__dataclass_fields__}


def _stop_after(task, last):
    def after_step(step):
        if step > last:
            raise KeyboardInterrupt

    return after_step


def test_the_encoder_learns_what_it_is_taught(folder, tmp_path):
    task = EncoderRepair(options(folder, objective="softmax", retain=0.0))
    config = RunConfig(
        steps=25, batch_size=6, optim=OptimConfig(lr=1e-2), precision="fp32", log_every=5
    )
    run(task, config, tmp_path)
    lines = (tmp_path / "metrics.jsonl").read_text().splitlines()
    first, last = (
        float(line.split('"named": ')[1].split(",")[0].rstrip("}")) for line in (lines[0], lines[4])
    )
    assert last < 0.7 * first


def test_words_that_lie_close_together_are_told_apart():
    draws = torch.Generator().manual_seed(0)
    shared, own = torch.randn(24, generator=draws), torch.randn(9, 24, generator=draws)
    words = shared + 0.3 * own
    near = torch.nn.functional.cosine_similarity(words[:, None], words[None], dim=-1)
    assert near.min() > 0.8  # as names are that a model never said
    assert OwnWords(words)(words, torch.arange(9)) < 0.1


def test_keeping_holds_the_states_where_they_began(folder, named, tmp_path):
    moved = []
    for weight in (0.0, 30.0):
        task = EncoderRepair(options(folder, names=named, retain=weight, objective="softmax"))
        begin = states(task.model, folder)
        run(
            task,
            RunConfig(steps=8, batch_size=4, optim=OptimConfig(lr=3e-3), precision="fp32"),
            tmp_path / str(weight),
        )
        moved.append(float((states(task.model, folder) - begin).norm()))
    assert moved[1] < 0.8 * moved[0]


def test_who_is_taught_and_what_is_held_out(folder):
    entities = read_entities(folder)
    lesson = lesson_of(entities, ["zebra"], per_entity=2, at_random=False, seed=0)
    assert (len(lesson.taught.pictures), len(lesson.kept.pictures)) == (2, 12)
    assert (len(lesson.held_taught.pictures), len(lesson.held_kept.pictures)) == (2, 4)
    used = {p.content for p in (*lesson.taught.pictures, *lesson.kept.pictures)}
    assert not used & {
        p.content for p in (*lesson.held_taught.pictures, *lesson.held_kept.pictures)
    }
    other = lesson_of(entities, ["zebra"], per_entity=None, at_random=True, seed=0)
    assert "zebra" not in other.taught.names
    assert len(other.taught.names) == 1
    assert "zebra" not in (*other.kept.names, *other.held_kept.names)  # nor shown among the others
    everyone = lesson_of(entities, [], per_entity=None, at_random=False, seed=0)
    assert not everyone.kept.pictures


def test_a_picture_of_two_entities_is_wholly_held_out_or_wholly_learnt_from():
    draws = np.random.default_rng(0)
    images = [Image(pixels=draws.integers(0, 256, (24, 30, 3), dtype=np.uint8)) for _ in range(12)]
    entities = Entities(
        pictures=tuple(
            EntityPicture(
                entity=name, source=image, content=image.sha256, region=box(1, 1, side, side)
            )
            for name, side in (("fox", 9), ("pot", 12), ("yak", 15))
            for image in (images if name == "fox" else images[:7])
        )
    )
    lesson = lesson_of(entities, ["pot"], per_entity=None, at_random=False, seed=0)
    learnt, held = (
        {p.content for part in parts for p in part.pictures}
        for parts in ((lesson.taught, lesson.kept), (lesson.held_taught, lesson.held_kept))
    )
    assert held
    assert not learnt & held


def test_an_entity_all_of_whose_pictures_are_held_out_is_told():
    draws = np.random.default_rng(0)
    images = sorted(
        (Image(pixels=draws.integers(0, 256, (24, 30, 3), dtype=np.uint8)) for _ in range(4)),
        key=lambda image: image.sha256,
    )
    shown = [("fox", image) for image in images] + [("pot", images[3])]
    pictures = tuple(
        EntityPicture(entity=name, source=image, content=image.sha256) for name, image in shown
    )
    with pytest.raises(UsageError, match="every picture of pot is held out"):
        lesson_of(Entities(pictures=pictures), ["pot"], per_entity=None, at_random=False, seed=0)


def test_examples_are_the_same_again_and_of_both_groups(folder, named):
    source = EncoderRepair(options(folder, names=named)).source
    first, again = (
        [source.example(i, np.random.default_rng(i)).picture.content for i in range(12)]
        for _ in range(2)
    )
    assert first == again
    places = [source.example(i, np.random.default_rng(i)).place for i in range(12)]
    assert None in places
    assert any(place is not None for place in places)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"model": ""}, "whose encoder, taught what"),
        ({"objective": "contrastive"}, "contrastive, and nothing else, needs text"),
        ({"share_kept": 1.0}, "share_kept is within"),
        ({"at_random": True}, "teaching others at random needs names"),
    ],
)
def test_what_cannot_be_taught_is_told(folder, more, words):
    with pytest.raises(UsageError, match=words):
        EncoderRepair(options(folder, **more))


def test_an_encoder_behind_a_server_cannot_be_taught():
    with pytest.raises(UnsupportedError, match=r"the encoder of .* cannot be reached"):
        _trainable(load("openai:x@http://127.0.0.1:1/v1"))


def test_a_name_without_a_picture_is_told(folder, tmp_path):
    (tmp_path / "names.txt").write_text("yak\n")
    with pytest.raises(UsageError, match="there is no picture of yak"):
        EncoderRepair(options(folder, names=tmp_path / "names.txt"))


@pytest.mark.parametrize("name", ["vispre_encoder", "nano_prior_encoder"])
def test_recipes_run_on_a_tiny_model(name, folder, tmp_path):
    settings = [f"task.model={MODEL}", f"task.data={folder}", "steps=1", "batch_size=2"]
    recipe = recipes.get(name).with_settings([*settings, "num_workers=0"])
    outcome = run(recipe.task(), recipe.config, tmp_path)
    assert outcome.finished
    assert Path(tmp_path / "model" / "config.json").is_file()
