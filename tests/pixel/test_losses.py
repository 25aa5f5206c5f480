"""The losses against the formulas of papers.md, section 3.2, in float64 with numpy alone."""

import math
from contextlib import nullcontext

import numpy as np
import pytest
import torch

from deixis.pixel.losses import SAME, SAME_HALF, consistency, likeness


def normal(*shape, seed):
    return np.random.default_rng(seed).normal(size=shape)


def test_consistency_is_the_mean_distance_of_tokens_not_squared():
    with_prompt, without = normal(3, 5, 7, seed=0), normal(3, 5, 7, seed=1)
    reference = np.mean(np.sqrt(((with_prompt - without) ** 2).sum(-1)))
    found = consistency(
        [torch.tensor(one) for one in with_prompt], [torch.tensor(one) for one in without]
    )
    assert float(found) == pytest.approx(reference, rel=1e-6)  # float32 against float64


def test_pictures_of_more_tokens_count_for_each_of_them():
    first, second = normal(2, 4, seed=0), normal(6, 4, seed=1)
    apart = np.concatenate([first, second])
    zero = [torch.zeros(2, 4), torch.zeros(6, 4)]
    found = consistency([torch.tensor(first), torch.tensor(second)], zero)
    assert float(found) == pytest.approx(np.linalg.norm(apart, axis=1).mean(), rel=1e-6)


def test_consistency_has_a_gradient_where_nothing_is_changed_yet():
    tokens = torch.ones(3, 4, requires_grad=True)
    consistency([tokens], [torch.ones(3, 4)]).backward()
    assert torch.equal(tokens.grad, torch.zeros(3, 4))


@pytest.mark.parametrize(
    ("dtype", "units", "under"),
    [
        (torch.float32, SAME, nullcontext()),
        (torch.float64, SAME, nullcontext()),
        (torch.bfloat16, SAME_HALF, nullcontext()),
        (torch.float16, SAME_HALF, nullcontext()),
        (torch.float32, SAME_HALF * 2**16, torch.autocast("cpu", torch.bfloat16)),
    ],
    ids=["float32", "float64", "bfloat16", "float16", "autocast"],
)
def test_tokens_that_differ_by_rounding_alone_pull_in_no_direction(dtype, units, under):
    clean = torch.tensor([[4.0, 3.0, 0.0], [0.0, 8.0, 6.0]], dtype=dtype)
    apart = units * torch.finfo(dtype).eps * clean.norm(dim=-1, keepdim=True)
    along = torch.tensor([0.0, 0.0, 1.0], dtype=dtype)
    for share, pulls in ((0.5, 0.0), (2.0, 0.5)):
        tokens = (clean + share * apart * along).requires_grad_()
        with under:
            distance = consistency([tokens], [clean])
        distance.backward()
        assert (float(distance.detach()) > 0) is (pulls > 0)
        # the norm's gradient has length one, a half for each of two tokens
        assert tokens.grad.norm(dim=-1).tolist() == pytest.approx([pulls, pulls])


def test_losses_are_as_fine_as_what_they_are_given():
    with_prompt, without = torch.tensor(normal(5, 7, seed=0)), torch.tensor(normal(5, 7, seed=1))
    exact = np.linalg.norm((with_prompt - without).numpy(), axis=1).mean()
    distance = consistency([with_prompt], [without])
    assert distance.dtype == torch.float64
    assert float(distance) == pytest.approx(exact, rel=1e-14)
    alike = likeness(with_prompt, without, torch.tensor(20.0, dtype=torch.float64))
    assert alike.dtype == torch.float64
    both = with_prompt.float(), without.float()
    assert consistency([both[0]], [both[1]]).dtype == torch.float32
    assert likeness(with_prompt.bfloat16(), without.bfloat16(), 20.0).dtype == torch.float32


@pytest.mark.parametrize(("scale", "held"), [(14.2, 14.2), (250.0, 100.0)])
def test_likeness_is_of_matching_pairs_alone_with_the_scale_held_at_100(scale, held):
    pictures, texts = normal(4, 6, seed=0), normal(4, 6, seed=1)
    each = [
        held * (p @ t) / (math.sqrt(p @ p) * math.sqrt(t @ t))
        for p, t in zip(pictures, texts, strict=True)
    ]
    found = likeness(torch.tensor(pictures), torch.tensor(texts), scale)
    assert float(found) == pytest.approx(np.mean(each), rel=1e-5)  # float32 against float64


def test_gradients_of_both_are_those_of_the_formulas():
    base, clean, text = (normal(5, 7, seed=seed) for seed in range(3))
    moved = torch.tensor(base, requires_grad=True)
    first, second = 0.005, 0.001

    def total(values):
        apart = np.sqrt(((values - clean) ** 2).sum(-1)).mean()
        cosines = (values * text).sum(-1) / (
            np.linalg.norm(values, axis=-1) * np.linalg.norm(text, axis=-1)
        )
        return first * apart - second * 100 * cosines.mean()

    ours = first * consistency([moved], [torch.tensor(clean)]) - second * likeness(
        moved, torch.tensor(text), 100.0
    )
    ours.backward()
    step = 1e-6
    for place in np.ndindex(base.shape):
        shift = np.zeros_like(base)
        shift[place] = step
        slope = (total(base + shift) - total(base - shift)) / (2 * step)
        assert float(moved.grad[place]) == pytest.approx(slope, abs=1e-6)
