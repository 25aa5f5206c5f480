"""Drawings as other hands might have drawn them."""

import pytest
import torch

from deixis_lab.towers.restyle import restyled

DRAWN, SIDE = 64, 48


def drawings(num: int, seed: int) -> torch.Tensor:
    """Discs of one colour in the middle, premultiplied."""
    generator = torch.Generator().manual_seed(seed)
    place = torch.arange(DRAWN) - (DRAWN - 1) / 2
    alpha = ((place**2 + place[:, None] ** 2) < 24**2).float().expand(num, 1, DRAWN, DRAWN)
    colours = torch.rand(num, 3, 1, 1, generator=generator)
    return torch.cat([colours * alpha, alpha], 1)


def made(num: int = 12, *, seed: int = 1, black: bool = False, side: int = SIDE) -> torch.Tensor:
    return restyled(
        drawings(num, 3),
        drawings(num, 4),
        torch.full((num,), black),
        side=side,
        generator=torch.Generator().manual_seed(seed),
    )


@pytest.mark.parametrize("side", [48, 80])
def test_pictures_have_the_side_and_the_range(side: int) -> None:
    pictures = made(side=side)
    assert pictures.shape == (12, 3, side, side)
    assert float(pictures.min()) >= -1
    assert float(pictures.max()) <= 1
    assert torch.isfinite(pictures).all()


def test_the_same_seed_makes_the_same_pictures() -> None:
    assert torch.equal(made(seed=7), made(seed=7))
    assert not torch.equal(made(seed=7), made(seed=8))


def test_the_number_of_threads_changes_nothing() -> None:
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        one = made()
        torch.set_num_threads(2)
        assert torch.equal(one, made())
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize("black", [False, True])
def test_nearly_everything_can_be_seen(black: bool) -> None:
    pictures = made(96, black=black)
    inner = pictures[:, :, 12:-12, 12:-12].flatten(2).std(2).amax(1)
    assert float((inner > 0.08).float().mean()) > 0.9


def test_the_drawings_are_not_changed() -> None:
    given, others = drawings(4, 3), drawings(4, 4)
    kept = given.clone(), others.clone()
    restyled(
        given, others, torch.zeros(4, dtype=torch.bool), side=SIDE, generator=torch.Generator()
    )
    assert torch.equal(given, kept[0])
    assert torch.equal(others, kept[1])
