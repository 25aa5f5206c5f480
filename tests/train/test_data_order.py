import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deixis.train.data_order import DataOrder


@given(st.one_of(st.none(), st.integers(1, 90)), st.integers(0, 400), st.lists(st.integers(0, 90)))
def test_the_order_does_not_depend_on_how_it_is_read(count, begin, lengths):
    order = DataOrder(seed=3, num_examples=count)
    pieces, position = [], begin
    for length in lengths:
        pieces += order.indices(position, position + length)
        position += length
    assert pieces == order.indices(begin, position)


def test_each_epoch_has_its_own_order():
    order = DataOrder(seed=1, num_examples=50)
    assert order.indices(0, 50) != order.indices(50, 100)


def test_each_seed_has_its_own_order():
    first, second = (DataOrder(seed=seed, num_examples=50).indices(0, 50) for seed in (1, 2))
    assert first != second


def test_endless_data_comes_in_its_own_order():
    assert DataOrder(seed=1, num_examples=None).indices(7, 12) == [7, 8, 9, 10, 11]


def test_the_order_is_the_same_on_every_machine():
    golden = [13, 14, 11, 3, 1, 9, 6, 7, 4, 2, 12, 0, 8, 5, 10, 15]
    assert DataOrder(seed=7, num_examples=16).indices(0, 16) == golden


def test_a_place_in_a_vast_data_set_is_found_at_once():
    (index,) = DataOrder(seed=7, num_examples=10**15).indices(10**17, 10**17 + 1)
    assert 0 <= index < 10**15


@pytest.mark.parametrize("count", [100, 1000])
def test_neighbours_do_not_stay_neighbours(count):
    order = np.array(DataOrder(seed=5, num_examples=count).indices(0, count))
    assert abs(np.corrcoef(order[:-1], order[1:])[0, 1]) < 0.15
    assert abs(np.corrcoef(order, np.arange(count))[0, 1]) < 0.15


def test_every_example_comes_at_every_place_equally_often():
    times = np.zeros((8, 8))
    for seed in range(1600):
        order = DataOrder(seed=seed, num_examples=8).indices(0, 8)
        times[np.arange(8), order] += 1
    assert np.square(times - 200).sum() / 200 < 49 + 4 * (2 * 49) ** 0.5  # chi squared
