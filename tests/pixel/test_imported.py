"""Frames of TVP's release: the same numbers, and pictures placed as there."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image as PIL

from deixis.cli.main import main
from deixis.core.errors import ModelError, UnknownNameError, UsageError
from deixis.core.image import Image
from deixis.models.tensor_interface import pixels_of
from deixis.pixel.card import Card, contract, page
from deixis.pixel.imported import imported
from deixis.pixel.prompts import Layout, build
from deixis.pixel.prompts._prompt import spread
from deixis.pixel.saved import load_prompt, save_prompt

SIDE, WIDTH = 224, 30
SIZES = [(300, 200), (200, 301), (331, 177), (224, 224), (500, 333), (179, 412), (97, 96)]


def learned(side: int = SIDE, width: int = WIDTH) -> torch.Tensor:
    """As the release keeps it: numbers around, zero within."""
    numbers = torch.randn(3, side, side, generator=torch.Generator().manual_seed(0)) * 0.24
    numbers[:, width : side - width, width : side - width] = 0
    return numbers


@pytest.fixture
def released(tmp_path: Path) -> Path:
    torch.save({"perturbation": learned()}, tmp_path / "checkpoint_best.pth")
    return tmp_path / "checkpoint_best.pth"


def test_the_numbers_are_those_of_the_file(released):
    frame = imported(released).prompt
    assert frame.layout == Layout(side=224, width=30, crop="torchvision")
    assert frame.num_trained == 69_840
    assert torch.equal(spread(frame.numbers, frame.where), learned())


def as_released(picture: Image, delta: torch.Tensor, inner: int) -> torch.Tensor:
    """torchvision's Resize and CenterCrop, zeros around, and the numbers on top of 0..1."""
    width, height = picture.size.width, picture.size.height
    short, long = sorted((width, height))
    fitted = int(inner * long / short)
    size = (inner, fitted) if width <= height else (fitted, inner)
    resized = picture.pil().resize(size, PIL.Resampling.BICUBIC)
    top, left = round((size[1] - inner) / 2.0), round((size[0] - inner) / 2.0)
    cut = np.asarray(resized)[top : top + inner, left : left + inner]
    shown = torch.from_numpy(cut.copy()).permute(2, 0, 1).float() / 255
    around = (delta.shape[-1] - inner) // 2
    return torch.nn.functional.pad(shown, (around,) * 4) + delta


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_pictures_are_placed_and_framed_as_in_the_release(released, size):
    pixels = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    picture = Image(pixels=pixels)
    found = imported(released).prompt(pixels_of(picture)) / 255
    expected = as_released(picture, learned(), SIDE - 2 * WIDTH)
    # the frame's numbers go to 0..255 and back
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-6)


def test_our_own_placement_differs_where_pictures_are_no_squares():
    picture = Image(pixels=np.random.default_rng(0).integers(0, 256, (177, 331, 3), np.uint8))
    ours, theirs = (
        build("frame", Layout(crop=crop)).placed(pixels_of(picture))
        for crop in ("nearest", "torchvision")
    )
    assert not torch.equal(ours, theirs)


def test_saved_cards_and_what_answers_are_kept_under_stay_as_they_were():
    assert str(Layout()) == "Layout(side=224, width=30, mode='free', start='zero', seed=0)"
    assert "crop" not in Layout().record
    assert "middle window; black" in contract(build("frame"))["resize"]
    assert "torchvision" in str(Layout(crop="torchvision"))
    with pytest.raises(UnknownNameError, match="did you mean 'torchvision'"):
        Layout(crop="torchvisio")


def test_an_imported_frame_is_saved_and_loaded_again(released, tmp_path):
    found = imported(released)
    save_prompt(found.prompt, found.card, tmp_path / "frame")
    again = load_prompt(tmp_path / "frame")
    assert again.prompt.layout == found.prompt.layout
    assert again.prompt.digest == found.prompt.digest
    assert again.card == found.card
    assert "Imported from a file with sha256 `" in page(again.prompt, again.card)
    assert "Learned on no model" in page(again.prompt, Card(settings={"imported_sha256": "<b>"}))


def test_the_command_writes_a_new_folder_and_never_another(released, tmp_path, capsys):
    command = ["pixel", "import", str(released), "--out", str(tmp_path / "frame"), "--json"]
    assert main(command) == 0
    assert json.loads(capsys.readouterr().out)["numbers"] == 69_840
    assert main(command) == 2
    assert "is there already" in capsys.readouterr().err


class Bomb:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.path),)


def test_a_file_that_runs_code_is_refused_and_runs_none(tmp_path):
    torch.save({"perturbation": learned(), "x": Bomb(tmp_path / "ran")}, tmp_path / "x.pth")
    with pytest.raises(ModelError, match="only tensors are made"):
        imported(tmp_path / "x.pth")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("held", "reason"),
    [
        ({"a": learned(), "b": learned()}, "holds 2 float32 squares"),
        ({"a": learned().half()}, "holds 0 float32 squares"),
        ({"a": learned()[:, :9]}, "holds 0 float32 squares"),
        ({"a": torch.zeros(3, 9, 9)}, "zero everywhere"),
        ({"a": torch.ones(3, 9, 9)}, "numbers in its middle"),
    ],
)
def test_what_is_no_frame_is_refused(tmp_path, held, reason):
    torch.save(held, tmp_path / "x.pth")
    with pytest.raises(UsageError, match=reason):
        imported(tmp_path / "x.pth")


def test_a_tensor_may_be_named_and_may_stand_in_a_batch_of_one(tmp_path):
    torch.save({"a": learned(60, 7), "b": learned()[None]}, tmp_path / "x.pth")
    assert imported(tmp_path / "x.pth", name="b").prompt.layout.side == 224
    assert imported(tmp_path / "x.pth", name="a").prompt.layout.width == 7
    with pytest.raises(UnknownNameError):
        imported(tmp_path / "x.pth", name="c")


def test_numbers_that_are_none_are_refused(tmp_path):
    numbers = learned()
    numbers[0, 0, 0] = torch.nan
    torch.save({"a": numbers}, tmp_path / "x.pth")
    with pytest.raises(ModelError, match="NaN"):
        imported(tmp_path / "x.pth")
