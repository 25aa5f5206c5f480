"""Entities, words and splits."""

from itertools import combinations

import numpy as np
import pytest

from deixis.core.errors import UnknownNameError
from deixis_lab.world import splits as held
from deixis_lab.world.colours import INKS
from deixis_lab.world.entities import entities, entity_named, with_article
from deixis_lab.world.glyphs import pictogram
from deixis_lab.world.scene import SIGN
from deixis_lab.world.splits import novel_entities, novel_looks, novel_words, splits
from deixis_lab.world.textures import STUFF, texture
from deixis_lab.world.words import lexicon
from deixis_lab.world.world import SceneWorld


def test_there_are_200_entities_10_colours_and_8_kinds_of_stuff():
    assert (len(entities()), len(INKS), len(STUFF)) == (200, 10, 8)


def test_no_two_entities_share_a_name_or_a_symbol():
    assert len({entity.name for entity in entities()}) == 200
    assert len({entity.symbol for entity in entities()}) == 200


def test_names_are_plain_lower_case_words():
    for entity in entities():
        assert entity.name.replace(" ", "").replace("-", "").isalpha()
        assert entity.name == entity.name.lower() != SIGN
        assert len(entity.name.split()) <= 2


def test_no_two_entities_are_drawn_alike():
    small = np.array([pictogram(entity.symbol).levels[1] & 255 for entity in entities()])
    flat = small.reshape(len(small), -1) / 255.0
    for first, second in combinations(range(len(flat)), 2):
        shared = np.minimum(flat[first], flat[second]).sum()
        whole = np.maximum(flat[first], flat[second]).sum()
        assert shared / whole < 0.85, (entities()[first].name, entities()[second].name)


def test_the_lexicon_has_500_words_of_3_to_8_letters():
    assert len(lexicon()) == len(set(lexicon())) >= 500
    assert all(3 <= len(word) <= 8 and word.isalpha() for word in lexicon())


def test_train_has_no_novel_entity_style_or_word():
    train = splits()["train"]
    assert not set(train.entities) & set(novel_entities())
    assert not set(train.words) & set(novel_words())
    assert not set(train.styles) & set(held.NOVEL_STYLES)


def test_new_looks_have_names_that_training_has_and_pictograms_that_it_has_not():
    train = splits()["train"]
    assert {one.name for one in novel_looks()} <= {one.name for one in train.entities}
    assert {one.symbol for one in novel_looks()} == {one.symbol for one in novel_entities()}
    assert len({one.name for one in novel_looks()}) == 25


def test_novel_entities_come_from_nearly_every_group():
    assert len(novel_entities()) == 25
    assert len({entity.group for entity in novel_entities()}) >= 15


def test_splits_draw_from_streams_of_their_own():
    streams = [split.stream for split in splits().values()]
    assert len(set(streams)) == len(streams)
    assert SceneWorld(split="test").scene(0).image != SceneWorld(split="train").scene(0).image


@pytest.mark.parametrize("name", splits())
def test_pictures_hold_only_what_their_split_allows(name):
    split = splits()[name]
    names = {entity.name for entity in split.entities} | {SIGN}
    world = SceneWorld(split=name)
    for index in range(60):
        things = world.plan(index).things
        assert {thing.name for thing in things} <= names
        assert {thing.style for thing in things} <= set(split.styles)
        assert not {thing.text for thing in things} & (set(lexicon()) - set(split.words))


@pytest.mark.parametrize("name", STUFF)
def test_textures_repeat_without_a_seam(name):
    tile = texture(name, 64)[:64, :64].astype(int)
    seam = np.abs(tile[0] - tile[-1]).mean()
    inner = np.abs(np.diff(tile, axis=0)).mean(axis=(1, 2)).max()
    assert seam <= inner + 1


@pytest.mark.parametrize(
    ("phrase", "said"),
    [("red cup", "a red cup"), ("orange cup", "an orange cup"), ("union", "a union")],
)
def test_phrases_get_their_article(phrase, said):
    assert with_article(phrase) == said


def test_a_plural_name_gets_no_article():
    assert with_article("blue scissors") == "blue scissors"


def test_an_unknown_entity_names_the_nearest():
    with pytest.raises(UnknownNameError, match="did you mean 'umbrella'"):
        entity_named("umbrela")
