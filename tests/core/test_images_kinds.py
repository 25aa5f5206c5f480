"""Every kind of picture that is opened, and how it becomes upright RGB."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra.numpy import array_shapes, arrays
from PIL import Image as PIL

from deixis.core.errors import ImageError
from deixis.core.images import open_image
from deixis.core.picture_headers import read_jpeg

RED = (255, 0, 0)

TURNS = {  # how a camera with this orientation stores an upright picture
    1: None,
    2: PIL.Transpose.FLIP_LEFT_RIGHT,
    3: PIL.Transpose.ROTATE_180,
    4: PIL.Transpose.FLIP_TOP_BOTTOM,
    5: PIL.Transpose.TRANSPOSE,
    6: PIL.Transpose.ROTATE_90,
    7: PIL.Transpose.TRANSVERSE,
    8: PIL.Transpose.ROTATE_270,
}


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


def exif_of(orientation: int) -> bytes:
    """An EXIF block with one tag."""
    exif = PIL.Exif()
    exif[0x0112] = orientation
    return exif.tobytes()


def pixel(source: object, x: int = 0, y: int = 0) -> tuple[int, ...]:
    """One pixel of an opened picture."""
    return tuple(int(value) for value in open_image(source).pixels[y, x])


@given(pixels=arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, max_side=9)))
def test_a_grey_png_becomes_rgb(pixels: np.ndarray) -> None:
    opened = open_image(saved(PIL.fromarray(pixels), "PNG")).pixels
    assert np.array_equal(opened, np.stack([pixels] * 3, axis=-1))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize(("kind", "options"), [("PNG", {}), ("WEBP", {"lossless": True})])
def test_each_orientation_gives_the_upright_picture(
    kind: str, options: dict[str, object], orientation: int
) -> None:
    turn = TURNS[orientation]
    stored = gradient() if turn is None else gradient().transpose(turn)
    data = saved(stored, kind, exif=exif_of(orientation), **options)
    assert np.array_equal(open_image(data).pixels, gradient())


@pytest.mark.parametrize("orientation", range(1, 9))
def test_each_orientation_of_a_jpeg_gives_the_upright_picture(orientation: int) -> None:
    turn = TURNS[orientation]
    stored = smooth() if turn is None else smooth().transpose(turn)
    data = saved(stored, "JPEG", exif=exif_of(orientation), quality=98, subsampling=0)
    difference = open_image(data).pixels.astype(int) - np.asarray(smooth())
    assert np.abs(difference).max() <= 6


def test_a_pil_picture_is_turned_by_its_exif() -> None:
    stored = PIL.open(io.BytesIO(saved(gradient(), "PNG", exif=exif_of(3))))
    assert np.array_equal(open_image(stored).pixels, np.asarray(gradient())[::-1, ::-1])


@pytest.mark.parametrize(
    "exif",
    [
        b"Exif\0\0",
        b"Exif\0\0II*\0\xff\xff\xff\xff",
        b"Exif\0\0MM\0*\0\0\0\x08\xff\xff",
        b"Exif\0\0junk that is no TIFF",
        exif_of(9),
    ],
)
def test_an_unreadable_exif_leaves_the_picture_as_stored(exif: bytes) -> None:
    data = saved(smooth(), "JPEG", exif=exif, quality=95)
    assert open_image(data) == open_image(saved(smooth(), "JPEG", quality=95))


def test_an_exif_that_lists_several_orientations_leaves_the_picture_as_stored() -> None:
    entry = b"\x01\x12\0\x03\0\0\0\x04\0\x06\0\0"  # their place in the file, not the first of them
    exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01" + entry + bytes(4)
    data = saved(smooth(), "JPEG", exif=exif, quality=95)
    assert open_image(data) == open_image(saved(smooth(), "JPEG", quality=95))


def riff(body: bytes) -> bytes:
    """A WebP of these chunks."""
    return b"RIFF" + (4 + len(body)).to_bytes(4, "little") + b"WEBP" + body


def exif_chunk(orientation: int) -> bytes:
    """A chunk of a WebP with one tag."""
    exif = exif_of(orientation)
    return b"EXIF" + len(exif).to_bytes(4, "little") + exif + bytes(len(exif) % 2)


def test_the_first_exif_of_a_webp_counts() -> None:
    data = saved(smooth(), "WEBP", lossless=True, exif=exif_of(6))
    assert open_image(riff(data[12:] + exif_chunk(3))) == open_image(data)


def test_an_exif_that_a_webp_does_not_announce_is_not_read() -> None:
    data = saved(smooth(), "WEBP", lossless=True)
    assert open_image(riff(data[12:] + exif_chunk(3))) == open_image(data)


@pytest.mark.parametrize("fill", [b"\xff", b"\xff\xd0", b"\xff\x01", b"\0"])
def test_no_bytes_between_a_jpegs_segments_reach_the_decoder(fill: bytes) -> None:
    data = saved(smooth(), "JPEG")
    at = data.index(b"\xff\xc0")
    filled = data[:at] + fill * 500_000 + data[at:]  # Pillow takes half a second for a mebibyte
    assert read_jpeg(filled).data == read_jpeg(data).data


@pytest.mark.parametrize("error", [AssertionError, RecursionError, KeyError, RuntimeError("no")])
def test_whatever_pillow_raises_is_a_refusal(error: Exception | type[Exception]) -> None:
    class Lazy(PIL.Image):
        def load(self) -> None:
            raise error

    picture = Lazy()
    picture._mode, picture._size = "RGB", (3, 2)
    with pytest.raises(ImageError, match="PIL cannot give its pixels"):
        open_image(picture)


def test_a_webp_is_opened() -> None:
    data = saved(gradient(), "WEBP", lossless=True)
    assert np.array_equal(open_image(data).pixels, gradient())


def test_a_lossy_webp_is_opened() -> None:
    difference = open_image(saved(smooth(), "WEBP", quality=95)).pixels.astype(int) - smooth()
    assert np.abs(difference).mean() < 4


def test_a_progressive_jpeg_gives_the_same_as_pil() -> None:
    data = saved(smooth(), "JPEG", progressive=True)
    assert np.array_equal(open_image(data).pixels, PIL.open(io.BytesIO(data)))


def test_a_grey_jpeg_becomes_rgb() -> None:
    assert pixel(saved(PIL.new("L", (5, 3), 128), "JPEG")) == (128, 128, 128)


def test_a_cmyk_jpeg_becomes_rgb() -> None:
    picture = PIL.new("CMYK", (8, 8), (0, 255, 255, 0))
    assert np.allclose(pixel(saved(picture, "JPEG", quality=95)), RED, atol=6)


def test_a_ycck_jpeg_becomes_rgb() -> None:
    # PIL writes Adobe's transform 0 (CMYK); in a grey picture of equal C, M and Y that byte is all
    # that tells YCCK apart, where Y = 255 - C and Cb = Cr = 128
    picture = PIL.new("CMYK", (8, 8), (127, 127, 127, 0))
    data = saved(picture, "JPEG", quality=95)
    at = data.index(b"Adobe") + 11
    assert np.allclose(pixel(data[:at] + b"\x02" + data[at + 1 :]), (128, 128, 128), atol=6)


def test_the_first_picture_of_a_multi_picture_jpeg_is_opened() -> None:
    data = saved(smooth(), "MPO", save_all=True, append_images=[gradient(40, 24)], quality=95)
    assert open_image(data) == open_image(saved(smooth(), "JPEG", quality=95))


def test_bytes_after_a_jpeg_are_left_alone() -> None:
    data = saved(smooth(), "JPEG")
    assert open_image(data + b"\xff\xda" * 300) == open_image(data)


def test_a_one_bit_png_becomes_rgb() -> None:
    assert pixel(saved(PIL.new("1", (5, 3), 1), "PNG")) == (255, 255, 255)


def test_a_palette_png_becomes_rgb() -> None:
    assert pixel(saved(PIL.new("RGB", (5, 3), RED).quantize(4), "PNG")) == RED


@pytest.mark.parametrize("transparency", [1, b"\x00\x00\xff"])
def test_a_palette_with_transparency_lies_on_white(transparency: int | bytes) -> None:
    picture = PIL.new("P", (2, 1), 1)
    picture.putpalette([9, 9, 9, *RED, 0, 0, 255])
    picture.putpixel((1, 0), 2)
    data = saved(picture, "PNG", transparency=transparency)
    assert (pixel(data), pixel(data, 1)) == ((255, 255, 255), (0, 0, 255))


def test_grey_with_alpha_lies_on_white() -> None:
    assert pixel(saved(PIL.new("LA", (5, 3), (0, 128)), "PNG")) == (127, 127, 127)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_colour_with_alpha_lies_on_white(kind: str) -> None:
    picture = PIL.new("RGBA", (5, 3), (0, 0, 200, 128))
    assert pixel(saved(picture, kind, lossless=True)) == (127, 127, 227)


def test_a_16_bit_grey_png_is_scaled_to_8() -> None:
    picture = PIL.fromarray(np.array([[0, 0x1234, 0xFFFF]], dtype=np.uint16))
    assert [pixel(saved(picture, "PNG"), x)[0] for x in range(3)] == [0, 0x12, 0xFF]


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_the_first_frame_of_an_animation_is_opened(kind: str) -> None:
    frames = [PIL.new("RGB", (5, 3), color) for color in ("red", "lime", "blue")]
    data = saved(frames[0], kind, save_all=True, append_images=frames[1:], lossless=True)
    assert pixel(data) == RED


@pytest.mark.parametrize("mode", ["I", "F"])
def test_a_pil_picture_without_a_known_range_is_refused(mode: str) -> None:
    with pytest.raises(ImageError, match=f"mode {mode} has no known range"):
        open_image(PIL.new(mode, (5, 3)))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA", "RGBX", "YCbCr", "HSV", "CMYK"])
def test_a_pil_picture_of_another_mode_becomes_rgb(mode: str) -> None:
    assert str(open_image(PIL.new(mode, (5, 3))).size) == "5x3"


def test_a_pil_picture_of_a_truncated_file_is_refused() -> None:
    picture = PIL.open(io.BytesIO(saved(smooth(), "GIF")[:-200]))
    with picture, pytest.raises(ImageError, match="PIL cannot give its pixels as RGB"):
        open_image(picture)


def test_a_jpeg_of_too_many_scans_is_refused() -> None:
    data = saved(smooth(), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    with pytest.raises(ImageError, match="more than 100 scans"):
        open_image(data[:last] + data[last:-2] * 120 + data[-2:])


def test_a_jpeg_with_two_frames_is_refused() -> None:
    data = saved(smooth(), "JPEG")
    at = data.index(b"\xff\xc0")
    with pytest.raises(ImageError, match="two frame headers"):
        open_image(data[:at] + data[at : at + 19] + data[at:])


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_truncated_file_is_refused(kind: str, share: float) -> None:
    data = saved(smooth(), kind)
    with pytest.raises(ImageError, match=r"cut short|truncated|cannot be decoded"):
        open_image(data[: int(len(data) * share)])
