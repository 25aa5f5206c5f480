"""PNG files of a prompt, and what whole numbers cost."""

import numpy as np
import pytest
import torch
from PIL import Image as PIL

from deixis.core.errors import UnsupportedError
from deixis.models.tensor_interface import pixels_of
from deixis.pixel.export import export, exported, in_mode, quantised, shown
from deixis.pixel.prompts import prompts
from tests.pixel.nursery import SIDE, learned, picture


def test_a_frame_laid_over_the_placed_picture_is_the_8bit_prompt(tmp_path):
    prompt = learned("frame", size=1.0)
    (file,) = export(prompt, tmp_path)
    pixels = pixels_of(picture())
    placed = prompt.placed(pixels).permute(1, 2, 0).numpy().astype(np.uint8)
    ground = PIL.fromarray(placed)
    with PIL.open(file) as frame:
        ground.paste(frame.convert("RGB"), mask=frame.getchannel("A"))
    expected = in_mode(prompt, "8bit")(pixels).permute(1, 2, 0).numpy()
    assert np.array_equal(np.asarray(ground), expected)


@pytest.mark.parametrize("kind", ["border", "full", "fixed_patch"])
def test_an_overlay_says_what_is_added_to_each_pixel(kind, tmp_path):
    prompt = learned(kind, size=0.1)
    (file,) = export(prompt, tmp_path)
    with PIL.open(file) as overlay:
        added = (np.asarray(overlay).astype(float) - 128) * 2
    ground = torch.full((3, SIDE, SIDE), 100.0)
    with torch.no_grad():
        ours = (prompt(ground) - ground).permute(1, 2, 0).numpy()
    assert np.abs(ours - added).max() <= 1.0  # half a step of two


@pytest.mark.parametrize("kind", ["random_patch", "scaled", "affine"])
def test_what_one_png_cannot_hold_is_told(kind, tmp_path):
    with pytest.raises(UnsupportedError, match="no one PNG holds it"):
        export(learned(kind), tmp_path)


@pytest.mark.parametrize("kind", prompts.names())
def test_the_cost_of_8_bits_is_measured_for_every_kind(kind):
    cost = quantised(learned(kind, size=1.0))
    assert 0 <= cost.outside <= 1
    assert cost.error > 0
    assert quantised(learned(kind, size=0.0)).outside == 0
    assert shown(learned(kind)).shape == (3, SIDE, SIDE)


def test_a_frames_cost_is_that_of_its_numbers():
    prompt = learned("frame", size=1.0)
    with torch.no_grad():
        free = 255 * prompt.numbers
        cost = quantised(prompt)
    assert cost.outside == pytest.approx(float(((free < 0) | (free > 255)).float().mean()))
    kept = free.clamp(0, 255).round()
    assert cost.error == pytest.approx(float((free - kept).abs().mean()), rel=1e-5)


def test_a_frame_of_zeros_costs_nothing():
    cost = quantised(learned("frame", size=0.0))
    assert (cost.outside, cost.error) == (0.0, 0.0)


@pytest.mark.parametrize("size", [0.1, 1.0])
@pytest.mark.parametrize("kind", ["border", "full", "fixed_patch"])
def test_what_an_overlay_loses_is_measured_on_its_file(kind, size, tmp_path):
    prompt = learned(kind, size=size)
    (file,) = export(prompt, tmp_path)
    lost = exported(prompt, file)
    learnt = 255 * prompt.numbers.detach().double().numpy().ravel()
    assert lost.file == "overlay.png"
    assert lost.outside == pytest.approx(np.mean((learnt < -256) | (learnt > 254)))
    assert (lost.outside > 0.1) == (size == 1.0)
    held = 2 * np.clip(np.round(learnt / 2), -128, 127)
    assert lost.error == pytest.approx(np.abs(learnt - held).mean(), rel=1e-4)
    grounds = np.array([[0], [64], [128], [192], [255]])
    apart = np.abs(grounds + learnt - np.clip(grounds + held, 0, 255)).mean()
    assert lost.pixels == pytest.approx(apart, rel=1e-4)
    assert lost.pixels >= quantised(prompt).error - 1e-4  # which halves nothing


def test_the_file_is_read_and_not_the_prompt(tmp_path):
    prompt = learned("border", size=0.1)
    (file,) = export(prompt, tmp_path)
    before = exported(prompt, file)
    assert before.error < 1.0
    PIL.new("RGB", (SIDE, SIDE), (128, 128, 128)).save(file)  # nothing is added
    after = exported(prompt, file)
    assert after.error == pytest.approx(float((255 * prompt.numbers).abs().mean().detach()))


def test_a_frames_file_loses_what_8_bits_do(tmp_path):
    prompt = learned("frame", size=1.0)
    (file,) = export(prompt, tmp_path)
    lost, cost = exported(prompt, file), quantised(prompt)
    assert (lost.file, lost.outside) == ("frame.png", pytest.approx(cost.outside))
    assert lost.error == pytest.approx(cost.error) == pytest.approx(lost.pixels)
