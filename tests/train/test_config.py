import pytest
from hypothesis import given
from hypothesis import strategies as st

from deixis.core.errors import UsageError
from deixis.train.config import OptimConfig, RunConfig


@given(st.integers(1, 300), st.floats(0, 1), st.sampled_from(["cosine", "constant"]))
def test_the_rate_stays_between_nothing_and_its_highest(steps, share, schedule):
    optim = OptimConfig(lr=2.0, warmup_share=share, schedule=schedule)
    assert all(0 <= optim.lr_at(step, steps) <= 2.0 for step in range(steps))


def test_the_rate_rises_then_falls_to_its_end():
    optim = OptimConfig(lr=1.0, warmup_share=0.1, final_share=0.2)
    rates = [optim.lr_at(step, 100) for step in range(101)]
    assert rates[0] == 0.1
    assert rates[9] == rates[10] == 1.0
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert rates[100] == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"lr": -1.0}, "≥ 0"),
        ({"betas": (0.9, 1.0)}, "betas"),
        ({"warmup_share": 2.0}, "warmup_share"),
    ],
)
def test_a_senseless_optimizer_is_refused(settings, reason):
    with pytest.raises(UsageError, match=reason):
        OptimConfig(**settings)


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"steps": 0}, "steps is at least 1"),
        ({"num_workers": -1}, "num_workers is at least 0"),
        ({"threads": 0}, "threads is at least 1"),
        ({"micro_batch": 0}, "micro_batch is at least 1"),
        ({"epochs": 0.0}, "epochs is above 0"),
        ({"batch_size": 9, "gradient_accumulation": 2}, "multiple of gradient_accumulation"),
    ],
)
def test_a_senseless_run_is_refused(settings, reason):
    with pytest.raises(UsageError, match=reason):
        RunConfig(**settings)
