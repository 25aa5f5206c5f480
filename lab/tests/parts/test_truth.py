"""The world's own truth, found again from a picture's source."""

import numpy as np
import pytest

from deixis.core.errors import UsageError
from deixis.core.image import Image
from deixis.sources import source
from deixis_lab.things.art import open_art
from deixis_lab.things.world import ThingWorld

ART = open_art("small").digest[:8]


@pytest.mark.parametrize("exponent", [1.0, 0.7, 0.0])
def test_a_scenes_things_and_stuff_are_its_notes_in_depth_order(exponent: float) -> None:
    world = ThingWorld(seed=1, side=64, split="test", exponent=exponent, art="small")
    scenes = [world.scene(index) for index in range(6)]
    for scene in scenes:
        notes = source("truth").look(scene.image)
        named = [(note.label, note.text) for note in notes]
        stuff = [(stuff.name, None) for stuff in scene.stuff]
        assert named == stuff + [(thing.name, thing.text) for thing in scene.things]
        cover = sum(note.mask(world.size).to_array().astype(int) for note in notes)
        assert np.array_equal(cover, np.ones((64, 64)))
        assert {note.source for note in notes} == {"truth"}
    assert any(thing.text for scene in scenes for thing in scene.things)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "street.jpg",
            "whose source is things/SPLIT/SEED/INDEX@SIDEzEXPONENT-ART, got 'street.jpg'",
        ),
        (f"things/test/1/5@64z1..0-{ART}", "names no scene"),
        (f"things/tests/1/5@64z1-{ART}", "no split of things named 'tests'; did you mean 'test'"),
        (f"things/test/1/5@63z1-{ART}", r"side is 64\.\.448"),
        (f"things/test/1/5@64z9-{ART}", "exponent is within"),
        (f"things/test/1/{2**63}@64z1-{ART}", r"within 0\.\.2\^63-1"),
        (f"things/test/{'9' * 5000}/5@64z1-{ART}", "names no scene"),
        (f"things/test/1/6@64z1-{ART}", "was changed after it was drawn"),
    ],
)
def test_a_picture_that_is_no_scene_is_refused(name: str, said: str) -> None:
    scene = ThingWorld(seed=1, side=64, split="test", art="small").scene(5)
    with pytest.raises(UsageError, match=said):
        source("truth").look(Image(pixels=scene.image.pixels, source=name))


def test_a_scene_that_was_drawn_on_is_refused() -> None:
    scene = ThingWorld(seed=1, side=64, split="test", art="small").scene(5)
    pixels = scene.image.pixels.copy()
    pixels[3, 4] ^= 1
    with pytest.raises(UsageError, match="was changed after it was drawn"):
        source("truth").look(Image(pixels=pixels, source=scene.image.source))
