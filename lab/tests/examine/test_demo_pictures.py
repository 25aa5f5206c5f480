"""The pictures that ship with Deixis are the world's own."""

import json

import pytest

from deixis.data.demo.pictures import FOLDER, RECORDS, demo_picture
from deixis_lab.examine.demo_pictures import INDICES, TOUR, WORLD, demo_record


@pytest.mark.parametrize("index", INDICES)
def test_a_shipped_picture_is_what_the_world_draws(index):
    shipped = {one["name"]: one for one in json.loads((FOLDER / RECORDS).read_text("utf-8"))}
    assert shipped[f"scene_{index}"] == demo_record(index)
    assert demo_picture(f"scene_{index}").image == WORLD.scene(index).image


def test_the_tour_asks_about_one_of_them():
    assert len(demo_picture(f"scene_{TOUR}").questions) == 10
