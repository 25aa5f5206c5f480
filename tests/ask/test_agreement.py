"""How far two answers agree, by their words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deixis.ask.agreement import agreement
from deixis.ask.answer import AGREES

QUESTION = "What colour is the cup on the table, red or blue?"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("red", "Red."),
        ("The cup is green.", "green"),
        ("The total is $41.20", "41.2"),
        ("1,000 people", "1000"),
        ("two cups", "2"),
        ("ＳＴＯＰ", "It says stop"),
        ("Yes", "yes, it is"),
        ("<think>blue?</think>red", "red"),
        ("no", "There is none: no."),
    ],
)
def test_the_same_in_other_words_agrees(one, other):
    assert agreement(QUESTION, one, other) == agreement(QUESTION, other, one) >= AGREES


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("red", "blue"),
        ("The cup on the table is red", "The cup on the table is blue"),
        ("The total of all that was bought is 41.20", "The total of all that was bought is 14.20"),
        ("three", "two"),
        ("41.20", "forty-one twenty"),
        ("red", "I cannot see a red cup"),
        ("the red one", "the blue one"),
        ("red", ""),
        ("", ""),
        ("Yes", "No"),
    ],
)
def test_another_answer_does_not(one, other):
    assert agreement(QUESTION, one, other) == agreement(QUESTION, other, one) < AGREES


@given(st.text(), st.text(), st.text())
def test_any_two_texts_agree_by_some_share(question, one, other):
    assert 0 <= agreement(question, one, other) <= 1


@given(st.text(), st.text(min_size=1))
def test_an_answer_with_words_agrees_with_itself(question, answer):
    assert agreement(question, answer, answer) == float(agreement("", answer, answer) > 0)
