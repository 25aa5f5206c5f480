"""Figures by house: what is known to be right or wrong is told as such, and nothing is lost."""

import json
from dataclasses import replace

import pytest

from deixis.evals.trial_asking import ANSWERS
from deixis_lab.examine.things.bars import bars_of
from deixis_lab.examine.things.card import missed, thing_card
from deixis_lab.examine.things.house_figures import (
    MEAN,
    ORDER,
    ThingSettings,
    examine_things,
)
from deixis_lab.examine.things.scene_trials import DECLINING, TWO, UNMARKED
from deixis_lab.examine.things.tower_alone import TOWER, TOWER_BEST
from lab.tests.examine.things.known_answers import Answering

pytestmark = pytest.mark.long

SETTINGS = ThingSettings(num_scenes=3, art="small")
OF_TOWER = (TOWER, TOWER_BEST)


@pytest.fixture(scope="module")
def right(tmp_path_factory):
    folder = tmp_path_factory.mktemp("right")
    return examine_things(Answering().learn(SETTINGS), SETTINGS, folder)


@pytest.fixture(scope="module")
def wrong(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wrong")
    return examine_things(Answering(is_right=False).learn(SETTINGS), SETTINGS, folder)


def rates(house):
    return {
        row.condition: row.value for row in house.findings.rows if row.condition not in OF_TOWER
    }


def test_every_split_that_the_art_draws_is_told_apart(right):
    splits = [house.split for house in right.houses]
    assert splits == ["test", "novel_emojione", "novel_black", "novel_names", *splits[4:]]
    assert "novel_openmoji" not in splits
    assert right.houses[2].artists == ("emojione-monotone",)


def test_who_knows_all_is_always_right_and_declines_what_nobody_taught(right):
    for house in right.houses:
        for condition, value in rates(house).items():
            assert value == (100.0 if condition != DECLINING or house.is_new else 0.0), condition
        assert 0 < house.guess < 100


def test_who_knows_nothing_is_never_right(wrong):
    for house in wrong.houses:
        assert set(rates(house).values()) == {0.0}


def test_all_conditions_stand_in_order(right):
    asked = [row.condition for row in right.houses[0].findings.rows]
    assert asked == [one for one in ORDER if one in asked]
    assert {*MEAN.values(), UNMARKED, TWO, *OF_TOWER} <= set(asked)


def test_who_knows_all_misses_only_the_control(right, wrong):
    first = right.houses[0]
    is_above = first.findings[UNMARKED].low > first.guess  # it knows what was not pointed at
    assert missed(first) == [UNMARKED] * is_above
    assert missed(right.houses[3]) == []
    lost = missed(wrong.houses[0])
    assert {*MEAN.values(), "presence", "finding"} <= set(lost)
    assert UNMARKED not in lost
    assert DECLINING not in lost  # it names all, so it declines nothing that it knows
    assert missed(wrong.houses[3]) == [DECLINING]


def test_an_unseen_house_is_held_to_the_tower(right):
    house = next(one for one in right.houses if one.split == "novel_black")
    tower = house.findings[TOWER].value
    assert f"{0.75 * tower:.1f}, 75% of the tower's" in bars_of(house)[MEAN["clear"]].wanted
    assert house.findings[TOWER_BEST].value >= tower > 0


def test_it_goes_on_where_it_was_stopped(tmp_path, right):
    settings = replace(SETTINGS, splits=("test",))
    broken = Answering(breaks_after=3).learn(SETTINGS)
    with pytest.raises(KeyboardInterrupt):
        examine_things(broken, settings, tmp_path)
    kept = (tmp_path / ANSWERS).read_text().count("\n")
    assert kept > 0
    resumed = examine_things(Answering().learn(SETTINGS), settings, tmp_path)
    assert resumed.houses[0].record() == right.houses[0].record()
    lines = [json.loads(line) for line in (tmp_path / ANSWERS).read_text().splitlines()]
    assert len({line["key"] for line in lines if "key" in line}) == len(lines)


def test_the_card_tells_all_of_it(right):
    page = thing_card("answering", right, command="deixis lab card answering --things")
    assert "    deixis lab card answering --things\n" in page
    assert page.count("**missed**") == sum(len(missed(house)) for house in right.houses)
    assert "| emojione-monotone* | 100.0" in page
    assert json.loads(json.dumps(right.record()))["splits"]["test"]["per cent"]["presence"]


def test_a_tower_that_knows_no_names_is_beside_no_figure(tmp_path):
    settings = replace(SETTINGS, num_scenes=2, splits=("novel_names",))
    found = examine_things(Answering().learn(SETTINGS), settings, tmp_path)
    assert TOWER not in found.houses[0].findings
    assert found.houses[0].tower_by_artist.rows == ()
