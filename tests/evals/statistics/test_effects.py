"""An effect's interval is the wider of one over seeds and one over drawings."""

import math

import numpy as np
import pytest

from deixis.evals.intervals import wilson
from deixis.evals.statistics.effects import (
    Judged,
    StandardError,
    apart,
    coded,
    effect_of,
    share_of,
    variance_parts,
)
from tests.evals.made_effects import effect


def judged(values, *, clusters=None, pictures=None):
    """A row a seed."""
    table = np.array(values, dtype=float)
    seeds, questions = table.shape
    own = np.arange(questions) if clusters is None else np.array(clusters)
    return Judged(
        values=table.ravel(),
        seeds=np.repeat(np.arange(seeds), questions),
        clusters=np.tile(own, seeds),
        pictures=np.tile(np.arange(questions) if pictures is None else np.array(pictures), seeds),
    )


def test_where_seeds_differ_students_interval_over_them_is_told():
    found = effect_of(judged([[0.1] * 50, [0.2] * 50, [0.3] * 50]))
    assert found.value == pytest.approx(20.0)
    assert found.high - found.value == pytest.approx(4.3027 * 10 / math.sqrt(3), abs=0.01)
    assert (found.num_seeds, found.num_clusters, found.num_questions) == (3, 50, 150)


def test_what_all_seeds_share_is_of_the_drawings():
    draws = np.random.default_rng(0)
    same = [draws.integers(-1, 2, 80)] * 3
    one, three = effect_of(judged(same[:1])), effect_of(judged(same))
    assert three.half() == pytest.approx(one.half(), rel=0.02)


def test_a_drawing_counts_once_however_often_it_is_asked_about():
    values = np.repeat([[1, -1, 0, 1, 1, 0, -1, 1]], 20, axis=1)
    alone = effect_of(judged([[1, -1, 0, 1, 1, 0, -1, 1]]))
    often = effect_of(judged(values, clusters=np.repeat(np.arange(8), 20)))
    assert often.half() == pytest.approx(alone.half(), rel=1e-6)
    assert effect_of(judged(values)).half() < alone.half() / 3


def test_answers_on_one_picture_go_together_too():
    draws = np.random.default_rng(1)
    values = np.repeat(draws.integers(-1, 2, (1, 40)), 5, axis=1)
    pictures = np.repeat(np.arange(40), 5)
    drawings = np.arange(200) % 67
    crossed = effect_of(judged(values, clusters=drawings, pictures=pictures))
    assert crossed.half() > 1.8 * effect_of(judged(values, clusters=drawings)).half()


def test_no_change_among_few_is_no_proof():
    halves = [effect_of(judged(np.zeros((3, num)))).half() for num in (15, 100, 1000)]
    assert halves[0] > 15
    assert halves[1] == pytest.approx(100 * 1.98 * math.sqrt(2) / 102, rel=0.02)
    assert halves[2] < 0.5


def test_one_drawing_or_one_seed_of_a_training_tells_nothing():
    lonely = effect_of(judged([[1, 1, 0, 1]], clusters=[0] * 4))
    assert (lonely.low, lonely.high) == (-100.0, 100.0)
    values = [[1, 1, 0, 1] * 20]
    assert effect_of(judged(values)).low > 0
    unsure = effect_of(judged(values), is_training=True)
    assert (unsure.low, unsure.high) == (-100.0, 100.0)
    assert unsure.chance() > 0.05
    share = share_of(judged(values), is_training=True)
    assert (share.low, share.high) == (0.0, 1.0)


def test_a_chance_is_the_level_at_which_the_interval_ends_at_the_border():
    found = effect_of(judged(np.random.default_rng(2).integers(-1, 2, (3, 60))))
    for border in (found.value - 7.0, found.value + 3.0):
        level = found.chance(border)
        assert found.half(level) == pytest.approx(abs(found.value - border), rel=1e-4)
    assert found.chance(found.low) == pytest.approx(0.05, rel=1e-4)


def test_independent_answers_of_one_seed_have_wilsons_interval():
    found = share_of(judged([[1] * 60 + [0] * 40]))
    assert (found.low, found.high) == pytest.approx(
        (wilson(60, 100).low, wilson(60, 100).high), abs=0.004
    )
    perfect = share_of(judged([[1] * 40], clusters=np.arange(40) // 4))
    assert perfect.low == pytest.approx(wilson(10, 10).low)


def test_effects_of_other_questions_add_their_errors():
    found = apart(effect(8.0, 4.08, 11.92), effect(1.0, -1.94, 3.94))
    assert found.value == 7.0
    assert found.half() == pytest.approx(math.hypot(3.92, 2.94), rel=1e-3)


def test_the_parts_of_a_spread_are_those_that_answers_were_drawn_by():
    draws = np.random.default_rng(3)
    found = []
    for _ in range(60):
        seeds, drawings = draws.normal(0, 0.1, (4, 1)), draws.normal(0, 0.3, 90)[None]
        values = seeds + np.repeat(drawings, 3, axis=1) + draws.normal(0, 0.5, (4, 270))
        found.append(variance_parts(judged(values, clusters=np.repeat(np.arange(90), 3))))
    noise = 0.25 / (4 * 270)
    assert np.mean([one.noise for one in found]) == pytest.approx(noise, rel=0.1)
    assert np.mean([one.seeds for one in found]) == pytest.approx(0.01 / 4 + noise, rel=0.25)
    assert np.mean([one.drawings for one in found]) == pytest.approx(0.09 / 90 + noise, rel=0.1)


def test_an_error_of_nothing_reaches_nowhere_and_equal_keys_have_equal_codes():
    assert StandardError(size=0.0, freedom=2).half() == 0.0
    assert coded(["a", 3, "a"]).tolist() == [0, 1, 0]
