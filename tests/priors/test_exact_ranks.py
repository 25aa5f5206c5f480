"""Ranks equal a float64 brute force, whatever the blocks, workers, order and scale."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from deixis.core.errors import UsageError
from deixis.priors import counting
from deixis.priors import exact_ranks as ranks
from deixis.priors.counting import TIE, is_compiled
from deixis.priors.exact_ranks import Blocks, exact_ranks


@pytest.fixture(params=["compiled", "torch"], autouse=True, scope="module")
def way(request):
    """Every test, counted by either."""
    if request.param == "compiled":
        if not is_compiled():
            pytest.skip("the compiled way was not built")
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(counting, "_count_above", lambda: None)
        yield


def brute_force(images, names, own):
    """All scores in float64, one picture's after another."""
    left, right = images.double().numpy(), names.double().numpy()
    left /= np.linalg.norm(left, axis=1, keepdims=True)
    right /= np.linalg.norm(right, axis=1, keepdims=True)
    apart = left @ right.T
    apart -= apart[np.arange(len(own)), own.numpy()][:, None]
    level = (np.abs(apart) <= TIE).sum(1) - 1
    return 1 + (apart > TIE).sum(1) + 0.5 * level


def drawn(seed, *, images=37, names=53, width=11, largest=2):
    """Small whole numbers, so that many scores are equal in exact arithmetic."""
    draws = np.random.default_rng(seed)
    sides = [draws.integers(-largest, largest + 1, (n, width)) for n in (images, names)]
    for side in sides:
        side[:, 0] = 1  # none is zero
    rows = [torch.from_numpy(side).float() for side in sides]
    return *rows, torch.from_numpy(draws.integers(0, names, images))


in_blocks = given(
    seed=st.integers(0, 2**32),
    blocks=st.builds(
        Blocks,
        images=st.integers(1, 41),
        names=st.integers(1, 59),
        workers=st.sampled_from([None, 1, 2, 3]),
    ),
    width=st.sampled_from([2, 3, 11]),
)


def check_against_brute_force(seed, blocks, width):
    images, names, own = drawn(seed, width=width)
    found = exact_ranks(images, names, own, blocks=blocks)
    assert (found == brute_force(images, names, own)).all()


@settings(max_examples=8)
@in_blocks
def test_ranks_equal_a_brute_force_with_many_ties_in_some_blocks(seed, blocks, width):
    check_against_brute_force(seed, blocks, width)


@pytest.mark.long
@in_blocks
def test_ranks_equal_a_brute_force_with_many_ties_in_any_blocks(seed, blocks, width):
    check_against_brute_force(seed, blocks, width)


def test_such_data_has_many_ties():
    images, names, own = drawn(0, width=3)
    assert (exact_ranks(images, names, own) % 1 > 0).mean() > 0.2


@pytest.mark.parametrize("width", [700, ranks.DEPTH, ranks.DEPTH + 1])
def test_scores_that_float32_cannot_tell_apart_are_ranked_as_float64_does(width):
    draws = torch.Generator().manual_seed(width)
    images = torch.randn(29, width, generator=draws)
    names = torch.randn(1, width, generator=draws).repeat(301, 1)
    names += 1e-6 * torch.randn(301, width, generator=draws)  # all nearly the same
    own = torch.randint(301, (29,), generator=draws)
    expected = brute_force(images, names, own)
    assert len(set(expected)) > 20
    assert (exact_ranks(images, names, own, blocks=Blocks(names=64)) == expected).all()
    scores = torch.nn.functional.normalize(images) @ torch.nn.functional.normalize(names).T
    naive = 1 + (scores > scores.gather(1, own[:, None])).sum(1)
    assert (naive.numpy() != expected).any()  # the plain way is wrong here


@pytest.mark.parametrize("threads", [1, 2])
def test_the_number_of_threads_changes_nothing(threads):
    images, names, own = drawn(5, images=70, names=130, width=64)
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        found = exact_ranks(images, names, own, blocks=Blocks(images=16, names=32, workers=2))
    finally:
        torch.set_num_threads(before)
    assert (found == brute_force(images, names, own)).all()


def test_torch_has_its_threads_again_afterwards():
    before = torch.get_num_threads()
    exact_ranks(*drawn(5))
    assert torch.get_num_threads() == before


def test_rows_that_do_not_lie_together_have_the_same_ranks():
    images, names, own = drawn(13)
    expected = exact_ranks(images, names, own)
    apart = torch.stack([names, names], dim=1)[:, 0]
    assert not apart.is_contiguous()
    assert (exact_ranks(images, apart, own) == expected).all()


@given(seed=st.integers(0, 2**32))
def test_the_order_of_pictures_and_of_names_changes_no_rank(seed):
    images, names, own = drawn(seed)
    draws = torch.Generator().manual_seed(seed)
    by_image = torch.randperm(len(images), generator=draws)
    by_name = torch.randperm(len(names), generator=draws)
    back = torch.argsort(by_name)
    found = exact_ranks(images[by_image], names[by_name], back[own[by_image]])
    assert (found == exact_ranks(images, names, own)[by_image.numpy()]).all()


@given(seed=st.integers(0, 2**32), by=st.sampled_from([3.0, 1e-18, 1e18, 0.1]))
def test_scaling_any_vector_changes_no_rank(seed, by):
    images, names, own = drawn(seed)
    draws = torch.Generator().manual_seed(seed)
    scale = by ** torch.randint(0, 2, (len(names), 1), generator=draws)
    expected = brute_force(images * by, names * scale, own)
    assert (exact_ranks(images * by, names * scale, own) == expected).all()
    whole = 2.0 ** torch.randint(-40, 40, (len(names), 1), generator=draws)  # scales exactly
    assert (exact_ranks(images, names * whole, own) == exact_ranks(images, names, own)).all()


def test_a_name_that_is_there_twice_is_level_with_itself():
    images, names, own = torch.eye(3), torch.eye(3)[[0, 0, 0, 1, 2]], torch.tensor([1, 3, 4])
    assert exact_ranks(images, names, own).tolist() == [2.0, 1.0, 1.0]


def test_vectors_in_half_precision_and_none_at_all_have_ranks():
    images, names, own = drawn(7)
    found = exact_ranks(images.half(), names.bfloat16(), own)
    assert (found == exact_ranks(images, names, own)).all()
    assert exact_ranks(images[:0], names, own[:0]).shape == (0,)


def test_fewer_bits_that_the_process_allows_are_not_used():
    images, names, own = drawn(11)
    torch.set_float32_matmul_precision("medium")
    try:
        found = exact_ranks(images, names, own)
        assert torch.get_float32_matmul_precision() == "medium"
    finally:
        torch.set_float32_matmul_precision("highest")
    assert (found == brute_force(images, names, own)).all()


@pytest.mark.parametrize("bad", [0.0, float("nan"), float("inf")])
def test_a_vector_without_a_direction_is_named(bad):
    images, names, own = drawn(3)
    images[4] = bad
    with pytest.raises(UsageError, match="the embedding of picture 4 is zero or not a number"):
        exact_ranks(images, names, own)


def test_a_name_beyond_the_list_and_blocks_of_nothing_are_told():
    images, names, own = drawn(3)
    with pytest.raises(UsageError, match=r"own names are rows 0\.\.52, got up to 53"):
        exact_ranks(images, names, own.fill_(53))
    for bad in ({"workers": 0}, {"images": -1}):
        with pytest.raises(UsageError, match="blocks and workers are at least 1"):
            Blocks(**bad)


@pytest.mark.parametrize("kind", [torch.int32, torch.int16, torch.uint8])
def test_ranks_do_not_depend_on_how_wide_the_numbers_of_own_names_are(kind):
    images, names, own = drawn(3)
    assert (exact_ranks(images, names, own.to(kind)) == brute_force(images, names, own)).all()


def test_own_names_need_not_lie_in_a_row_of_memory():
    images, names, own = drawn(4)
    apart = torch.stack((own, own + 10**6), dim=1)[:, 0]
    assert (exact_ranks(images, names, apart) == brute_force(images, names, own)).all()
