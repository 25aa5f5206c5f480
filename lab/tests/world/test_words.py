"""The lexicon, the textures, and how names are said."""

import numpy as np
import pytest

from deixis_lab.things.names import with_article
from deixis_lab.world.textures import STUFF, texture
from deixis_lab.world.words import lexicon, novel_words


def test_the_lexicon_has_500_words_of_3_to_8_letters():
    assert len(lexicon()) == len(set(lexicon())) >= 500
    assert all(3 <= len(word) <= 8 and word.isalpha() for word in lexicon())


def test_a_tenth_of_the_words_is_held_out():
    assert set(novel_words()) < set(lexicon())
    assert len(novel_words()) == len(lexicon()) // 10


@pytest.mark.parametrize("name", STUFF)
def test_textures_repeat_without_a_seam(name):
    tile = texture(name, 64)[:64, :64].astype(int)
    seam = np.abs(tile[0] - tile[-1]).mean()
    inner = np.abs(np.diff(tile, axis=0)).mean(axis=(1, 2)).max()
    assert seam <= inner + 1


@pytest.mark.parametrize(
    ("phrase", "said"),
    [
        ("red cup", "a red cup"),
        ("orange cup", "an orange cup"),
        ("unicorn", "a unicorn"),
        ("blue scissors", "blue scissors"),
        ("scissors", "scissors"),
    ],
)
def test_phrases_get_their_article(phrase, said):
    assert with_article(phrase) == said
