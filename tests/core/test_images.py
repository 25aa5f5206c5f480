"""Every source that a picture is opened from, its limits, and the reasons to refuse it."""

import base64
import io
import os
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PIL

from deixis.core.errors import FetchError, ImageError, UsageError
from deixis.core.images import ImageLimits, open_image, picture_size


def saved(picture: PIL.Image, kind: str, **options: object) -> bytes:
    """A picture as a file."""
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def gradient(width: int = 7, height: int = 5) -> PIL.Image:
    """A picture of which no turn looks like another."""
    numbers = np.arange(width * height * 3, dtype=np.uint8).reshape(height, width, 3)
    return PIL.fromarray(numbers * 2)


def smooth() -> PIL.Image:
    """A picture that lossy files keep nearly as it is."""
    rows, columns = np.mgrid[0:24, 0:40]
    return PIL.fromarray(np.stack([rows * 10, columns * 6, 255 - rows * 5], -1).astype(np.uint8))


def test_a_path_is_opened_whatever_its_suffix(tmp_path: Path) -> None:
    path = tmp_path / "picture.gif"
    path.write_bytes(saved(gradient(), "PNG"))
    image = open_image(path)
    assert (image.source, np.array_equal(image.pixels, gradient())) == (str(path), True)


def test_a_path_as_text_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    gradient().save(path)
    assert open_image(str(path)) == open_image(path)


def test_bytes_are_opened() -> None:
    assert open_image(saved(gradient(), "PNG")).source == "bytes"


def test_an_open_file_is_opened_and_left_open(tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    gradient().save(path)
    with path.open("rb") as file:
        image = open_image(file)
        assert (image.source, file.closed) == (str(path), False)


def test_a_stream_of_short_reads_is_opened() -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(min(size or 10, 10))

    assert np.array_equal(open_image(Slow(saved(gradient(), "PNG"))).pixels, gradient())


def test_a_data_url_is_opened() -> None:
    url = "data:image/png;base64," + base64.b64encode(saved(gradient(), "PNG")).decode()
    image = open_image(url)
    assert np.array_equal(image.pixels, gradient())
    assert len(image.source) < 40


def test_a_pil_picture_is_opened() -> None:
    assert np.array_equal(open_image(gradient()).pixels, gradient())


def test_an_image_is_given_back() -> None:
    image = open_image(gradient())
    assert open_image(image) is image


def test_an_array_is_copied() -> None:
    array = np.zeros((3, 5, 3), dtype=np.uint8)
    image = open_image(array)
    array[:] = 9
    assert not image.pixels.any()


def test_a_grey_array_becomes_rgb() -> None:
    grey = np.arange(15, dtype=np.uint8).reshape(3, 5)
    assert np.array_equal(open_image(grey).pixels, np.stack([grey] * 3, axis=-1))


def test_an_array_with_alpha_lies_on_white() -> None:
    array = np.array([[[255, 0, 0, 255], [255, 0, 0, 0]]], dtype=np.uint8)
    assert open_image(array).pixels.tolist() == [[[255, 0, 0], [255, 255, 255]]]


@pytest.mark.parametrize(
    ("array", "advice"),
    [
        (np.zeros((3, 5, 3), dtype=np.uint16), "array >> 8"),
        (np.zeros((3, 5, 3), dtype=np.int64), r"astype\(np.uint8\) if it spans 0 to 255"),
        (np.zeros((3, 5, 3), dtype=np.complex64), "scale it to 0..255"),
        (np.full((3, 5, 3), 254.5), r"got 254.5 to 254.5; write array.round\(\)"),
        (np.full((3, 5, 3), -2.5), "got -2.5 to -2.5; undo the normalisation"),
        (np.full((3, 5, 3), np.nan), "holds NaN"),
        (np.full((3, 5, 3), np.inf), "got inf to inf; undo"),
    ],
)
def test_an_array_of_other_numbers_is_refused_with_advice(array: np.ndarray, advice: str) -> None:
    with pytest.raises(ImageError, match=advice):
        open_image(array)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_an_array_of_floats_is_from_black_to_white(dtype: type) -> None:
    pixels = np.arange(45, dtype=np.uint8).reshape(3, 5, 3) * 5
    assert np.array_equal(open_image((pixels / 255).astype(dtype)).pixels, pixels)


def test_true_is_white() -> None:
    assert open_image(np.array([[True, False]])).pixels.tolist() == [[[255] * 3, [0] * 3]]


def test_an_array_of_one_channel_is_grey() -> None:
    grey = np.arange(15, dtype=np.uint8).reshape(3, 5, 1)
    assert np.array_equal(open_image(grey).pixels, np.concatenate([grey] * 3, axis=-1))


@pytest.mark.parametrize("kind", [bytearray, memoryview])
def test_other_bytes_are_opened(kind: type) -> None:
    assert np.array_equal(open_image(kind(saved(gradient(), "PNG"))).pixels, gradient())


def test_whatever_gives_an_array_is_opened() -> None:
    class Frame:
        def __array__(self, dtype: object = None, copy: object = None) -> np.ndarray:
            return np.asarray(gradient())

    assert np.array_equal(open_image(Frame()).pixels, gradient())


def test_a_tensor_is_opened_channels_first_or_last() -> None:
    torch = pytest.importorskip("torch")
    pixels = np.array(gradient())
    last = torch.from_numpy(pixels)
    first = last.permute(2, 0, 1)
    learned = (first / 255).to(torch.float64).requires_grad_()
    for tensor in (last, first, learned, (first / 255).float()):
        image = open_image(tensor)
        assert np.array_equal(image.pixels, pixels)
        assert image.source == "tensor"
    white = open_image(torch.ones(3, 4, 5, dtype=torch.bfloat16)).pixels
    assert (white == 255).all()
    with pytest.raises(ImageError, match=r"take one picture of the batch, as array\[0\]"):
        open_image(first[None])


def test_an_array_with_channels_first_is_refused_with_advice() -> None:
    with pytest.raises(ImageError, match=r"transpose\(1, 2, 0\)"):
        open_image(np.zeros((3, 5, 7), dtype=np.uint8))


@pytest.mark.parametrize("shape", [(7,), (2, 5, 7, 3), (0, 5), (5, 0, 3), (5, 7, 2)])
def test_an_array_of_another_shape_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ImageError, match="an array"):
        open_image(np.zeros(shape, dtype=np.uint8))


def test_something_else_is_refused() -> None:
    class Unreadable:
        read = 3

    with pytest.raises(ImageError, match="got Unreadable"):
        open_image(Unreadable())


def test_a_missing_file_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match=r"none\.png.*there is no such file"):
        open_image(tmp_path / "none.png")


def test_a_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="it is a directory"):
        open_image(tmp_path)


def test_a_pipe_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ImageError, match="pipe, socket or device"):
        open_image(tmp_path / "pipe")


def test_a_file_swapped_for_a_pipe_is_refused_without_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gradient().save(tmp_path / "picture.png")
    os.mkfifo(tmp_path / "pipe")
    before = (tmp_path / "picture.png").stat()
    monkeypatch.setattr(Path, "stat", lambda self: before)  # as it was a moment ago

    def end_the_wait() -> None:
        os.close(os.open(tmp_path / "pipe", os.O_WRONLY))

    timer = threading.Timer(5, end_the_wait)
    timer.start()
    with pytest.raises(ImageError, match="pipe, socket or device"):
        open_image(str(tmp_path / "pipe"))
    timer.cancel()


def test_a_path_of_bytes_is_opened(tmp_path: Path) -> None:
    class BytesPath:
        def __fspath__(self) -> bytes:
            return os.fsencode(tmp_path / "picture.png")

    gradient().save(tmp_path / "picture.png")
    image = open_image(BytesPath())
    assert image.source == str(tmp_path / "picture.png")
    assert picture_size(BytesPath()) == image.size


def test_a_missing_file_is_refused_where_the_working_folder_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    with pytest.raises(ImageError, match="no such file, seen from a working folder that is gone"):
        open_image("none.png")


def test_a_file_without_permission_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "picture.png"
    gradient().save(path)
    path.chmod(0)
    if os.access(path, os.R_OK):  # root may read all

        def denied(path: str, flags: int) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(os, "open", denied)
    with pytest.raises(ImageError, match="permission denied"):
        open_image(path)


@pytest.mark.parametrize("name", ["a\0b", "x" * 5000])
def test_a_path_that_cannot_be_is_refused(name: str) -> None:
    with pytest.raises(ImageError, match="it cannot be read"):
        open_image(name)


def test_empty_bytes_are_refused() -> None:
    with pytest.raises(ImageError, match="it is empty"):
        open_image(b"")


def test_an_exhausted_file_is_refused_with_advice() -> None:
    with pytest.raises(ImageError, match=r"seek\(0\) first"):
        open_image(io.BytesIO())


def test_a_closed_file_is_refused() -> None:
    file = io.BytesIO(b"x")
    file.close()
    with pytest.raises(ImageError, match="closed"):
        open_image(file)


def test_a_text_file_is_refused_with_advice() -> None:
    with pytest.raises(ImageError, match="open it in 'rb' mode"):
        open_image(io.StringIO("text"))


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (saved(gradient(), "ICO"), "icon"),
        (saved(gradient(), "PPM"), "Netpbm"),
        (b"%PDF-1.7", "PDF"),
        (b'<?xml version="1.0"?>\n<!-- a --><svg xmlns="x">', "SVG"),
        (b"  <svg>", "SVG"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b"\0\0\0\x1cftypisom", "video"),
        (b"\0\0\0\x0cJXL \r\n", "JPEG XL"),
        (b"PK\x03\x04", "ZIP"),
        (b'{"error": 1}', "JSON"),
    ],
)
def test_another_kind_of_file_is_refused_by_its_name(data: bytes, kind: str) -> None:
    with pytest.raises(ImageError, match=f"looks like a {kind} file; Deixis opens PNG, JPEG, WebP"):
        open_image(data)


def test_unknown_bytes_are_refused() -> None:
    with pytest.raises(ImageError, match="no picture file that is known"):
        open_image(b"just words")


def test_many_comments_are_sniffed_at_once() -> None:
    with pytest.raises(ImageError, match="no picture file"):
        open_image(b"<!---->" * 200)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_side_above_the_limit_is_refused(kind: str) -> None:
    with pytest.raises(ImageError, match=r"7x5 pixels has a side above the limit of 6"):
        open_image(saved(gradient(), kind), limits=ImageLimits(max_side=6))


@pytest.mark.parametrize("source", [gradient(), np.zeros((5, 7), dtype=np.uint8)])
def test_limits_hold_for_pictures_in_memory(source: PIL.Image | np.ndarray) -> None:
    with pytest.raises(ImageError, match="35 pixels, above the limit of 34"):
        open_image(source, limits=ImageLimits(max_pixels=34))


def test_a_file_above_the_byte_limit_is_refused_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "picture.png"
    with path.open("wb") as file:
        file.truncate(2**31)
    monkeypatch.delattr(os, "open")
    with pytest.raises(ImageError, match="larger than the limit of 67108864 bytes"):
        open_image(path)


@pytest.mark.parametrize("wrap", [bytes, io.BytesIO])
def test_bytes_above_the_limit_are_refused(wrap: type) -> None:
    with pytest.raises(ImageError, match="larger than the limit of 20 bytes"):
        open_image(wrap(saved(gradient(), "PNG")), limits=ImageLimits(max_bytes=20))


def test_a_data_url_above_the_limit_is_refused() -> None:
    with pytest.raises(ImageError, match="larger than the limit of 20 bytes"):
        open_image("data:image/png;base64," + "A" * 99, limits=ImageLimits(max_bytes=20))


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("data:image/png,abc", "is written data:image/png;base64"),
        ("data:image/png;base64,é", "base64 is broken"),
        ("data:image/png;base64,AAAAA", "base64 is broken"),
        ("data:image/png;base64,", "it is empty"),
    ],
)
def test_a_broken_data_url_is_refused(url: str, reason: str) -> None:
    with pytest.raises(ImageError, match=reason):
        open_image(url)


def test_another_scheme_is_refused() -> None:
    with pytest.raises(FetchError, match="ftp:// URLs are not opened"):
        open_image("ftp://example.org/a.png")


def test_limits_of_nothing_are_refused() -> None:
    with pytest.raises(UsageError, match="at least 1"):
        ImageLimits(max_side=0)
