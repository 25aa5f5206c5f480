"""Letters are never articles, and two candidates are no answer, over thousands of sentences."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from deixis.evals.scores.choice_words import named_choices, tidy
from deixis.evals.scores.letters import read_letter
from tests.evals.scores.letter_sentences import KINDS, NUM_SENTENCES

CHOICES = ("cup", "dog")
PROGRAM = Path(__file__).with_name("letter_sentences.py")


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    """In a process of its own: without this suite's type checks it is twenty times as fast."""
    run = subprocess.run(
        [sys.executable, "-W", "error", str(PROGRAM)], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


@pytest.mark.parametrize("kind", KINDS)
def test_every_sentence_is_read_as_a_person_reads_it(kind, rows):
    of_kind = [row for row in rows if row["kind"] == kind]
    assert len(of_kind) > NUM_SENTENCES // 20
    wrong = [row for row in of_kind if row["read"] != row["letter"]]
    assert not wrong, wrong[:5]


def test_llavas_own_program_never_reads_another_letter(rows):
    # but in drafts, and where all choices are written out before one of them is announced
    apart = [
        row
        for row in rows
        if None not in (row["llava"], row["read"])
        and row["llava"] != row["read"]
        and not row["answer"].startswith("<think>")
        and row["form"] != "{A} So the answer is {L}."
    ]
    assert not apart, apart[:5]


@pytest.mark.parametrize(
    ("answer", "letter"),
    [
        ("The answer is a dog.", "B"),
        ("The answer is A dog.", "B"),
        ("The cup, next to the dog.", None),
        ("cup,dog", None),
        ("The answer is A or B", None),
        ("The answer is A, not B.", "A"),
        ("A is wrong, so B is right", "B"),
        ("Answer choices: A. cup B. dog", None),
        ("A. cup. The answer is B", None),
        ("A cup in a cupboard", "A"),
        ("A-frame with a dog", "B"),
        ("The answer is B, the cup", "B"),
        ("I think B", "B"),
        ("I'm not sure, but I would say B.", "B"),
        ("It is next to the dog. So A.", "A"),
        ("Antwort: B", "B"),
        ("The final answer is $B$.", "B"),
        ("答案是B", "B"),
        ("答案：B", "B"),
        ("I think a dog", "B"),
        ("So a dog or a cup", None),
        ("A dog\N{RIGHT SINGLE QUOTATION MARK}s cup", "A"),
    ],
)
def test_what_stands_around_a_letter_or_a_word_counts(answer, letter):
    assert read_letter(answer, CHOICES) == letter


@pytest.mark.parametrize(
    ("answer", "choices", "letter"),
    [
        ("C major", ("C major", "D major", "E major"), "A"),
        ("The answer is C major.", ("C major", "D major", "E major"), "A"),
        ("vitamin B", ("vitamin A", "vitamin B"), "B"),
        ("vitamin K", ("vitamin A", "vitamin B"), None),
        ("Both A and B", ("cup", "dog", "both A and B"), "C"),
        ("a red cup", ("red cup of tea", "red cup"), "B"),
        ("a red cup and a red cup of tea", ("red cup of tea", "red cup"), None),
        ("3.5", ("3", "3.5"), "B"),
        ("It is -5.", ("5", "-5"), "B"),
        ("B", ("B", "A"), "B"),
        ("There is no cup.", ("a cup", "no cup"), "B"),
        ("I see a dog", ("A", "B"), None),
    ],
)
def test_a_letter_within_a_choices_words_is_a_part_of_them(answer, choices, letter):
    assert read_letter(answer, choices) == letter


def test_articles_and_marks_within_a_choices_words_do_not_hide_it():
    (named,) = named_choices(tidy("I see: the cup, on a table."), ("cup on the table", "dog")).named
    assert (named.choice, named.is_denied) == (0, False)


def test_a_denied_choice_is_marked():
    named = named_choices(tidy("not a cup but a dog"), CHOICES).named
    assert [(one.choice, one.is_denied) for one in named] == [(0, True), (1, False)]
