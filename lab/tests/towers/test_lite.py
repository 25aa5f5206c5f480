"""EfficientNet-Lite0 in transformers' own class."""

from pathlib import Path

import pytest
import torch
from torch.nn import functional
from transformers import EfficientNetModel

from deixis.core.images import open_image
from deixis_lab.towers.lite import (
    STRIDE,
    WIDTH,
    blank_lite0,
    imagenet_classifier,
    imagenet_lite0,
    with_gates,
    without_gates,
)

CATS, ESPRESSO = range(281, 286), 967  # of ImageNet's classes
SIDES = (64, 96, 160)


def pictures(side: int, num: int = 2) -> torch.Tensor:
    return torch.rand(num, 3, side, side, generator=torch.Generator().manual_seed(side)) * 2 - 1


@torch.no_grad()
def seen(model: EfficientNetModel, side: int) -> torch.Tensor:
    return model.eval()(pictures(side)).pooler_output.flatten(1)


@pytest.mark.parametrize("side", SIDES)
def test_a_picture_gives_a_cell_for_every_stride(side: int) -> None:
    with torch.no_grad():
        found = blank_lite0(3).eval()(pictures(side)).last_hidden_state
    assert found.shape == (2, WIDTH, side // STRIDE, side // STRIDE)


@pytest.mark.parametrize("side", SIDES)
def test_open_gates_change_nothing(side: int) -> None:
    torch.testing.assert_close(
        seen(without_gates(imagenet_lite0()), side), seen(imagenet_lite0(), side)
    )


def test_it_is_saved_with_its_gates_and_loads_without_our_code(tmp_path: Path) -> None:
    spared = without_gates(imagenet_lite0())
    with_gates(spared).save_pretrained(tmp_path)
    loaded = EfficientNetModel.from_pretrained(tmp_path)
    torch.testing.assert_close(seen(loaded, 96), seen(spared, 96))


def test_a_seed_makes_the_same_blank_tower() -> None:
    assert torch.equal(seen(blank_lite0(5), 64), seen(blank_lite0(5), 64))
    assert not torch.equal(
        blank_lite0(5).encoder.top_conv.weight, blank_lite0(6).encoder.top_conv.weight
    )


@pytest.mark.parametrize(("photograph", "classes"), [("cat", CATS), ("coffee", [ESPRESSO])])
def test_it_knows_photographs(photograph: str, classes: list[int]) -> None:
    weight, bias = imagenet_classifier()
    pixels = torch.from_numpy(open_image(f"docs/photographs/{photograph}.jpg").pixels.copy())
    whole = pixels.permute(2, 0, 1)[None].float()
    small = functional.interpolate(whole, (224, 224), mode="bilinear", antialias=True)
    with torch.no_grad():
        pooled = imagenet_lite0().eval()(small / 127.5 - 1).pooler_output.flatten(1)
    best = (pooled @ weight.T + bias).topk(3).indices[0].tolist()
    assert set(best) & set(classes)
