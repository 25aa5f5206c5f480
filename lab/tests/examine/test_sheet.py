"""A sheet of scenes."""

import numpy as np

from deixis_lab.examine.sheet import scene_sheet
from deixis_lab.things.world import ThingWorld

WORLD = ThingWorld(side=64, art="small")


def test_a_sheet_holds_the_pictures_as_they_are():
    sheet = scene_sheet(WORLD, first=3, count=2, show_regions=False)
    assert np.array_equal(sheet.image.pixels[6:70, 6:70], WORLD.scene(3).image.pixels)
    assert np.array_equal(sheet.image.pixels[6:70, 76:140], WORLD.scene(4).image.pixels)


def test_shown_regions_are_drawn_over_the_pictures():
    plain = scene_sheet(WORLD, first=0, count=3, show_regions=False)
    shown = scene_sheet(WORLD, first=0, count=3, show_regions=True)
    assert plain.image != shown.image
    assert plain.entries == shown.entries


def test_names_are_drawn_on_pictures_that_are_large_enough_to_read_them():
    """Audit, 15: labels of 9 pixels on pictures of 96."""
    shown = scene_sheet(ThingWorld(side=96, art="small"), first=0, count=2, show_regions=True).image
    assert shown.size.width == 2 * (288 + 6) + 6
    large = scene_sheet(
        ThingWorld(side=320, art="small"), first=0, count=1, show_regions=True
    ).image
    assert large.size.width == 320 + 12


def test_entries_tell_what_each_picture_shows():
    entry = scene_sheet(WORLD, first=7, count=1, show_regions=False).entries[0]
    scene = WORLD.scene(7)
    assert entry["scene"] == scene.name
    assert [thing["name"] for thing in entry["things"]] == [thing.name for thing in scene.things]
