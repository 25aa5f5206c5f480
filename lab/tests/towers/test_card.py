"""A tower's card says beside each claim what it must beat."""

import pytest

from deixis_lab.things.art import SMALL, open_art
from deixis_lab.things.artists import ARTISTS
from deixis_lab.towers.card import NEW, by_category_alone, card, new_names
from deixis_lab.towers.figures import NamingRate


def test_who_knows_categories_alone_is_right_once_a_category() -> None:
    assert by_category_alone(["ant", "bee"]) == 0.5  # two insects
    assert by_category_alone(["ant", "bee", "banana"]) == pytest.approx(2 / 3)


def test_what_a_zero_shot_rate_must_beat_stands_below_it() -> None:
    art = open_art(SMALL)
    rate = NamingRate(artist=ARTISTS[0].name, side=64, num=10, first=0.5, top_five=0.9)
    page = card({NEW: [rate]}, art, num_names=3, command="deixis lab tower")
    share = by_category_alone(new_names(art))
    assert f"category alone would name {share:.1%}" in page
