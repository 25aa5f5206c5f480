"""Pictures of things are the same everywhere, and what is said of them is true."""

import hashlib
import importlib.util
import subprocess
import sys

import numpy as np
import pytest

from deixis.core.errors import UnknownNameError, UsageError
from deixis_lab.things.art import is_fetched, open_art
from deixis_lab.things.artists import artist_named, seen_artists
from deixis_lab.things.drawings import Drawing
from deixis_lab.things.names import thing_named
from deixis_lab.things.plan import PlannedDrawing, readable_inks
from deixis_lab.things.splits import thing_splits
from deixis_lab.things.stamping import pressed, stamped
from deixis_lab.things.world import ThingWorld
from deixis_lab.world.questions import kinds, questions
from deixis_lab.world.sampling import PIXEL, Frame, Window
from deixis_lab.world.scene import SIGN
from deixis_lab.world.words import lexicon

WORLD = ThingWorld(art="small", exponent=0.0)
SAMPLE = range(40)
GOLDEN = {
    (0, 64, "train"): "576f1e4bf5c6aedc",
    (5, 96, "everything"): "5ffc5d98d5fb2f7e",
    (9, 448, "novel_houses"): "bbd119571fabc563",
}
HASHES = """\
import hashlib
from deixis_lab.things.world import ThingWorld
for scene in ThingWorld(art="small", side=80).scenes(range(4, 8)):
    print(hashlib.sha256(scene.image.pixels.tobytes()).hexdigest())
"""


@pytest.fixture(scope="module")
def scenes():
    return [WORLD.scene(index) for index in SAMPLE]


def digest(scene):
    return hashlib.sha256(scene.image.pixels.tobytes()).hexdigest()


@pytest.mark.parametrize(("index", "side", "split"), GOLDEN)
def test_pictures_are_the_bytes_that_they_have_always_been(index, side, split):
    world = ThingWorld(art="small", side=side, split=split)
    assert digest(world.scene(index))[:16] == GOLDEN[index, side, split]


@pytest.mark.long
def test_another_process_draws_the_same_bytes_in_any_order():
    done = subprocess.run(
        [sys.executable, "-c", HASHES], capture_output=True, check=True, text=True
    )
    here = [digest(ThingWorld(art="small", side=80).scene(index)) for index in (7, 6, 5, 4)]
    assert done.stdout.split() == here[::-1]


def test_a_scene_is_the_same_at_every_size():
    small, large = (ThingWorld(art="small", side=side).scene(3) for side in (64, 192))
    assert small.plan == large.plan
    assert [thing.name for thing in small.things] == [thing.name for thing in large.things]


def test_every_pixel_belongs_to_exactly_one_region(scenes):
    for scene in scenes[:8]:
        total = sum(region.shape.to_array().astype(int) for region in scene.regions)
        assert (total == 1).all()


def test_a_thing_tells_its_name_artist_and_member(scenes):
    for scene in scenes:
        for thing in scene.things:
            assert thing.region.label == thing.name
            assert thing.region.source == "things"
            if thing.name != SIGN:
                assert thing.member in thing_named(thing.name).codes
                assert thing.artist in seen_artists()


def test_things_show_at_least_half_of_themselves():
    """The plan keeps boxes apart; here the pixels are counted, of each thing alone and as seen."""
    art = open_art("small")
    for scene in map(WORLD.scene, range(12)):
        for thing in scene.things:
            planned = scene.plan.things[thing.depth]
            if not isinstance(planned, PlannedDrawing):
                continue
            level = art.level(planned.drawing, 64)
            frame = planned.side * WORLD.side / 4096
            alone = (level[..., 3] >= 128).mean() * frame**2
            assert thing.region.shape.area >= alone * 0.5 - 8


def test_things_are_large_enough_to_be_known(scenes):
    longest = [
        2 * max(thing.half_width, thing.half_height) / 4096
        for scene in scenes
        for thing in scene.plan.things
        if thing.name != SIGN
    ]
    assert min(longest) >= 0.18
    assert np.mean([0.25 <= part <= 0.65 for part in longest]) >= 0.75


def test_a_colour_is_that_of_the_pixels_or_of_the_ink():
    world = ThingWorld(art="small", split="everything", exponent=0.0)
    for index in range(60):
        for thing in world.plan(index).things:
            if isinstance(thing, PlannedDrawing) and not artist_named(thing.artist).is_black:
                assert thing.colour == thing.drawing.colour
            else:
                assert thing.colour is not None


def test_black_art_is_given_inks_that_stand_out_on_the_ground():
    assert "green" not in readable_inks(("grass",))
    assert "black" in readable_inks(("sand", "sky"))


@pytest.mark.parametrize("name", thing_splits())
def test_no_split_shares_its_draws_with_another(name):
    streams = [split.stream for split in thing_splits().values()]
    assert streams.count(thing_splits()[name].stream) == 1


def test_training_meets_nothing_that_is_held_out():
    train = thing_splits()["train"]
    for novel in ("novel_names", "novel_names_and_houses"):
        assert not set(train.names) & set(thing_splits()[novel].names)
    for novel in ("novel_houses", "novel_emojione", "novel_openmoji", "novel_black"):
        assert not set(train.artists) & set(thing_splits()[novel].artists)
    assert not set(train.words) & set(thing_splits()["novel_words"].words)


def test_each_unseen_house_and_its_black_set_stand_apart():
    apart = [thing_splits()[f"novel_{name}"].artists for name in ("emojione", "openmoji", "black")]
    assert sorted(sum(apart, ())) == sorted(thing_splits()["novel_houses"].artists)


@pytest.mark.parametrize("split", ["novel_names", "novel_houses", "look_alikes", "novel_words"])
def test_a_split_has_pictures_of_its_parts_alone(split):
    world = ThingWorld(art="small", split=split, exponent=0.0)
    names = {named.name for named in world.parts.names}
    for index in range(20):
        plan = world.plan(index)
        for thing in plan.things:
            if thing.text is None:
                assert thing.name in names
                assert thing.artist in world.parts.artists
            elif thing.text in lexicon():
                assert thing.text in world.parts.words
        assert {*plan.kinds, *plan.alike, *plan.others} <= names


def test_frequent_names_are_met_more_often_than_rare_ones():
    world = ThingWorld(art="small", exponent=1.0)
    by_share = sorted(world.names, key=lambda named: -world.frequencies.share(named.name))
    met = [plan.kinds[0] for plan in map(world.plan, range(300))]
    assert met.count(by_share[0].name) > 3 * met.count(by_share[-1].name)


def test_only_the_artists_asked_for_draw():
    world = ThingWorld(art="small", artists=("twemoji",))
    drawn = {thing.artist for index in range(20) for thing in world.plan(index).things}
    assert drawn == {"twemoji", None}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"side": 20}, r"64\.\.448"),
        ({"exponent": 4.0}, "within 0..3"),
        ({"seed": -1}, "seed"),
        ({"artists": ("openmoji",)}, "has no drawings by openmoji"),
    ],
)
def test_what_cannot_be_is_told(wrong, said):
    with pytest.raises(UsageError, match=said):
        ThingWorld(art="small", **wrong)


def test_a_split_that_is_none_suggests_the_nearest():
    with pytest.raises(UnknownNameError, match="did you mean 'novel_names'"):
        ThingWorld(art="small", split="novel_name")


def test_a_split_that_an_art_cannot_draw_is_told():
    with pytest.raises(UsageError, match="no drawings for the split novel_openmoji"):
        ThingWorld(art="small", split="novel_openmoji").plan(0)


@pytest.mark.skipif(importlib.util.find_spec("skimage") is not None, reason="it is at hand")
def test_photographs_need_their_package():
    with pytest.raises(UsageError, match="pip install scikit-image"):
        ThingWorld(art="small", photographs=True)


def test_photographs_are_grounds_where_their_package_is_at_hand():
    pytest.importorskip("skimage")
    world = ThingWorld(art="small", photographs=True)
    grounds = {stuff.name for index in range(60) for stuff in world.scene(index).stuff}
    assert "photographed gravel" in grounds


def test_a_drawing_that_is_not_turned_keeps_its_pixels():
    level = np.arange(16 * 16 * 4, dtype=np.uint8).reshape(16, 16, 4)
    side = 16 * PIXEL
    frame = Frame(x=side // 2, y=side // 2, width=side, height=side, sin=0, cos=PIXEL)
    stamp = stamped(level, frame, Window(top=0, bottom=16, left=0, right=16))
    assert (stamp[:15, :15] >> 8 == level[:15, :15]).all()


def test_stamping_and_pressing_agree_with_floating_point():
    level = open_art("small").levels[64][5]
    middle = 20 * PIXEL
    frame = Frame(x=middle, y=middle, width=40 * PIXEL, height=40 * PIXEL, sin=0, cos=PIXEL)
    window = Window(top=0, bottom=40, left=0, right=40)
    pixels = np.full((40, 40, 3), 200, dtype=np.uint8)
    stamp = stamped(level, frame, window)
    pressed(stamp, window, pixels)
    exact = stamp / 256
    expected = exact[..., :3] + 200 * (1 - exact[..., 3:] / 255)
    assert np.abs(pixels - expected).max() <= 2.5


def test_what_is_opaque_hides_and_what_is_clear_changes_nothing():
    pixels = np.full((1, 2, 3), 77, dtype=np.uint8)
    stamp = np.zeros((1, 2, 4), dtype=np.uint16)
    stamp[0, 0] = [255 << 8] * 4
    pressed(stamp, Window(top=0, bottom=1, left=0, right=2), pixels)
    assert pixels[0].tolist() == [[255] * 3, [77] * 3]


# of questions


@pytest.fixture(scope="module")
def asked(scenes):
    return [question for index in SAMPLE for question in questions(WORLD, index, scenes[index])]


def test_every_kind_that_makes_sense_is_asked(asked):
    assert set(kinds()) - {question.kind for question in asked} <= {"reasoning"}


def test_a_colour_is_asked_only_where_one_is_told(scenes):
    for index in SAMPLE:
        for question in questions(WORLD, index, scenes[index]):
            if question.kind == "colour":
                (region,) = question.regions.values()
                (thing,) = [t for t in scenes[index].things if t.region == region]
                assert thing.colour == question.answer


def test_presence_tells_what_is_there(scenes):
    for index in SAMPLE:
        for question in questions(WORLD, index, scenes[index]):
            if question.kind == "presence":
                assert (question.answer == "yes") == bool(question.evidence)


@pytest.mark.skipif(not is_fetched(), reason="needs what `deixis lab art` fetches")
@pytest.mark.parametrize("split", thing_splits())
def test_the_whole_art_serves_every_split(split):
    world = ThingWorld(split=split)
    assert len(world.names) == len(world.parts.names) or "novel" in split
    assert world.scene(0).things


def test_a_drawing_knows_its_name():
    drawing = Drawing(
        artist="noto", icon="x", code="1f415", place=0, half_width=1, half_height=1, colour=None
    )
    assert drawing.name == "dog"
