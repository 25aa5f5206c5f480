"""The pictures that ship with Deixis are the world's own."""

import json

import pytest

from deixis.data.demo.pictures import FOLDER, RECORDS, demo_picture
from deixis_lab.examine.demo_pictures import INDICES, TOUR, WORLD, demo_record


@pytest.mark.parametrize("name", INDICES)
def test_a_shipped_picture_is_what_the_world_draws(name):
    shipped = {one["name"]: one for one in json.loads((FOLDER / RECORDS).read_text("utf-8"))}
    assert shipped[name] == demo_record(name)
    assert demo_picture(name).image == WORLD.scene(INDICES[name]).image


def test_the_tour_asks_about_one_of_them():
    assert len(demo_picture(TOUR).questions) == 15
