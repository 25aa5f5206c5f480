"""A nano model that begins with a part of another."""

import pytest
import torch

from deixis.core.errors import UsageError
from deixis_lab.zoo import nano
from deixis_lab.zoo.training.architectures import architecture, opened
from deixis_lab.zoo.training.lending import as_in, lend_tower, plain


@pytest.fixture
def lender(tmp_path, monkeypatch) -> str:
    """A plain tower in the cache, none of whose weights is zero."""
    monkeypatch.setenv("DEIXIS_CACHE", str(tmp_path))
    built = opened("idefics3", "", seed=3)
    noise = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for weight in tower_of("idefics3", built).parameters():
            weight += 0.02 * torch.randn(weight.shape, generator=noise)
    nano.save(built, nano.cache() / "idefics3" / "model")
    return "nano:idefics3"


def tower_of(name: str, built: nano.Nano) -> torch.nn.Module:
    return architecture(name).tower(built.model)


def test_a_tower_of_the_same_kind_sees_the_same(lender) -> None:
    pixels = (
        torch.rand(2, 3, nano.SIDE, nano.SIDE, generator=torch.Generator().manual_seed(0)) * 2 - 1
    )
    borrower = opened("paligemma", "")
    lend_tower(borrower, "paligemma", lender)
    with torch.no_grad():
        theirs = tower_of("idefics3", opened("idefics3", lender))(pixels).last_hidden_state
        mine = tower_of("paligemma", borrower)(pixels).last_hidden_state
    assert torch.allclose(mine, theirs, atol=1e-4)  # they order their sums in other ways


@pytest.mark.parametrize("name", ["llava", "blip_2", "instructblip"])
def test_what_both_towers_have_is_lent(lender, name) -> None:
    borrower = opened(name, "", seed=1)
    before = {key: w.clone() for key, w in tower_of(name, borrower).state_dict().items()}
    lend_tower(borrower, name, lender)
    given = plain(tower_of("idefics3", opened("idefics3", lender)).state_dict())
    state = tower_of(name, borrower).state_dict()
    after = plain(state)
    blocks = [key for key in given if ".layers." in key]
    assert blocks
    assert all(torch.equal(after[key], given[key]) for key in blocks)
    own = {key for key in before if "class_embedding" in key or "pre_layrnorm" in key}
    assert own
    assert all(torch.equal(state[key], before[key]) for key in own)


def test_the_bias_of_patches_goes_to_their_places_where_there_is_none(lender) -> None:
    borrower = opened("llava", "")
    lend_tower(borrower, "llava", lender)
    given = plain(tower_of("idefics3", opened("idefics3", lender)).state_dict())
    after = plain(tower_of("llava", borrower).state_dict())
    bias = given["embeddings.patch_embedding.bias"]
    places = "embeddings.position_embedding"
    assert torch.allclose(after[places], given[places] + bias)


@pytest.mark.parametrize("name", ["llava", "blip_2", "idefics3", "paligemma"])
def test_names_of_a_tower_are_found_again(name) -> None:
    state = tower_of(name, opened(name, "")).state_dict()
    again = as_in(state, plain(state))
    assert all(torch.equal(again[key], weight) for key, weight in state.items())


def test_a_tower_of_another_kind_is_refused(lender) -> None:
    with pytest.raises(UsageError, match="another kind of tower"):
        lend_tower(opened("llava_conv", ""), "llava_conv", lender)


def test_a_start_prepares_pictures_by_pillow_with_torchvision_and_without() -> None:
    assert opened("vipllava", "nano").processor.image_processor.backend == "pil"
