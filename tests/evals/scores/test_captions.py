"""CIDEr-D, METEOR and stems against the reference programs, and against cases worked by hand."""

import dataclasses
import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from deixis.evals.scores import cider, meteor
from deixis.evals.scores.cider import tokens
from deixis.evals.scores.porter import stem

REFERENCES = json.loads(Path(__file__).with_name("references.json").read_text())
FEW = "a cat cats sits sat on the red mat mats"
CAPTIONS = some.lists(some.sampled_from(FEW.split())).map(" ".join)


@pytest.mark.parametrize("case", REFERENCES["cider"])
def test_cider_is_that_of_the_reference_program(case):
    frequencies = cider.Frequencies.of(case["references"])
    pairs = zip(case["said"], case["references"], strict=True)
    ours = [cider.cider_d(said, theirs, frequencies) for said, theirs in pairs]
    assert ours == pytest.approx(case["scores"], abs=1e-9)


def test_cider_of_captions_with_marks_is_that_of_the_caption_tools():
    case = REFERENCES["cider_raw"]
    frequencies = cider.Frequencies.of(case["references"])
    pairs = zip(case["said"], case["references"], strict=True)
    ours = [cider.cider_d(said, theirs, frequencies) for said, theirs in pairs]
    assert ours == pytest.approx(case["scores"], abs=1e-9)


def test_tokens_are_those_of_stanfords_program_and_cocos_list_of_marks():
    ours = {text: " ".join(tokens(text)) for text in REFERENCES["ptb"]}
    wrong = {text: ours[text] for text, told in REFERENCES["ptb"].items() if ours[text] != told}
    assert not wrong


@pytest.mark.parametrize(
    ("caption", "told"),
    [
        ("a t-shirt", "a t-shirt"),
        ("A dog's Bowl.", "a dog 's bowl"),
        ("the dogs' bowl", "the dogs bowl"),
        ("don't, can't, won't", "do n't ca n't wo n't"),
        ("it\N{RIGHT SINGLE QUOTATION MARK}s", "it 's"),
        ("the man (left)", "the man -lrb- left -rrb-"),  # COCO's list has the marks in capitals
        ("\"quoted\" 'words'", "quoted words"),
        ("wait... what", "wait what"),
        ("3.5, 1,000 and 12:30", "3.5 1,000 and 12:30"),
        ("e.g. the U.S. flag", "e.g. the u.s. flag"),
        ("St. Bernard of Mr. Smith.", "st. bernard of mr. smith"),
        ("black-and-white; left/right", "black-and-white left/right"),
        ("man w/ hat", "man w / hat"),
        ("50% of $5", "50 % of $ 5"),
        ("cannot be gonna", "can not be gon na"),
        ("really?!", "really ?!"),
        ("salt & pepper, A&W", "salt & pepper a&w"),
        ("rock 'n' roll of the '90s", "rock 'n' roll of the '90s"),
        ("", ""),
    ],
)
def test_tokens_worked_by_hand(caption, told):
    assert " ".join(tokens(caption)) == told


def test_a_word_with_a_hyphen_is_one_word():
    # as "red cup": both n-grams of one and of two words agree wholly; as three words it was 7.5
    frequencies = cider.Frequencies.of([["a t-shirt"], ["blue dog"]])
    assert cider.cider_d("a t-shirt", ["a t-shirt"], frequencies) == pytest.approx(5.0)


@given(some.text(max_size=60))
def test_any_caption_has_tokens_without_blanks(text):
    assert all(token == "".join(token.split()) or "<" in token for token in tokens(text))


def test_cider_worked_by_hand():
    # two pictures; every n-gram is in one of them, so each weighs log 2
    frequencies = cider.Frequencies.of([["red cup"], ["blue dog"]])
    # n = 1 and n = 2 agree wholly, n = 3 and n = 4 are empty: 10 * (1 + 1 + 0 + 0) / 4
    assert cider.cider_d("red cup", ["red cup"], frequencies) == pytest.approx(5.0)
    # n = 1: half of the norm is shared: log2² / (√2 log2 · √2 log2) = 1/2
    assert cider.cider_d("red dog", ["red cup"], frequencies) == pytest.approx(10 * 0.5 / 4)


def test_what_every_picture_says_is_worth_nothing():
    frequencies = cider.Frequencies.of([["a cup"], ["a dog"]])
    assert cider.cider_d("a", ["a cup"], frequencies) == 0.0


def test_another_length_costs():
    frequencies = cider.Frequencies.of([["red cup"], ["blue dog"]])
    long = cider.cider_d("red cup red cup red cup", ["red cup"], frequencies)
    assert 0 < long < cider.cider_d("red cup", ["red cup"], frequencies)


def test_stems_are_those_of_the_reference():
    wrong = {w: stem(w) for w, root in REFERENCES["stems"].items() if stem(w) != root}
    assert not wrong


def test_meteor_is_at_least_that_of_the_first_papers_greedy_alignment():
    for said, other, theirs in REFERENCES["meteor_2005"]:
        ours = meteor.meteor(said, [other], meteor.V2005)
        assert ours >= theirs - 1e-9
        if not _repeats(said) and not _repeats(other):
            assert ours == pytest.approx(theirs, abs=1e-9)


def test_meteor_of_a_set_is_near_that_of_the_java_program():
    # its stemmer and its list of function words are others than ours
    pairs = [(said, other) for said, other, _ in REFERENCES["meteor_2005"]]
    sums = np.sum([meteor.numbers(said, other) for said, other in pairs], axis=0)
    assert float(meteor.value(sums)) == pytest.approx(REFERENCES["meteor_1_5"], abs=0.01)


@pytest.mark.long
def test_meteor_of_each_caption_is_that_of_the_java_program():
    java = REFERENCES["meteor_captions"]
    alike = dataclasses.replace(meteor.V1_5, delta=0.5)  # its list of function words is another
    ours = np.array([meteor.meteor(said, [other], alike) for said, other in java["pairs"]])
    apart = ours - np.array(java["scores"])
    assert (apart > -1e-9).all()  # rarely we find an alignment in fewer chunks
    assert (apart < 1e-9).mean() > 0.98
    sums = np.sum([meteor.numbers(said, other, alike) for said, other in java["pairs"]], axis=0)
    assert float(meteor.value(sums, alike)) == pytest.approx(java["final"], abs=1e-3)


def test_meteor_worked_by_hand():
    # "cats" matches "cat" by stem; all words are content or function: the, on are function words
    said, other = "the cats sat on", "the cat sat"
    weighed = 0.25 + 0.75 * 0.6 + 0.75  # matched, of 0.25 + 0.75 + 0.75 (+ 0.25) in each
    precision, recall = weighed / 2, weighed / 1.75
    mean = precision * recall / (0.85 * precision + 0.15 * recall)
    penalty = 0.6 * (1 / 3) ** 0.2  # one chunk of three matches
    assert meteor.meteor(said, [other]) == pytest.approx(mean * (1 - penalty))


def test_one_chunk_of_all_words_is_not_scattered():
    # Meteor 1.5 takes no penalty where every word of both sides is in one chunk; this test had one
    weighed = 0.25 + 0.75 * 0.6 + 0.75
    assert meteor.meteor("the cats sat", ["the cat sat"]) == pytest.approx(weighed / 1.75)
    assert meteor.meteor("a red cup", ["a red cup"]) == 1.0
    assert meteor.meteor("cup red", ["red cup"]) < 1


def test_meteor_takes_the_reference_that_fits_best():
    assert meteor.meteor("red cup", ["blue dog", "red cup"]) == meteor.meteor(
        "red cup", ["red cup"]
    )


def test_an_alignment_has_as_few_chunks_as_can_be():
    said, other = "the cat on the mat", "the mat saw the cat on"
    matches = meteor.align(said.split(), other.split(), 0.6)
    # "the cat on" in one run, "the mat" in another
    assert (len(matches), meteor.num_chunks(matches)) == (5, 2)


@pytest.mark.parametrize("said", ["", "...", "cup"])
def test_nothing_in_common_is_zero(said):
    assert meteor.meteor(said, ["blue dog"]) == 0.0


@given(CAPTIONS, CAPTIONS)
def test_scores_stay_within_their_range(said, other):
    frequencies = cider.Frequencies.of([[other], ["something else"]])
    assert 0 <= meteor.meteor(said, [other]) <= 1
    assert 0 <= cider.cider_d(said, [other], frequencies) <= 10 + 1e-9
    assert not math.isnan(meteor.meteor(said, [other]))


@pytest.mark.long
@given(CAPTIONS.filter(bool))
def test_no_caption_fits_better_than_the_reference_itself(said):
    itself = meteor.meteor(said, [said])
    assert itself >= meteor.meteor(f"{said} dog", [said])


def test_a_caption_that_repeats_one_word_is_scored_at_once():
    assert meteor.meteor(" ".join(["cup"] * 300), [" ".join(["cup"] * 30)]) < 1


def _repeats(caption):
    stems = [stem(word) for word in caption.split()]
    return len(set(stems)) < len(stems)
