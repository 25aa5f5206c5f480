"""Things are pointed at in every way, and asked for in words that give nothing away."""

import functools
import re

import numpy as np
import pytest

from deixis.coordinates import Dialect
from deixis.core.overlap import iou
from deixis.core.shapes import Box
from deixis.models.checkpoint_model import wrap
from deixis_lab.things.art import SMALL
from deixis_lab.things.world import ThingWorld
from deixis_lab.world.scene import Scene
from deixis_lab.zoo import nano
from deixis_lab.zoo.training.asked_scenes import AskedScene
from deixis_lab.zoo.training.asked_things import NONE_THERE, AskedThings, said_box, said_point
from deixis_lab.zoo.training.encoded_scenes import GREY, WAYS, encoded, fitted
from deixis_lab.zoo.training.labels import NAMES
from deixis_lab.zoo.training.restyled_scenes import restyled_scene
from deixis_lab.zoo.training.vocabulary import thing_words

WORLD = ThingWorld(seed=5, side=192, exponent=0.0, art=SMALL)
PATCH = 16


@functools.cache
def built() -> nano.Nano:
    return nano.build("fast_vlm", words=thing_words())


@functools.cache
def dialect() -> Dialect:
    return wrap(built().model, built().processor, name="nano").own_dialect()


@functools.cache
def scene(index: int) -> Scene:
    return WORLD.scene(index)


@functools.cache
def asked(way: str) -> tuple[AskedScene, ...]:
    source = AskedThings(world=WORLD, dialect=dialect(), patch=PATCH, way=way, is_restyled=False)
    return tuple(source.example(index, np.random.default_rng(index)) for index in range(12))


def draws(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("way", WAYS)
def test_every_way_shows_a_picture_that_the_model_sees_as_it_is(way: str) -> None:
    shown = encoded(scene(0), way, dialect(), PATCH, draws())
    assert shown is not None
    assert shown.pixels.shape == (192, 192, 3)
    assert (shown.pixels != scene(0).image.pixels).any()
    for one in shown.pointed:
        assert one.thing.name not in one.words


@pytest.mark.parametrize("way", WAYS)
def test_the_patches_of_what_is_pointed_at_have_its_name(way: str) -> None:
    for index in range(6):
        shown = encoded(scene(index), way, dialect(), PATCH, draws(index))
        assert shown is not None
        for one in shown.pointed:
            names = shown.labels.name[shown.labels.owner == one.owner]
            assert {NAMES[name] for name in names} <= {one.thing.name}
            assert names.size


def test_of_what_is_painted_over_nothing_is_labelled() -> None:
    shown = encoded(scene(0), "masked", dialect(), PATCH, draws())
    assert shown is not None
    (pointed,) = shown.pointed
    assert (shown.labels.name[shown.labels.owner != pointed.owner] < 0).all()


def test_a_crop_that_is_not_square_is_padded_with_grey() -> None:
    image = scene(0).image
    cut = fitted(type(image)(pixels=image.pixels[:64, :128]), 192)
    assert (cut.image.pixels[:40] == GREY).all()
    assert (cut.image.pixels[60:130] != GREY).any()


def test_tags_are_asked_for_by_their_numbers() -> None:
    texts = [one.text for shown in asked("tagged") for one in shown.asked if one.kind == "naming"]
    assert any("marked 1" in text for text in texts)
    assert any("marked 2" in text for text in texts)


def test_a_said_box_is_read_as_that_box() -> None:
    found = 0
    for index, shown in enumerate(asked("drawn")):
        for one in shown.asked:
            if one.kind != "finding":
                continue
            read = dialect().read(one.answer, scene(index).image.size).regions
            (place,) = one.evidence
            truth = next(t for t in scene(index).things if scene(index).owner(t) == place)
            assert iou(read[0].box(), truth.region.box()) > 0.85
            found += 1
    assert found


def test_of_several_all_boxes_are_said() -> None:
    lists = [(i, q) for i, s in enumerate(asked("drawn")) for q in s.asked]
    several = [(i, q) for i, q in lists if q.kind == "finding_all"]
    assert several
    for index, one in several:
        read = dialect().read(one.answer, scene(index).image.size).regions
        assert len(read) == len(one.evidence) > 1


def test_what_is_not_there_is_not_found() -> None:
    missing = [
        (scene(index), one)
        for index, shown in enumerate(asked("drawn"))
        for one in shown.asked
        if one.kind == "finding_none"
    ]
    assert missing
    for shown_scene, one in missing:
        assert one.answer == NONE_THERE
        assert not any(one.text.endswith(f" {name}") for name in shown_scene.names)


def test_hundredths_are_one_word_each() -> None:
    tokenizer = built().processor.tokenizer
    box = Box(x0=19.2, y0=48.0, x1=96.0, y1=191.0)
    said = said_box(box, WORLD.size)
    assert said == "[0.10,0.25,0.50,0.99]"
    ids = tokenizer(said, add_special_tokens=False).input_ids
    assert tokenizer.decode(ids) == said
    assert len([one for one in ids if tokenizer.decode([one]).startswith("0.")]) == 4
    assert said_point(box, WORLD.size) == "[0.30,0.62]"


def test_every_word_that_is_asked_or_answered_is_known() -> None:
    tokenizer = built().processor.tokenizer
    known = set(tokenizer.get_vocab())
    for way in ("drawn", *WAYS):
        for shown in asked(way):
            for one in shown.asked:
                words = re.findall(r"[A-Za-z]+(?:-[A-Za-z]+)*", one.text)
                plain = [word for word in words if word.isalpha() and not word.isupper()]
                assert all(f"▁{word}" in known for word in plain), one.text


def test_other_hands_draw_the_same_things() -> None:
    changed = 0
    for index in range(8):
        again = restyled_scene(WORLD, index, draws(index))
        assert [thing.name for thing in again.plan.things] == [
            thing.name for thing in scene(index).plan.things
        ]
        changed += int((again.image.pixels != scene(index).image.pixels).any())
    assert 3 <= changed < 8


def test_the_same_draws_give_the_same_scene() -> None:
    first, second = (restyled_scene(WORLD, 3, draws(3)) for _ in range(2))
    assert (first.image.pixels == second.image.pixels).all()
    assert (first.owners == second.owners).all()
