"""A view shows the pixels that its transform says it shows."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from deixis.core.errors import UnsupportedError
from deixis.core.image import Image
from deixis.core.size import Size
from deixis.core.view import Resized, View, Windowed, centre_window, seen
from deixis.models.tensor_view import Normalisation, look

WHOLE = Size(width=40, height=24)
sides = st.integers(1, 60)
sizes = st.builds(Size, width=sides, height=sides)
steps = st.lists(
    st.one_of(
        st.builds(Resized, size=sizes, resample=st.sampled_from(["bilinear", "bicubic"])),
        st.builds(Windowed, left=st.integers(-20, 20), top=st.integers(-20, 20), size=sizes),
    ),
    max_size=4,
)


def numbered(size: Size) -> torch.Tensor:
    """Pixels that are all different."""
    return torch.arange(3.0 * size.area).reshape(3, size.height, size.width)


@given(steps=steps)
def test_what_a_view_shows_has_the_size_that_it_names(steps):
    view = View(original=WHOLE, steps=tuple(steps))
    shown = look(view, numbered(WHOLE) % 256)
    assert shown.shape == (3, view.size.height, view.size.width)


@given(steps=steps)
def test_the_transform_leads_from_the_original_to_the_view(steps):
    view = View(original=WHOLE, steps=tuple(steps))
    assert view.transform.before == WHOLE
    assert view.transform.after == view.size


def test_a_view_without_steps_is_the_picture():
    pixels = numbered(WHOLE)
    assert torch.equal(look(View(original=WHOLE, steps=()), pixels), pixels)


@given(left=st.integers(-9, 30), top=st.integers(-9, 20))
def test_a_pixel_of_a_window_is_where_the_transform_sends_it(left, top):
    window = Windowed(left=left, top=top, size=Size(width=17, height=11), fill=(-1.0, -1.0, -1.0))
    view = View(original=WHOLE, steps=(window,))
    pixels = numbered(WHOLE)
    shown = look(view, pixels)
    back = view.transform.inverse()
    for x, y in np.ndindex(17, 11):
        from_x, from_y = (int(np.floor(value)) for value in back.xy(x + 0.5, y + 0.5))
        inside = 0 <= from_x < WHOLE.width and 0 <= from_y < WHOLE.height
        assert shown[0, y, x] == (pixels[0, from_y, from_x] if inside else -1)


def test_a_bright_spot_is_seen_where_the_transform_sends_it():
    pixels = torch.zeros(3, WHOLE.height, WHOLE.width)
    pixels[:, 10:14, 30:34] = 255
    larger = Resized(size=Size(width=120, height=96), resample="bilinear")
    window = Windowed(left=60, top=20, size=Size(width=50, height=50))
    view = View(original=WHOLE, steps=(larger, window))
    shown = look(view, pixels)[0]
    rows, columns = torch.meshgrid(torch.arange(50.0), torch.arange(50.0), indexing="ij")
    centre = tuple(float((shown * places).sum() / shown.sum()) + 0.5 for places in (columns, rows))
    assert centre == pytest.approx(view.transform.xy(32, 12), abs=0.05)


def test_padding_has_its_colour_in_each_channel():
    window = Windowed(left=-2, top=0, size=Size(width=5, height=24), fill=(7.0, 8.0, 9.0))
    shown = look(View(original=WHOLE, steps=(window,)), numbered(WHOLE))
    assert shown[:, 0, 0].tolist() == [7, 8, 9]


def test_the_gradient_passes_through_every_kind_of_step():
    pixels = (numbered(WHOLE) % 256).requires_grad_()
    larger = Resized(size=Size(width=51, height=33), resample="bicubic")
    view = View(
        original=WHOLE,
        steps=(larger, centre_window(larger.size, Size(width=60, height=40), (9.0, 9.0, 9.0))),
    )
    look(view, pixels).sum().backward()
    assert (pixels.grad != 0).all()


def test_a_centre_window_leaves_as_much_on_both_sides():
    window = centre_window(WHOLE, Size(width=20, height=10))
    assert (window.left, window.top) == (10, 7)


def test_a_normalised_view_has_the_asked_mean_and_deviation():
    normalise = Normalisation(scale=0.5, mean=(1.0, 2.0, 3.0), std=(2.0, 4.0, 8.0))
    assert normalise(torch.full((3, 1, 1), 10.0)).flatten().tolist() == [2.0, 0.75, 0.25]


def test_the_zero_colour_is_normalised_to_zero():
    normalise = Normalisation(scale=1 / 255, mean=(0.4, 0.5, 0.6), std=(0.2, 0.3, 0.1))
    zero = torch.tensor(normalise.zero)[:, None, None]
    torch.testing.assert_close(normalise(zero), torch.zeros(3, 1, 1), atol=1e-6, rtol=0)


def drawn(size: Size, seed: int = 0) -> Image:
    numbers = np.random.default_rng(seed)
    return Image(pixels=numbers.integers(0, 256, (size.height, size.width, 3), dtype=np.uint8))


fills = st.tuples(*[st.floats(0, 255, width=32)] * 3)
any_steps = st.lists(
    st.one_of(
        st.builds(
            Resized,
            size=sizes,
            resample=st.sampled_from(
                ["nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"]
            ),
        ),
        st.builds(
            Windowed,
            left=st.integers(-70, 70),
            top=st.integers(-70, 70),
            size=sizes,
            fill=fills,
        ),
    ),
    max_size=4,
)


@given(original=sizes, steps=any_steps, seed=st.integers(0, 9))
def test_pillow_shows_what_tensors_show_byte_for_byte(original, steps, seed):
    image, view = drawn(original, seed), View(original=original, steps=tuple(steps))
    shown = look(view, torch.from_numpy(image.pixels.copy()).permute(2, 0, 1).float())
    expected = shown.round().to(torch.uint8).permute(1, 2, 0).numpy()
    assert np.array_equal(seen(view, image).pixels, expected)


def test_pillow_leaves_the_resize_of_tensors_alone():
    step = Resized(size=Size(width=5, height=4), resample="torch_bilinear")
    with pytest.raises(UnsupportedError, match="tensors alone have it"):
        seen(View(original=WHOLE, steps=(step,)), drawn(WHOLE))
