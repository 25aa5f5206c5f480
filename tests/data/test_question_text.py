import pytest
from hypothesis import given
from hypothesis import strategies as st

from deixis.data.question_text import (
    detokenized,
    joined,
    lettered,
    literal,
    sentence,
    slot_name,
    slots_in,
)


@given(st.text(alphabet="ab_1{} ", max_size=20))
def test_literal_words_have_no_slots(text):
    assert not slots_in(literal(text))


@given(st.text(max_size=12))
def test_any_name_can_become_a_slot(words):
    name = slot_name(words)
    assert slots_in(f"{{{name}}}") == {name}


@pytest.mark.parametrize(
    ("tokens", "text"),
    [
        (["Why", "is", "{a}", "here", "?"], "Why is {a} here?"),
        (["It", "'s", "his", ",", "is", "n't", "it", "?"], "It's his, isn't it?"),
        (["a", "(", "b", ")", "c"], "a (b) c"),
        (["5", "%", "of", "", "it"], "5% of it"),
        (["the", "dogs", "'", "bowl"], "the dogs' bowl"),
    ],
)
def test_words_are_put_together_as_they_are_written(tokens, text):
    assert detokenized(tokens) == text


@pytest.mark.parametrize(
    ("words", "text"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), ("abc", "a, b and c")]
)
def test_a_list_is_said(words, text):
    assert joined(list(words)) == text


@pytest.mark.parametrize(
    ("words", "text"),
    [("a dog ,a cat", "A dog, a cat."), ("Is it?", "Is it?"), ("{a} sits", "{a} sits."), ("", "")],
)
def test_a_sentence_begins_and_ends(words, text):
    assert sentence(words) == text


def test_choices_stand_behind_letters():
    assert lettered("Which?", ["one", "two"]).split("\n")[1:3] == ["A. one", "B. two"]
