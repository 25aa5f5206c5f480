"""VQA's two programs: forms worked by hand from their rules, and those of the programs."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from deixis.evals.scores.vqa import text_accuracy, text_form, vqa_accuracy, vqa_form

REFERENCES = json.loads(Path(__file__).with_name("vqa_references.json").read_text("utf-8"))


@pytest.mark.parametrize(
    ("text", "form"),
    [
        # case, blanks, line ends
        ("Red", "red"),
        ("  red  cup ", "red cup"),
        ("red\ncup", "red cup"),
        ("red\tcup", "red cup"),
        ("", ""),
        # articles
        ("the cup", "cup"),
        ("A cup", "cup"),
        ("an owl on a mat", "owl on mat"),
        ("the", ""),
        # number words up to ten
        ("none", "0"),
        ("zero", "0"),
        ("one", "1"),
        ("Two dogs", "2 dogs"),
        ("three four five six seven", "3 4 5 6 7"),
        ("eight nine ten", "8 9 10"),
        ("eleven", "eleven"),
        ("twenty-two", "twenty 2"),
        # apostrophes that were left out come back
        ("dont", "don't"),
        ("don't", "don't"),
        ("arent", "aren't"),
        ("couldnt've", "couldn't've"),
        ("couldn'tve", "couldn't've"),
        ("couldntve", "couldntve"),
        ("oclock", "o'clock"),
        ("ow's'at", "'ow's'at"),
        ("twas", "'twas"),
        ("yall'd've", "y'all'd've"),
        ("y'alld've", "y'all'd've"),
        ("somebody'd", "somebodyd"),
        ("Im", "im"),  # listed with a capital, looked up without
        ("lets", "lets"),
        ("dog's", "dog's"),
        # a mark between letters becomes a blank, one beside a blank goes
        ("red/blue", "red blue"),
        ("red / blue", "red blue"),
        ("red, blue", "red blue"),
        ("red,blue", "red blue"),
        ("t-shirt", "t shirt"),
        ("t- shirt", "t shirt"),
        ("t-shirt and - so", "tshirt and so"),  # it touches a blank elsewhere
        ("(x)", "x"),
        ('"stop"', "stop"),
        ("yes!", "yes"),
        ("what?", "what"),
        ("10:30", "10:30"),
        ("50%", "50%"),
        # a comma between digits takes all marks away
        ("1,000", "1000"),
        ("1,000 red-hot", "1000 redhot"),
        # points
        ("3.", "3"),
        ("2.5", "2.5"),
        (".5", ".5"),
        ("a.b", "ab"),
        ("u.s.a.", "usa"),
        ("...", ""),
        ("no.", "no"),
    ],
)
def test_the_form_of_vqa(text, form):
    assert vqa_form(text) == form


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("Frank's", "frank 's"),
        ("what's that", "what 's that"),
        ("1,000", "1000"),
        ("red,blue", "redblue"),
        ("why?", "why"),
        ("it's two", "it 's 2"),
        ("dont", "don't"),
        ("The  Cup.", "cup"),
    ],
)
def test_the_form_of_textvqa(text, form):
    assert text_form(text) == form


def test_points_go_as_far_as_the_program_counts():
    assert vqa_form("." * 40) == "." * 8


def test_forms_are_those_of_the_programs():
    ours = [[text, vqa_form(text), text_form(text)] for text, _, _ in REFERENCES["forms"]]
    assert ours == REFERENCES["forms"]


def test_accuracies_are_those_of_the_programs():
    for answer, people, vqa, textvqa in REFERENCES["accuracies"]:
        assert vqa_accuracy(answer, people) == pytest.approx(vqa)
        assert text_accuracy(answer, people) == pytest.approx(textvqa)


# same answers among ten: of all but one of them, with and without the one, min(1, same / 3)
@pytest.mark.parametrize(
    ("same", "accuracy"),
    [
        (0, 0.0),
        (1, (1 * 0 + 9 * 1 / 3) / 10),
        (2, (2 * 1 / 3 + 8 * 2 / 3) / 10),
        (3, (3 * 2 / 3 + 7 * 1) / 10),
        (4, 1.0),
        (9, 1.0),
    ],
)
def test_accuracy_by_how_many_of_ten_say_the_same(same, accuracy):
    people = ["blue"] * same + ["red", "Red", "two"] * 3 + ["green"]
    assert vqa_accuracy("Blue.", people[:10]) == pytest.approx(accuracy)
    assert text_accuracy("Blue.", people[:10]) == pytest.approx(accuracy)


def test_where_all_people_wrote_the_same_the_official_program_compares_letter_by_letter():
    assert vqa_accuracy("blue", ["blue"] * 10) == 1.0
    assert vqa_accuracy("Blue", ["blue"] * 10) == 0.0
    assert vqa_accuracy("Blue", ["blue"] * 9 + ["navy"]) == 1.0
    assert text_accuracy("Blue", ["blue"] * 10) == 1.0


def test_one_person_alone_decides():
    assert vqa_accuracy("a cup", ["cup"]) == 1.0
    assert vqa_accuracy("dog", ["cup"]) == 0.0
    assert vqa_accuracy("dog", []) == 0.0


@given(some.text(max_size=30), some.lists(some.text(max_size=9), min_size=2, max_size=12))
def test_accuracy_is_the_mean_over_those_left_when_each_person_goes(answer, people):
    forms = [text_form(one) for one in people]
    means = []
    for gone in range(len(forms)):
        left = forms[:gone] + forms[gone + 1 :]
        means.append(min(1, left.count(text_form(answer)) / 3))
    assert text_accuracy(answer, people) == pytest.approx(sum(means) / len(means))
