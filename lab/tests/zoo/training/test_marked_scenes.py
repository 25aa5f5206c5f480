"""Marks over scenes and what each patch shows are true to the scene."""

import functools

import numpy as np
import pytest

from deixis.marks import NAMED
from deixis_lab.things.world import ThingWorld
from deixis_lab.world.colours import INKS
from deixis_lab.world.words import LETTERS
from deixis_lab.zoo.training.labels import MAX_OWNERS, NAMES, NONE, NUM_CLASSES
from deixis_lab.zoo.training.marked_scenes import (
    MarkedScene,
    MarkedScenes,
    marked_scene,
    painted,
)
from deixis_lab.zoo.training.scene_mark import KINDS

WORLD = ThingWorld(seed=3, side=192, art="small")
PICTURES = range(24)


@functools.cache
def examples() -> list[MarkedScene]:
    return [
        marked_scene(WORLD.scene(index), np.random.default_rng(index), patch=16)
        for index in PICTURES
    ]


def test_a_mark_changes_the_picture_where_it_is_said_to() -> None:
    for example in examples():
        _, inks = painted(example.scene, example.marks)
        changed = (example.pixels != example.scene.image.pixels).any(axis=2)
        covered = np.max([np.zeros_like(changed, dtype=np.uint8), *inks], axis=0) > 0
        assert not (changed & ~covered).any()


@pytest.mark.long
def test_a_colour_goes_unsaid_only_where_the_kind_tells() -> None:
    unsaid = 0
    for index in range(120):
        marks = marked_scene(WORLD.scene(index), np.random.default_rng(index), patch=16).marks
        for mark in marks:
            if mark.colour not in mark.phrase:
                unsaid += 1
                assert [other.kind for other in marks].count(mark.kind) == 1
    assert unsaid


def test_every_kind_of_mark_is_met() -> None:
    met = {
        mark.kind
        for index in range(60)
        for mark in marked_scene(WORLD.scene(index), np.random.default_rng(index), patch=16).marks
    }
    assert met == set(KINDS)


def test_no_two_marks_of_a_picture_look_alike() -> None:
    for example in examples():
        looks = [(mark.kind, mark.colour) for mark in example.marks]
        assert len(set(looks)) == len(looks)


def test_a_mark_can_be_told_from_the_thing_by_its_colour() -> None:
    for example in examples():
        plan = example.scene.plan
        for mark in example.marks:
            colour = plan.things[mark.owner - len(plan.stuff)].colour
            if colour not in INKS:  # of no one colour, or gray
                continue
            ink = np.array(INKS[colour])
            assert np.abs(ink - NAMED[mark.colour]).sum() >= 180


def test_marks_on_ground_are_never_asked_about() -> None:
    for example in examples():
        labels = example.labels
        assert ((labels.mark_kind == NONE) == (labels.name == NONE)).all()


def test_without_marks_the_pixels_are_the_scene() -> None:
    scene = WORLD.scene(1)
    example = marked_scene(scene, np.random.default_rng(0), patch=16, num_marks=0)
    assert np.array_equal(example.pixels, scene.image.pixels)
    assert not (example.labels.mark_kind > 0).any()


def test_a_patch_named_after_a_thing_shows_that_thing() -> None:
    for example in examples():
        plan, owners = example.scene.plan, example.scene.owners
        for patch in np.flatnonzero(example.labels.name >= 0):
            row, column = divmod(int(patch), 12)
            cell = owners[row * 16 : row * 16 + 16, column * 16 : column * 16 + 16]
            shown = {
                plan.things[o - len(plan.stuff)].name for o in cell.ravel() if o >= len(plan.stuff)
            }
            assert NAMES[example.labels.name[patch]] in shown


def test_a_patch_is_a_thing_or_ground() -> None:
    for example in examples():
        labels = example.labels
        assert ((labels.name >= 0) ^ (labels.stuff >= 0)).all()


def test_all_labels_are_classes() -> None:
    for example in examples():
        for key, values in example.labels.as_dict().items():
            assert values.min() >= NONE
            assert values.max() < (NUM_CLASSES | {"owner": MAX_OWNERS})[key]


def test_a_signs_patches_spell_its_text() -> None:
    spelled = 0
    for example in examples():
        texts = {thing.text for thing in example.scene.plan.things if thing.text}
        for row in example.labels.spelling[example.labels.spelling[:, 0] >= 0]:
            assert "".join(LETTERS[letter - 1] for letter in row if letter > 0) in texts
            spelled += 1
    assert spelled > 20


def test_a_letters_patches_are_its_signs() -> None:
    for example in examples():
        texts = [thing.text or "" for thing in example.scene.plan.things]
        for letter in example.labels.letter[example.labels.letter >= 0]:
            assert any(LETTERS[letter] in text for text in texts)


def test_upright_letters_run_from_left_to_right() -> None:
    checked = 0
    for index in range(200):
        plan = WORLD.plan(index)
        if any(thing.text and thing.degrees == 0 for thing in plan.things):
            example = marked_scene(WORLD.scene(index), np.random.default_rng(0), patch=16)
            sign = next(thing for thing in plan.things if thing.text)
            grid = example.labels.letter.reshape(12, 12)
            for row in grid:
                seen = "".join(LETTERS[letter] for letter in row if letter >= 0)
                places = [sign.text.find(letter) for letter in dict.fromkeys(seen)]
                assert places[:1] <= places[-1:]
            checked += 1
    assert checked


def test_a_patch_knows_how_many_things_have_its_name() -> None:
    for example in examples():
        labels, known = example.labels, NAMES
        for number, count in zip(labels.name, labels.count, strict=True):
            assert count == (NONE if number < 0 else example.scene.count(known[number]))


def test_a_batch_stacks_pixels_and_labels() -> None:
    source = MarkedScenes(world=WORLD)
    batch = source.collate([source.example(i, np.random.default_rng(i)) for i in range(3)])
    assert batch["pixels"].shape == (3, 192, 192, 3)
    assert batch["spelling"].shape == (3, 144, 8)
    assert set(batch) == {"pixels", "owner", *NUM_CLASSES}
