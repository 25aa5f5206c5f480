"""A size is given as a Size, a pair or a picture."""

import numpy as np
import pytest
from PIL import Image as PIL

import deixis as dx
from deixis.core.errors import UsageError
from deixis.core.size import Size, size_of

SIZE = Size(width=7, height=5)


@pytest.mark.parametrize(
    "written",
    [
        SIZE,
        (7, 5),
        [7, 5],
        (np.int64(7), 5),
        np.array([7, 5]),
        PIL.new("L", (7, 5)),
        np.zeros((5, 7), dtype=bool),
        np.zeros((5, 7, 3)),
        dx.open_image(PIL.new("RGB", (7, 5))),
    ],
)
def test_a_size_is_read_in_every_way_of_writing_it(written: object) -> None:
    assert size_of(written) == SIZE
    assert type(size_of(written).width) is int


def test_a_tensors_size_is_read_with_channels_first_and_last() -> None:
    torch = pytest.importorskip("torch")
    assert size_of(torch.zeros(3, 5, 7)) == size_of(torch.zeros(5, 7, 3)) == SIZE


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (None, "frame is a Size, a picture, or a pair .*, got None"),
        ("7x5", "got '7x5'"),
        ((7, 5, 3), "got tuple"),
        ((7.5, 5), "frame's width is a whole number, got 7.5"),
        ((7, True), "frame's height is a whole number, got True"),
        (np.zeros(3), r"an array of float64 \(3,\)"),
        ((0, 5), "at least 1 x 1"),
        (Size, "the class Size"),
        ({}, "got dict"),
    ],
)
def test_what_is_no_size_is_refused_by_name(wrong: object, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        size_of(wrong, name="frame")
