"""The pictures are the same everywhere, and what is said of them is true."""

import hashlib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from deixis.core.errors import UnknownNameError, UsageError
from deixis.core.mask import Mask
from deixis_lab.world.paint import paint
from deixis_lab.world.scene import SIGN
from deixis_lab.world.world import SceneWorld

WORLD = SceneWorld()
SAMPLE = range(60)
SOLID = ("●", "■", "♥", "★", "◢")
HASHES = """\
import hashlib, sys
from deixis_lab.world.world import SceneWorld
world = SceneWorld(side=80)
for scene in world.scenes(range(int(sys.argv[1]), 24, int(sys.argv[2]))):
    print(scene.name, hashlib.sha256(scene.image.pixels.tobytes()).hexdigest())
"""
GOLDEN = {
    (0, 64, "train"): "100870d233ac39bf",
    (5, 96, "everything"): "001696989e1db5ed",
    (9, 448, "novel_styles"): "5122b3f12a50ea8f",
}


@pytest.fixture(scope="module")
def scenes():
    return [WORLD.scene(index) for index in SAMPLE]


def hashes(first, step):
    """Names and hashes of every step-th picture, drawn by a process of its own."""
    command = [sys.executable, "-c", HASHES, str(first), str(step)]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    return done.stdout.splitlines()


@pytest.mark.long
def test_one_worker_and_four_draw_the_same_bytes():
    with ThreadPoolExecutor(2) as pool:
        one, *four = pool.map(hashes, (0, 0, 1, 2, 3), (1, 4, 4, 4, 4))
    assert len(one) == 24
    assert sorted(one) == sorted(line for lines in four for line in lines)


def test_the_order_of_drawing_does_not_matter():
    forward = [WORLD.scene(index).image for index in range(8)]
    backward = [WORLD.scene(index).image for index in reversed(range(8))]
    assert forward == backward[::-1]


@pytest.mark.parametrize("key", GOLDEN)
def test_the_pictures_are_those_of_every_other_machine(key):
    seed, side, split = key
    world = SceneWorld(seed=seed, side=side, split=split)
    bytes_of = b"".join(scene.image.pixels.tobytes() for scene in world.scenes(range(8)))
    assert hashlib.sha256(bytes_of).hexdigest()[:16] == GOLDEN[key]


def test_each_pixel_is_in_exactly_one_region(scenes):
    for scene in scenes:
        covered = sum(
            region.mask(scene.image.size).to_array().astype(int) for region in scene.regions
        )
        assert (covered == 1).all()


def test_a_mask_is_the_pixels_that_change_with_the_thing_s_colour():
    for index in range(15):
        things = [
            replace(thing, symbol=SOLID[place % 5], style="plain", colour="red")
            for place, thing in enumerate(WORLD.plan(index).things)
            if thing.text is None
        ]
        plan = replace(WORLD.plan(index), things=tuple(things))
        owners = paint(plan, 96).owners
        for place in range(len(things)):
            seen = [
                paint(replace(plan, things=_recoloured(things, place, colour)), 96).pixels
                for colour in ("black", "white")
            ]
            change = np.abs(seen[1].astype(int) - seen[0]).max(axis=2)
            inside = owners == len(plan.stuff) + place
            assert (change[inside] >= 28).all()  # two neighbours may cover not quite half of it
            assert (change[~inside] <= 122).all()


def _recoloured(things, place, colour):
    changed = list(things)
    changed[place] = replace(things[place], colour=colour)
    return tuple(changed)


def test_every_planned_thing_is_seen_and_wholly_in_the_picture():
    for index in range(400):
        plan = WORLD.plan(index)
        for thing in plan.things:
            assert thing.half_width <= thing.x <= 4096 - thing.half_width
            assert thing.half_height <= thing.y <= 4096 - thing.half_height


def test_every_thing_shows_half_of_itself_at_least(scenes):
    for index, scene in zip(SAMPLE, scenes, strict=True):
        plan = WORLD.plan(index)
        assert len(scene.things) == len(plan.things)
        for thing, planned in zip(scene.things, plan.things, strict=True):
            alone = paint(replace(plan, things=(planned,)), WORLD.side).owners == len(plan.stuff)
            mask = thing.region.shape
            assert isinstance(mask, Mask)
            assert mask.area >= alone.sum() / 2


def test_pictograms_are_12_to_45_percent_of_the_side():
    sizes = [
        thing.side * 5 // 6
        for index in range(300)
        for thing in WORLD.plan(index).things
        if thing.text is None
    ]
    assert min(sizes) >= 4096 * 12 // 100 - 1
    assert 4096 * 40 // 100 < max(sizes) <= 4096 * 45 // 100


def test_a_repeated_entity_is_there_as_often_as_planned():
    counts = [
        [thing.name for thing in plan.things].count(plan.repeated)
        for plan in map(WORLD.plan, range(500))
        if plan.repeated is not None
    ]
    shares = np.bincount(counts, minlength=7)[2:] / len(counts)
    assert shares.sum() > 0.99
    assert (abs(shares - 0.2) < 0.09).all()


@pytest.mark.parametrize("side", [64, 224, 448])
def test_a_scene_has_the_same_things_in_the_same_places_at_every_size(side):
    other = SceneWorld(side=side)
    for index in range(10):
        small, large = WORLD.scene(index), other.scene(index)
        assert [thing.phrase for thing in small.things] == [thing.phrase for thing in large.things]
        for first, second in zip(small.things, large.things, strict=True):
            expected = np.array(first.region.box().xyxy) / WORLD.side
            assert abs(np.array(second.region.box().xyxy) / side - expected).max() < 0.12


def test_signs_carry_their_words_as_the_region_s_text(scenes):
    signs = [thing for scene in scenes for thing in scene.things if thing.name == SIGN]
    assert signs
    assert all(sign.region.text == sign.text != "" for sign in signs)
    assert all(sign.region.label == "sign" for sign in signs)


def test_things_are_listed_from_the_farthest_to_the_nearest(scenes):
    for scene in scenes:
        assert [thing.depth for thing in scene.things] == list(range(len(scene.things)))


def test_another_seed_is_another_world():
    assert SceneWorld(seed=1).scene(3).image != WORLD.scene(3).image


def test_exponent_0_meets_all_entities_alike():
    frequencies = SceneWorld(exponent=0.0).frequencies
    assert len(set(frequencies.weights.values())) == 1


def test_the_most_frequent_entity_is_twice_as_frequent_as_the_next():
    shares = sorted(SceneWorld(split="everything").frequencies.weights.values())
    assert shares[-1] == pytest.approx(2 * shares[-2], rel=1e-3)


@pytest.mark.parametrize("wrong", [{"side": 63}, {"side": 449}, {"seed": -1}, {"exponent": 9.0}])
def test_a_world_beyond_its_limits_is_refused(wrong):
    with pytest.raises(UsageError, match="got"):
        SceneWorld(**wrong)


def test_an_unknown_split_names_the_nearest():
    with pytest.raises(UnknownNameError, match="did you mean 'novel_words'"):
        SceneWorld(split="novel_word")


def test_a_negative_index_is_refused():
    with pytest.raises(UsageError, match="index"):
        WORLD.scene(-1)
