"""Places as words: a near one is nearly right."""

import pytest
import torch
from torch.nn import functional

from deixis_lab.zoo.nano import tokenizer
from deixis_lab.zoo.training.numbers import NEAR, WORDS, Numbers
from deixis_lab.zoo.training.vocabulary import thing_words

NUMBERS = Numbers(first=10)
VOCABULARY = 120


def scored(word: int) -> torch.Tensor:
    """One place's scores where one word is all but sure."""
    scores = torch.zeros(1, VOCABULARY)
    scores[0, word] = 12.0
    return scores


def test_the_hundredths_follow_each_other_in_the_tokenizer() -> None:
    known = tokenizer(thing_words())
    numbers = Numbers.of(known)
    words = torch.tensor(known("[0.00,0.99]", add_special_tokens=False).input_ids)
    assert numbers.first == known.convert_tokens_to_ids("0.00")
    assert numbers.are(words).sum() == 2
    assert words[numbers.are(words)].diff().tolist() == [WORDS - 1]


def test_other_words_have_their_cross_entropy() -> None:
    scores, labels = torch.randn(4, VOCABULARY), torch.tensor([0, 5, 9, 10 + WORDS])
    expected = functional.cross_entropy(scores, labels)
    torch.testing.assert_close(NUMBERS.loss(scores, labels), expected)


@pytest.mark.parametrize("right", [10, 60, 10 + WORDS - 1])
def test_a_word_that_is_near_costs_less_than_one_that_is_far(right: int) -> None:
    labels = torch.tensor([right])
    inward = 1 if right < 60 else -1
    losses = [NUMBERS.loss(scored(right + inward * off), labels) for off in (0, 1, 3, 30)]
    assert losses == sorted(losses)


def test_the_bell_itself_costs_nothing() -> None:
    labels = torch.tensor([60])
    scores = torch.full((1, VOCABULARY), -100.0)
    off = (torch.arange(WORDS) - 50) / 1.5
    scores[0, 10 : 10 + WORDS] = -0.5 * off.square()
    assert float(NUMBERS.loss(scores, labels)) == pytest.approx(0.0, abs=1e-4)


def test_near_is_within_five_hundredths() -> None:
    said = torch.tensor([60, 60 + NEAR, 60 + NEAR + 1, 5])
    right = torch.tensor([60, 60, 60, 5])
    assert NUMBERS.are_near(said, right).tolist() == [True, True, False, False]
