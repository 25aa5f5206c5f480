import pytest

from deixis.ask.probe.asking import ProbeAsker
from deixis.ask.probe.following import (
    BUDGET,
    ask_encodings,
    identifies,
    least_budget,
    trial_pictures,
    ways,
)
from deixis.coordinates import dialects
from deixis.encodings import encodings
from deixis.encodings.dimmed import dimmed
from deixis.marks import shapes
from deixis.testing.simulated.album import Album
from deixis.testing.simulated.pointing import Pointer, pointed_at
from tests.ask.probe.answering import simulated_model

FOLLOWED = frozenset({"said", "arrow", "dimmed"})


ARROW = "drawn:arrow,color=fuchsia"


def found(*, chosen=None, **manner):
    asker = ProbeAsker(vlm=simulated_model("qwen3_vl", with_marks=True, **manner))
    budget = least_budget(chosen) if chosen else BUDGET
    dialect = dialects.get("qwen3_vl")()
    return ask_encodings(asker, dialect, seed=0, budget=budget, chosen=chosen)


@pytest.mark.long
def test_what_a_model_follows_is_found_and_nothing_else():
    told = found(follows=FOLLOWED, wrong=0.1)
    names = {one.encoding.partition(",")[0] for one in told.followed if one.is_followed}
    assert names == {"said", "drawn:arrow", "dimmed"}
    assert told.recommended.partition(",")[0] in names


def test_what_stays_bright_in_a_darkened_picture_is_seen():
    """By its middle, since the corners of its box are darkened ground; a black one is not told."""
    pictures = trial_pictures(0)[:3]
    album = Album({one.image: [thing.box_region() for thing in one.things] for one in pictures})
    for one in pictures:
        for thing in one.things[:2]:
            if not thing.name.startswith("black"):
                sighting = album.sighting(dimmed(thing.region).paint(one.image))
                assert pointed_at(Pointer(encoding="dimmed"), sighting) == thing.box_region()


@pytest.mark.long
def test_what_is_followed_is_told_from_what_is_not():
    told = found(follows=frozenset({"arrow"}), chosen=(ARROW, "dimmed"))
    assert [(one.encoding, one.is_followed) for one in told.followed] == [
        (ARROW, True),
        ("dimmed", False),
    ]
    assert told.recommended == ARROW


@pytest.mark.long
def test_a_model_that_does_not_look_follows_nothing():
    told = found(follows=frozenset(), chosen=(ARROW, "said"))
    assert [one.encoding for one in told.followed if one.is_followed] == []
    assert told.recommended is None


def test_without_a_dialect_nothing_is_said():
    model = simulated_model("qwen3_vl", with_marks=True)
    told = ask_encodings(ProbeAsker(vlm=model), None, seed=0, budget=20, chosen=("said",))
    [said] = told.followed
    assert said.why_not == "no dialect is known to say it in"
    assert not said.is_followed


def test_every_shape_of_mark_and_every_encoding_is_tried():
    kinds = {way.partition(":")[0] for way in ways()}
    drawn = {way.partition(",")[0] for way in ways() if way.startswith("drawn:")}
    assert kinds == set(encodings.names())
    assert drawn == {f"drawn:{shape}" for shape in shapes.names()}


def test_too_small_a_budget_asks_nothing():
    model = simulated_model("qwen3_vl", with_marks=True)
    asker = ProbeAsker(vlm=model)
    assert ask_encodings(asker, None, seed=0, budget=0).followed == ()
    assert asker.num_calls == 0


def test_a_thing_is_named_by_its_shape_or_its_colour_and_no_other_is():
    picture = trial_pictures(0)[0]
    thing, other = picture.things[:2]
    assert identifies(f"A {thing.shape.name}.", picture, 0)
    assert identifies(f"It is {thing.colour.name}", picture, 0)
    assert identifies(thing.name.upper(), picture, 0)
    assert not identifies(f"{thing.name} and {other.name}", picture, 0)
    assert not identifies(other.name, picture, 0)
    assert not identifies("a thing", picture, 0)
