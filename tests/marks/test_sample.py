from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deixis.core import region as regions
from deixis.core.errors import UsageError
from deixis.core.portable_rng import Draws
from deixis.marks import NAMED, draws_from, sample_marks, shapes
from deixis.marks.sample import WITHOUT_OUTLINE

BOX = regions.box(3, 4, 30, 40)
MASK = regions.mask(np.eye(50, 60, dtype=bool))


@given(st.integers(0, 2**40), st.integers(1, 20), st.sampled_from(["paper", "release"]))
def test_no_two_marks_of_a_picture_are_said_alike(seed, count, profile):
    marks = sample_marks([BOX] * count, Draws(seed), profile=profile)
    said = [mark.phrase.replace(" the ", " ") for mark in marks]
    assert len(set(said)) == count


@given(st.integers(0, 2**40), st.integers(2, 12))
def test_a_shape_that_comes_twice_has_named_colours(seed, count):
    marks = sample_marks([MASK] * count, Draws(seed))
    times = Counter(mark.shape for mark in marks)
    assert all(mark.style.color.name in NAMED for mark in marks if times[mark.shape] > 1)


@pytest.mark.parametrize("profile", ["paper", "release"])
def test_alphas_and_widths_fill_their_ranges(profile):
    draws = Draws(1)
    marks = [sample_marks([MASK], draws, profile=profile)[0] for _ in range(3000)]
    for name in shapes.names():
        styles = [mark.style for mark in marks if mark.shape == name]
        kind = shapes.get(name)
        low, high = kind.alphas if profile == "release" else (128, 255)
        alphas = [style.alpha for style in styles]
        assert low <= min(alphas) <= low + 8
        assert high - 8 <= max(alphas) <= high
        assert {style.width for style in styles} == set(range(kind.widths[0], kind.widths[1] + 1))


def test_the_release_draws_masks_paler():
    assert shapes.get("mask").alphas == (48, 128)
    assert shapes.get("arrow").alphas == (96, 255)


def test_the_paper_gives_boxes_only_shapes_that_need_no_outline():
    draws = Draws(2)
    drawn = {sample_marks([BOX], draws, profile="paper")[0].shape for _ in range(200)}
    assert drawn == set(WITHOUT_OUTLINE)


def test_half_of_the_colours_and_half_of_the_articles_are_said():
    draws = Draws(3)
    marks = [sample_marks([MASK], draws)[0] for _ in range(2000)]
    assert 900 < sum(mark.style.color.name is not None for mark in marks) < 1100
    assert 900 < sum(mark.style.article for mark in marks) < 1100


def test_the_same_seed_gives_the_same_marks():
    assert sample_marks([BOX, MASK], Draws(7)) == sample_marks([BOX, MASK], Draws(7))
    one, two = (draws_from(np.random.default_rng(5)) for _ in range(2))
    assert sample_marks([BOX], one) == sample_marks([BOX], two)


@pytest.mark.parametrize("bits", [np.random.PCG64, np.random.MT19937])
def test_a_stream_is_named_by_the_generators_next_number(bits):
    for seed in range(20):
        one, two = np.random.Generator(bits(seed)), np.random.Generator(bits(seed))
        for generator in (one, two):
            generator.integers(0, 5)
        assert draws_from(one).below(1000) == Draws(int(two.integers(0, 2**53))).below(1000)
        assert one.random() == two.random()


@pytest.mark.parametrize("profile", ["paper", "release"])
@pytest.mark.parametrize("count", [27, 28, 29, 75])
def test_marks_are_told_apart_however_many_there_are(count, profile):
    kinds = ["rectangle", "ellipse", "arrow"]
    marks = sample_marks([BOX] * count, Draws(1), kinds=kinds, profile=profile)
    assert len({mark.phrase.replace(" the ", " ") for mark in marks}) == count
    assert all(mark.style.color.name in mark.phrase for mark in marks)
    assert len({(mark.shape, mark.style.color.rgb) for mark in marks}) == count
    assert sample_marks([BOX] * count, Draws(1), kinds=kinds, profile=profile) == marks


def test_named_colours_are_used_up_before_any_other_is_named_by_its_numbers():
    marks = sample_marks([BOX] * 11, Draws(1), kinds=["point"])
    assert {mark.style.color.name for mark in marks[:9]} == set(NAMED)
    for mark in marks[9:]:
        red, green, blue = mark.style.color.rgb
        assert mark.style.color.name == f"#{red:02x}{green:02x}{blue:02x}"


def test_marks_of_no_shape_are_refused():
    with pytest.raises(UsageError, match="at least one shape"):
        sample_marks([BOX], Draws(1), kinds=[])
