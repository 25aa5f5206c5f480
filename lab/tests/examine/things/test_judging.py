"""When an answer about Things is right."""

import pytest

from deixis.core.shapes import Box
from deixis.core.size import Size
from deixis_lab.examine.things.judging import (
    box_search,
    declines,
    first_words,
    is_among_best,
    says_colour,
    says_name,
)
from deixis_lab.things.names import thing_names
from lab.tests.examine.things.known_answers import Answering

SIZE = Size(width=192, height=192)
TRUTH = Box(x0=20, y0=30, x1=90, y1=120)


@pytest.mark.parametrize("said", ["robot", "Robot.", "a robot", "robot face", " robot\n"])
def test_a_name_is_right_by_any_of_its_words(said):
    assert says_name("robot", said)


@pytest.mark.parametrize("said", ["", "face", "robots", "a robot and a cat", "I do not know this."])
def test_other_words_are_not_the_name(said):
    assert not says_name("robot", said)


def test_every_name_is_right_as_it_stands():
    assert all(says_name(thing.name, thing.name) for thing in thing_names())


def test_grey_is_gray():
    assert says_colour("gray", "Grey.")
    assert says_colour("red", "red")
    assert not says_colour("red", "gray")


def test_a_declining_says_only_that():
    assert declines("I do not know this.")
    assert declines("i do not know this")
    assert not declines("I do not know this cat.")
    assert not declines("")


def test_the_first_words_stand_once():
    assert len(set(first_words())) == len(first_words()) > 500
    assert is_among_best("pointing hand", "open\npointing\ncat")
    assert not is_among_best("pointing hand", "open\ncat")


def test_a_box_is_found_where_it_covers_half_of_both_together():
    search = box_search(Answering())
    assert search is not None
    assert "the cat" in search.question("cat", SIZE)
    found = {
        said: search.is_found(TRUTH, SIZE, said)
        for said in (
            "[0.104,0.156,0.469,0.625]",  # the very box
            "[0.12,0.2,0.469,0.625]",
            "[0.5,0.156,0.9,0.625]",
            "[1.5,1.5,1.9,1.9]",
            "nowhere",
        )
    }
    assert list(found.values()) == [True, True, False, False, False]
