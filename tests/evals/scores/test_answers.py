"""Letters, numbers, yes and no, and words, read from answers as models write them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from deixis.evals.scores.letters import read_letter
from deixis.evals.scores.short_answers import (
    NUMBERS,
    balanced_accuracy,
    f1,
    is_exact,
    is_same_number,
    plain,
    precision,
    read_number,
    read_pope,
    read_yes_no,
    recall,
    words,
    yes_no_numbers,
    yes_share,
)

CHOICES = ("the red cup", "a dog", "the red cup of tea", "nothing")


@pytest.mark.parametrize(
    ("answer", "letter"),
    [
        ("B", "B"),
        (" b. ", "B"),
        ("(C)", "C"),
        ("**D**", "D"),
        ("B. a dog", "B"),
        ("C) it is that one", "C"),
        ("The answer is D.", "D"),
        ("Answer: C", "C"),
        ("I would take option B here", "B"),
        ("It must be (A), not the other", "A"),
        ("A dog", "B"),
        ("a dog.", "B"),
        ("I see the red cup of tea on it", "C"),
        ("the red cup", "A"),
        ("E", None),
        ("", None),
        ("...", None),
        ("A or B? Either (A) or (B).", None),
        ("the dog and nothing", None),
        ("I cannot tell", None),
    ],
)
def test_a_letter_is_read_only_where_it_is_clear(answer, letter):
    assert read_letter(answer, CHOICES) == letter


@given(some.text(max_size=60), some.lists(some.text(max_size=9), min_size=2, max_size=6))
def test_any_answer_gives_a_known_letter_or_none(answer, choices):
    letter = read_letter(answer, choices)
    assert letter is None or letter in "ABCDEF"[: len(choices)]


@given(some.sampled_from("ABCD"), some.sampled_from(["{}", "{}.", "({})", "answer: {}", "**{}**"]))
def test_a_letter_alone_is_read_in_every_dress(letter, dress):
    assert read_letter(dress.format(letter), CHOICES) == letter


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("3", 3),
        ("three", 3),
        ("There are three cups.", 3),
        ("1,204", 1204),
        ("-2.5 degrees", -2.5),
        ("twenty-three", 23),
        ("one hundred and five", 105),
        ("two thousand", 2000),
        ("none", 0),
        ("No cups at all", 0),
        ("three (3)", 3),
        ("2 or 3", None),
        ("two or three", None),
        ("many", None),
        ("", None),
        ("No one is there", 0),
        ("There is not one.", 0),
        ("This one shows three cups", 3),
        ("three,four", None),
        ("Three.They are red", 3),
        ("<think>four?</think>five", 5),
    ],
)
def test_numbers_are_read_in_figures_and_in_words(text, number):
    assert read_number(text) == number


@given(some.integers(0, 99))
def test_every_number_below_a_hundred_is_read_in_words(number):
    from deixis.evals.scores.short_answers import TENS, UNITS

    tens, ones = divmod(number, 10)
    said = UNITS[number] if number < 20 else TENS[tens - 2] + (f"-{UNITS[ones]}" if ones else "")
    assert read_number(f"I count {said} of them.") == number


def test_a_count_may_be_said_in_words():
    assert is_same_number("four", ("4",))
    assert not is_same_number("five", ("4",))
    assert is_same_number("Many.", ("many",))


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("Yes", True),
        ("No, there is no cup.", False),
        ("yes, it isn't hidden", True),
        ("There isn't one.", False),
        ("I do see it: yes", True),
        ("maybe", None),
        ("", None),
        ("It could be yes or no", None),
        ("yes or no", None),
        ("Yes/No", None),
        ("yes,it is", True),
        ("I don't know", None),
        ("I cannot tell.", None),
        ("I cannot see one", False),
        ("That is not correct", False),
        ("<think>Yes?</think>No", False),
    ],
)
def test_yes_and_no_are_read(answer, said):
    assert read_yes_no(answer) is said


def test_f1_and_balanced_accuracy_worked_by_hand():
    answers = [("yes", True)] * 3 + [("no", True)] + [("no", False)] * 4 + [("yes", False)] * 2
    rows = [yes_no_numbers(said, is_yes=truth) for said, truth in answers]
    sums = np.array([sum(row[name] for row in rows) for name in NUMBERS])
    assert float(balanced_accuracy(sums)) == pytest.approx((3 / 4 + 4 / 6) / 2)
    assert float(f1(sums)) == pytest.approx(2 * 3 / (2 * 3 + 1 + 2))
    assert float(yes_share(sums)) == pytest.approx(5 / 10)
    assert float(precision(sums)) == pytest.approx(3 / 5)
    assert float(recall(sums)) == pytest.approx(3 / 4)


def test_a_model_that_never_says_yes_has_no_precision():
    assert float(precision(np.array([0.0, 4.0, 6.0, 0.0]))) == 0.0


@pytest.mark.parametrize(
    ("answer", "is_yes"),
    [
        ("Yes", True),
        ("yes, there is", True),
        ("No", False),
        ("no.", False),
        ("No, there is none", False),
        ("There is not a cup in the image.", False),
        ("I see one. There is no other.", True),  # the first sentence alone
        ("NO", True),  # of three spellings, none is this
        ("Nope", True),
        ("none", True),
        ("It isn't there", True),
        ("", True),
        ("??", True),
    ],
)
def test_popes_own_reading(answer, is_yes):
    assert read_pope(answer) is is_yes


def test_another_reading_may_be_chosen_for_the_counts():
    assert yes_no_numbers("", is_yes=True)["yes_wrong"] == 1.0
    assert yes_no_numbers("", is_yes=True, read=read_pope)["yes_right"] == 1.0


def test_what_says_neither_yes_nor_no_is_wrong_and_not_a_no():
    assert yes_no_numbers("perhaps", is_yes=False)["no_wrong"] == 1.0
    assert yes_no_numbers("perhaps", is_yes=True)["yes_wrong"] == 1.0


def test_balanced_accuracy_without_one_of_the_two_is_not_a_number():
    assert np.isnan(balanced_accuracy(np.array([3.0, 1.0, 0.0, 0.0])))


def test_exact_leaves_out_case_articles_and_outer_marks():
    assert is_exact(" The Cup. ", ("cup",))
    assert is_exact("return arrow", ("the return  arrow",))
    assert not is_exact("cups", ("cup",))
    assert is_exact("<think>a dog</think>a cup", ("cup",))


def test_an_article_needs_a_word_after_it():
    assert not is_exact("vitamin A", ("vitamin",))
    assert not is_exact("A", ("the",))
    assert is_exact("an A-frame", ("the a-frame",))
    assert not is_exact("-frame", ("a-frame",))


@given(some.text(max_size=40))
def test_plain_words_stay_as_they_are(text):
    assert plain(plain(text)) == plain(text)
    assert words(text) == words(text.upper().lower()) or any(ord(c) > 127 for c in text)
