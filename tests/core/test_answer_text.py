"""Drafts are no answers, and control tokens are no words."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from deixis.core.answer_text import DRAFTS, answered


@pytest.mark.parametrize(("start", "end"), DRAFTS)
def test_what_stands_between_the_marks_of_a_draft_goes(start, end):
    found = answered(f"so: {start}maybe 1{end} 2")
    assert found.text.split() == ["so:", "2"]
    assert found.unfinished is None


@pytest.mark.parametrize(("start", "end"), DRAFTS)
def test_a_draft_that_never_ends_is_kept_apart(start, end):
    found = answered(f"1 {start}maybe 2")
    assert found.text.strip() == "1"
    assert found.unfinished == f"{start}maybe 2"


def test_a_draft_whose_start_was_in_the_question_goes():
    assert answered("maybe 1</think>2").text.strip() == "2"
    assert answered("<think>a <think>b</think> 1</think>2").text.strip() == "2"


def test_marks_of_other_drafts_within_a_draft_do_not_end_it():
    assert answered("<think>[THINK] 1 </thinking> 2</think>3").text.strip() == "3"


@pytest.mark.parametrize(
    "token", ["<eos>", "</s>", "<|im_end|>", "<end_of_turn>", "<|endoftext|>", "<pad>", "[INST]"]
)
def test_control_tokens_go_and_part_words(token):
    assert answered(f"cup{token}").text == "cup"
    assert answered(f"cup{token}dog").text == "cup dog"


@pytest.mark.parametrize("text", ["<box>1</box>", "<|box_start|>", "a < b", "[think]", "<s1>"])
def test_other_words_stay(text):
    assert answered(text).text == text


@given(some.lists(some.sampled_from([*"ab1 ", *(mark for pair in DRAFTS for mark in pair)])))
def test_no_mark_of_a_draft_is_left(pieces):
    found = answered("".join(pieces))
    assert not any(mark in found.text for pair in DRAFTS for mark in pair if "/" in mark)
    assert answered(found.text).text.split() == found.text.split()
