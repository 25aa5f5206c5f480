from hypothesis import given
from hypothesis import strategies as st

from deixis.core.ordering import shuffled


@given(st.integers(1, 700), st.integers(0, 2**40), st.integers(0, 99))
def test_an_epoch_has_every_place_once(count, seed, epoch):
    assert sorted(shuffled(range(count), count, seed=seed, epoch=epoch)) == list(range(count))


def test_the_shuffle_is_the_same_on_every_machine():
    golden = [13, 14, 11, 3, 1, 9, 6, 7, 4, 2, 12, 0, 8, 5, 10, 15]
    assert shuffled(range(16), 16, seed=7, epoch=0) == golden
