"""The map of what is known: the paper's rule and its rivals, against P filled pixel by pixel."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deixis.core import transform
from deixis.core.errors import RegionError, UnknownNameError
from deixis.core.region import box
from deixis.core.size import Size
from deixis.knowledge.map import Lattice, chart, covered, lattice
from tests.knowledge.dense_nursery import WORDS, dense, notes, pooled, sizes

SIZE = Size(width=20, height=10)
VECTORS = {word: np.random.default_rng(i).normal(size=7) for i, word in enumerate(WORDS)}
WHOLE = Lattice(rows=np.arange(11.0), columns=np.arange(21.0))  # a cell a pixel


def shown(known, cells=WHOLE, vectors=VECTORS):
    """Shares times the table, as row x column x dim."""
    table = np.array([vectors[word] for word in known.words]).reshape(len(known.words), 7)
    shares = covered(known, cells)
    return np.einsum("wrc,wd->rcd", shares.astype(np.float64), table)


def cat_over_dog(**more):
    """Two things of which the second lies partly on the first."""
    first = replace(box(0, 0, 10, 10, label="dog"), **{k: v[0] for k, v in more.items()})
    return first, replace(box(5, 0, 20, 10, label="cat"), **{k: v[1] for k, v in more.items()})


@st.composite
def views(draw):
    """A picture, what is known of it, and a view of it cut in cells."""
    size = draw(sizes())
    after = Size(width=draw(st.integers(4, 70)), height=draw(st.integers(4, 70)))
    way = transform.resize(size, after)
    if draw(st.booleans()):  # a pad or a crop
        window = Size(width=draw(st.integers(4, 80)), height=draw(st.integers(4, 80)))
        left, top = draw(st.integers(-20, 20)), draw(st.integers(-20, 20))
        way = way.then(transform.crop(after, left=left, top=top, after=window))
    cells = lattice(
        way,
        draw(st.integers(1, 7)),
        draw(st.integers(1, 7)),
        fineness=draw(st.integers(1, 3)),
        margin=draw(st.integers(0, 3)),
    )
    return size, draw(notes(size)), cells


@given(views())
def test_shares_times_the_table_are_the_dense_map_pooled(viewed):
    size, found, cells = viewed
    expected = pooled(dense(found, size, VECTORS), cells.rows, cells.columns)
    np.testing.assert_allclose(shown(chart(found, size), cells), expected, atol=1e-5)


@given(sizes().flatmap(lambda size: st.tuples(st.just(size), notes(size))))
def test_things_cover_one_another_and_no_pixel_has_two(known):
    size, found = known
    things = [replace(note, text=None) for note in found]
    patches = chart(things, size).patches
    total = np.zeros((size.height, size.width), dtype=int)
    for patch in patches:
        total += patch.mask.to_array()
    assert total.max() <= 1


def test_later_things_cover_earlier_ones():
    row = shown(chart(cat_over_dog(), SIZE))[0]
    np.testing.assert_allclose(row[4], VECTORS["dog"], rtol=1e-6)
    np.testing.assert_allclose(row[5], VECTORS["cat"], rtol=1e-6)


def test_texts_are_added_to_things_and_to_one_another():
    texts = [replace(box(0, 0, 10, 10), text=word) for word in ("STOP", "sign", "STOP")]
    row = shown(chart([*texts, *cat_over_dog()], SIZE))[0]
    expected = VECTORS["dog"] + 2 * VECTORS["STOP"] + VECTORS["sign"]
    np.testing.assert_allclose(row[0], expected, rtol=1e-5)
    np.testing.assert_allclose(row[15], VECTORS["cat"], rtol=1e-6)


def test_a_note_of_both_covers_by_its_label_and_adds_its_text():
    both = replace(box(0, 0, 20, 10, label="sign"), text="STOP")
    row = shown(chart([box(0, 0, 20, 10, label="cat"), both], SIZE))[0]
    np.testing.assert_allclose(row[0], VECTORS["sign"] + VECTORS["STOP"], rtol=1e-6)


@pytest.mark.parametrize(
    ("rule", "scores", "on_top"),
    [
        ("paper", (0.9, 0.2), "cat"),
        ("score", (0.9, 0.2), "dog"),
        ("score", (0.2, 0.9), "cat"),
        ("score", (None, 0.9), "dog"),  # what has no score is sure
        ("score", (0.5, 0.5), "cat"),
        ("area", (0.9, 0.2), "dog"),  # the smaller one
    ],
)
def test_each_rule_says_which_thing_is_on_top(rule, scores, on_top):
    row = shown(chart(cat_over_dog(score=scores), SIZE, rule))[0]
    np.testing.assert_allclose(row[7], VECTORS[on_top], rtol=1e-6)


def test_weighted_multiplies_by_the_score():
    things = [*cat_over_dog(score=(0.25, None)), replace(box(0, 0, 2, 2), text="STOP", score=0.5)]
    row = shown(chart(things, SIZE, "weighted"))[0]
    np.testing.assert_allclose(row[0], 0.25 * VECTORS["dog"] + 0.5 * VECTORS["STOP"], rtol=1e-6)
    np.testing.assert_allclose(row[7], VECTORS["cat"], rtol=1e-6)


def test_what_is_wholly_covered_is_not_there():
    known = chart([box(2, 2, 4, 4, label="dog"), box(0, 0, 20, 10, label="cat")], SIZE)
    assert known.words == ("cat",)


def test_a_note_that_says_nothing_covers_nothing():
    known = chart([box(0, 0, 20, 10, label="cat"), box(0, 0, 20, 10)], SIZE)
    assert [patch.mask.area for patch in known.patches] == [200]


def test_nothing_known_is_an_empty_map():
    known = chart([], SIZE)
    assert known.words == ()
    assert covered(known, WHOLE).shape == (0, 10, 20)


def test_a_note_outside_of_the_picture_is_refused():
    with pytest.raises(RegionError, match="outside of the 20x10 picture"):
        chart([box(30, 0, 40, 10, label="cat")], SIZE)


def test_an_unknown_rule_is_refused():
    with pytest.raises(UnknownNameError, match="did you mean 'score'"):
        chart([], SIZE, "scores")
