"""The contract of every kind of pixel prompt, and what each does in particular."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from deixis.core.errors import UnknownNameError, UsageError
from deixis.core.image import Image
from deixis.core.size import Size
from deixis.models.interface import KnownPixelChange
from deixis.models.tensor_interface import pixels_of
from deixis.pixel.prompts import MODES, Layout, build, kind_of, prompts
from tests.pixel.nursery import SIDE, WIDTH, learned, picture

each_kind = pytest.mark.parametrize("kind", prompts.names())
SIZES = [(31, 19), (17, 41), (23, 23), (5, 60), (200, 3)]


def test_the_kinds_are_those_of_the_files():
    assert prompts.names() == [
        "affine",
        "border",
        "fixed_patch",
        "frame",
        "full",
        "random_patch",
        "scaled",
    ]


@each_kind
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_a_picture_of_any_size_becomes_one_of_the_prompts(kind, size):
    prompt = learned(kind)
    assert prompt(pixels_of(picture(*size))).shape == (3, SIDE, SIDE)
    assert prompt.view(Size(width=size[0], height=size[1])).size == Size(width=SIDE, height=SIDE)


@each_kind
def test_an_untrained_prompt_only_places_the_picture(kind):
    prompt = build(kind, Layout(side=SIDE, width=WIDTH))
    pixels = pixels_of(picture())
    if kind == "scaled":  # it shrinks the picture from the start
        assert prompt(pixels).shape == (3, SIDE, SIDE)
        return
    # affine samples each pixel anew, which moves it by float32's rounding
    torch.testing.assert_close(prompt(pixels), prompt.placed(pixels), atol=1e-3, rtol=0)


@each_kind
def test_gradients_reach_every_number_and_the_picture(kind):
    prompt = learned(kind, size=0.1)
    pixels = pixels_of(picture()).requires_grad_()
    weights = torch.rand(3, SIDE, SIDE, generator=torch.Generator().manual_seed(0))
    (prompt(pixels) * weights).sum().backward()
    assert pixels.grad is not None
    assert pixels.grad.abs().sum() > 0
    for name, numbers in prompt.named_parameters():
        assert numbers.grad is not None, name
        assert torch.isfinite(numbers.grad).all(), name
        assert numbers.grad.abs().sum() > 0, name


@each_kind
@pytest.mark.parametrize("mode", ["clamped", "8bit"])
def test_a_mode_keeps_its_range_and_lets_the_gradient_through(kind, mode):
    prompt = learned(kind, mode=mode, size=3.0)
    out = prompt(pixels_of(picture()))
    assert out.min() >= 0
    assert out.max() <= 255
    assert mode == "clamped" or torch.equal(out, out.round())
    assert out.detach().min() == 0 or kind == "fixed_patch"
    out.sum().backward()
    assert all(numbers.grad is not None for numbers in prompt.parameters())


@each_kind
def test_the_same_picture_gives_the_same_bytes(kind):
    prompt, pixels = learned(kind), pixels_of(picture())
    assert torch.equal(prompt(pixels), prompt(pixels.clone()))


@each_kind
def test_only_the_touched_pixels_are_changed(kind):
    prompt = learned(kind, size=0.2)
    if prompt.touched is None or kind == "scaled":
        return
    pixels = pixels_of(picture())
    apart = (prompt(pixels) != prompt.placed(pixels)).any(0)
    assert not (apart & ~prompt.touched).any()


@each_kind
def test_it_is_a_change_that_can_be_told_from_others(kind):
    one, other = learned(kind), build(kind, Layout(side=SIDE, width=WIDTH))
    assert isinstance(one, KnownPixelChange)
    assert one.record["kind"] == kind_of(one) == kind
    assert one.record != other.record
    assert one.record == learned(kind).record
    assert not one.is_8bit
    assert learned(kind, mode="8bit").is_8bit


@each_kind
def test_a_start_of_noise_is_that_of_its_seed(kind):
    def numbers(seed):
        made = build(kind, Layout(side=SIDE, width=WIDTH, start="noise", seed=seed))
        return dict(made.named_parameters())["numbers"]

    assert torch.equal(numbers(1), numbers(1))
    assert not torch.equal(numbers(1), numbers(2))


def test_the_usual_frame_has_69840_numbers():
    frame = build("frame")
    assert frame.layout == Layout(side=224, width=30)
    assert frame.num_trained == 69_840
    assert all(not numbers.any() for numbers in frame.parameters())


@settings(max_examples=40, deadline=None)
@given(
    width=st.integers(3, 70),
    height=st.integers(3, 70),
    side=st.integers(8, 40),
    share=st.floats(0.05, 0.45),
    mode=st.sampled_from(MODES),
    seed=st.integers(0, 99),
)
def test_the_picture_inside_a_frame_is_untouched_to_the_bit(width, height, side, share, mode, seed):
    frame_width = max(1, int(side * share))
    frame = learned("frame", side=side, width=frame_width, mode=mode, size=2.0)
    image = picture(width, height, seed=seed)
    inner = slice(frame_width, side - frame_width)
    inside = frame(pixels_of(image))[:, inner, inner]
    # Pillow's own: short side to the inner square, then the middle
    length = side - 2 * frame_width
    share_of = max(length / width, length / height)
    fitting = (max(length, round(width * share_of)), max(length, round(height * share_of)))
    resized = np.asarray(image.pil().resize(fitting, resample=3))
    left, top = (fitting[0] - length) // 2, (fitting[1] - length) // 2
    expected = resized[top : top + length, left : left + length]
    assert np.array_equal(inside.detach().permute(1, 2, 0).numpy(), expected)


def test_a_frame_holds_the_learned_numbers_alone():
    frame = learned("frame")
    white, black = (torch.full((3, 20, 20), value) for value in (255.0, 0.0))
    border = frame.touched
    assert torch.equal(frame(white)[:, border], frame(black)[:, border])
    assert torch.equal(frame(white)[:, border], 255 * frame.numbers)


def test_a_border_is_added_to_what_is_there():
    prompt, pixels = learned("border"), pixels_of(picture(SIDE, SIDE))
    added = (prompt(pixels) - pixels)[:, prompt.touched]
    torch.testing.assert_close(added, 255 * prompt.numbers, atol=1e-3, rtol=0)


def test_a_random_patch_lies_elsewhere_in_another_picture():
    prompt = learned("random_patch")
    places = set()
    for seed in range(6):
        pixels = pixels_of(picture(SIDE, SIDE, seed=seed))
        changed = (prompt(pixels) != pixels).any(0).nonzero()
        places.add(tuple(changed.amin(0).tolist()))
    assert len(places) > 1


def spot(x: int, y: int) -> Image:
    pixels = np.zeros((60, 60, 3), dtype=np.uint8)
    pixels[y - 2 : y + 3, x - 2 : x + 3] = 255
    return Image(pixels=pixels)


@pytest.mark.parametrize("kind", ["frame", "border", "scaled", "affine"])
def test_places_are_told_where_they_are_seen(kind):
    prompt = build(kind, Layout(side=60, width=9))
    if kind == "affine":
        with torch.no_grad():
            prompt.moves += torch.tensor([[0.4, 0.0, 0.2], [0.0, 0.3, -0.1]])
    image = spot(40, 22)
    with torch.no_grad():
        seen = prompt(pixels_of(image))[0]
    ys, xs = torch.meshgrid(torch.arange(60) + 0.5, torch.arange(60) + 0.5, indexing="ij")
    found = [float((axis * seen).sum() / seen.sum()) for axis in (xs, ys)]
    told = prompt.view(image.size).transform.xy(40.5, 22.5)
    assert found == pytest.approx(list(told), abs=1.0)  # a side is told in whole pixels


def test_scaled_keeps_a_frame_of_its_width_at_first():
    prompt = build("scaled", Layout(side=60, width=9))
    assert float(prompt.share.detach()) == pytest.approx(42 / 60, abs=1e-6)
    assert prompt.touched[:, 30].sum() == 18


def test_scaled_learns_its_share():
    prompt = learned("scaled", size=0.0)
    prompt(pixels_of(picture())).sum().backward()
    assert float(prompt.openness.grad) != 0


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"mode": "wide"}, "mode of a pixel prompt"),
        ({"start": "ones"}, "start of a pixel prompt"),
        ({"side": 1}, "side is 2..4096"),
        ({"width": 0}, "width is 1..224"),
        ({"seed": -1}, "seed is within"),
        ({"seed": 2**63}, "seed is within"),
    ],
)
def test_a_layout_that_cannot_be_is_refused(wrong, words):
    with pytest.raises((UsageError, UnknownNameError), match=words):
        Layout(**wrong)


@pytest.mark.parametrize("kind", ["frame", "scaled"])
def test_a_frame_leaves_room_for_the_picture(kind):
    with pytest.raises(UsageError, match="leaves no room"):
        build(kind, Layout(side=20, width=10))
