"""Steps of a fixed length, against the formula in float64."""

import numpy as np
import pytest
import torch

from deixis.train.optimizer import NormalisedStep


def test_a_step_is_the_gradient_divided_by_its_length_over_all_weights_together():
    draws = np.random.default_rng(0)
    values = [draws.normal(size=shape) for shape in ((3, 5), (7,))]
    gradients = [draws.normal(size=value.shape) for value in values]
    length = np.sqrt(sum((gradient**2).sum() for gradient in gradients))
    weights = [torch.nn.Parameter(torch.tensor(value, dtype=torch.float32)) for value in values]
    for weight, gradient in zip(weights, gradients, strict=True):
        weight.grad = torch.tensor(gradient, dtype=torch.float32)
    NormalisedStep([{"params": weights, "lr": 10.0}]).step()
    for weight, value, gradient in zip(weights, values, gradients, strict=True):
        expected = value - 10.0 * gradient / (length + 1e-10)
        # float32 against float64, on numbers of about ten
        assert weight.detach().numpy() == pytest.approx(expected, abs=1e-5)


def test_a_group_of_rate_0_counts_in_the_length_and_stays():
    moved, still = (torch.nn.Parameter(torch.zeros(1)) for _ in range(2))
    moved.grad, still.grad = torch.tensor([3.0]), torch.tensor([4.0])
    NormalisedStep([{"params": [moved], "lr": 10.0}, {"params": [still], "lr": 0.0}]).step()
    assert moved.item() == pytest.approx(-6.0)
    assert still.item() == 0


def test_without_a_gradient_nothing_moves_and_a_zero_one_is_no_division_by_zero():
    still, zero = (torch.nn.Parameter(torch.ones(3)) for _ in range(2))
    zero.grad = torch.zeros(3)
    optimizer = NormalisedStep([{"params": [still]}, {"params": [zero]}])
    optimizer.step()
    assert torch.equal(still.detach(), torch.ones(3))
    assert torch.equal(zero.detach(), torch.ones(3))
    assert optimizer.state_dict()["state"] == {}
