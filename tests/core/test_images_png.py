"""PNGs that PIL does not write: 16 bits, colour keys, wrong chunks and hostile headers."""

import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image as PIL

from deixis.core.errors import ImageError
from deixis.core.image import Image
from deixis.core.images import ImageLimits, open_image


def saved(picture: PIL.Image, kind: str, **options: object) -> bytes:
    """A picture as a file."""
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def gradient(width: int = 7, height: int = 5) -> PIL.Image:
    """A picture of which no turn looks like another."""
    numbers = np.arange(width * height * 3, dtype=np.uint8).reshape(height, width, 3)
    return PIL.fromarray(numbers * 2)


def chunk(name: bytes, body: bytes) -> bytes:
    """A PNG chunk with its checksum."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(depth: int, color_type: int, rows: list[bytes], width: int, *extra: bytes) -> bytes:
    """A PNG written by hand, for kinds that PIL cannot write."""
    header = struct.pack(">IIBBBBB", width, len(rows), depth, color_type, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(b"".join(b"\0" + row for row in rows)))
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + b"".join(extra)
        + pixels
        + chunk(b"IEND", b"")
    )


def pixel(source: object, x: int = 0, y: int = 0) -> tuple[int, ...]:
    """One pixel of an opened picture."""
    return tuple(int(value) for value in open_image(source).pixels[y, x])


@given(pixels=arrays(np.uint8, st.tuples(st.integers(1, 12), st.integers(1, 15), st.just(3))))
def test_an_array_comes_back_from_its_png(pixels: np.ndarray) -> None:
    assert np.array_equal(open_image(Image(pixels=pixels).png()).pixels, pixels)


def test_a_16_bit_colour_png_is_scaled_to_8() -> None:
    data = png(16, 2, [struct.pack(">3H", 0x1234, 0x5678, 0xFFFF)], 1)
    assert pixel(data) == (0x12, 0x56, 0xFF)


def test_a_16_bit_png_with_alpha_lies_on_white() -> None:
    data = png(16, 6, [struct.pack(">8H", 0, 0, 0, 0, 0xABCD, 0, 0, 0xFFFF)], 2)
    assert (pixel(data), pixel(data, 1)) == ((255, 255, 255), (0xAB, 0, 0))


def test_a_16_bit_grey_png_with_alpha_lies_on_white() -> None:
    data = png(16, 4, [struct.pack(">4H", 0, 0, 0xABCD, 0xFFFF)], 2)
    assert (pixel(data), pixel(data, 1)) == ((255, 255, 255), (0xAB, 0xAB, 0xAB))


@pytest.mark.parametrize(
    ("depth", "row", "key"),
    [(1, b"\x80", 1), (2, b"\x40", 1), (4, b"\x50", 5), (8, b"\x07\x00", 7)],
)
def test_the_transparent_grey_of_a_png_becomes_white(depth: int, row: bytes, key: int) -> None:
    data = png(depth, 0, [row], 2, chunk(b"tRNS", struct.pack(">H", key)))
    assert (pixel(data), pixel(data, 1)) == ((255, 255, 255), (0, 0, 0))


def test_the_transparent_16_bit_grey_of_a_png_becomes_white() -> None:
    row = struct.pack(">2H", 0x0700, 0)
    data = png(16, 0, [row], 2, chunk(b"tRNS", struct.pack(">H", 0x0700)))
    assert (pixel(data), pixel(data, 1)) == ((255, 255, 255), (0, 0, 0))


@pytest.mark.parametrize(("depth", "letter"), [(8, "B"), (16, "H")])
def test_the_transparent_colour_of_a_png_becomes_white(depth: int, letter: str) -> None:
    shift = depth - 8
    row = struct.pack(f">6{letter}", *(value << shift for value in (1, 2, 3, 1, 2, 4)))
    key = struct.pack(">3H", *(value << shift for value in (1, 2, 3)))
    data = png(depth, 2, [row], 2, chunk(b"tRNS", key))
    assert (pixel(data), pixel(data, 1)) == ((255, 255, 255), (1, 2, 4))


def test_profiles_and_texts_are_left_out() -> None:
    data = saved(gradient(), "PNG", icc_profile=b"no profile at all")
    bomb = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(10**7)))
    assert np.array_equal(open_image(data[:33] + bomb + data[33:]).pixels, gradient())


def test_a_png_without_its_end_is_refused() -> None:
    with pytest.raises(ImageError, match="the PNG is cut short"):
        open_image(saved(gradient(), "PNG")[:-12])


@pytest.mark.parametrize("name", [b"IHDR", b"IDAT"])
def test_a_wrong_checksum_is_refused(name: bytes) -> None:
    data = bytearray(saved(gradient(), "PNG"))
    data[data.index(name) + 6] ^= 1
    with pytest.raises(ImageError, match=rf"wrong checksum of b'{name.decode()}'"):
        open_image(bytes(data))


def test_a_png_that_inflates_to_too_little_is_refused() -> None:
    with pytest.raises(ImageError, match="the PNG cannot be decoded"):
        open_image(png(8, 2, [b"\1\2\3"], 1000))


def test_a_png_of_an_unknown_colour_type_is_refused() -> None:
    with pytest.raises(ImageError, match="header is damaged"):
        open_image(png(8, 5, [b"\1"], 1))


def test_a_png_with_two_headers_is_refused() -> None:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 9, 9, 8, 2, 0, 0, 0))
    with pytest.raises(ImageError, match="two headers"):
        open_image(png(8, 2, [b"\1\2\3"], 1, header))


def test_a_png_with_a_foreign_critical_chunk_is_refused() -> None:
    with pytest.raises(ImageError, match=r"not PNG's own: b'CgBI'"):
        open_image(png(8, 2, [b"\1\2\3"], 1, chunk(b"CgBI", b"")))


def test_a_png_without_pixels_is_refused() -> None:
    with pytest.raises(ImageError, match="0x1, a picture without pixels"):
        open_image(png(8, 2, [b""], 0))


def test_a_pixel_bomb_is_refused_before_it_is_decoded() -> None:
    data = png(8, 2, [b""], 30_000)
    tall = data[:20] + struct.pack(">I", 30_000) + data[24:29]
    bomb = tall + struct.pack(">I", zlib.crc32(tall[12:29])) + data[33:]
    with pytest.raises(ImageError, match="900000000 pixels, above the limit of 64000000"):
        open_image(bomb)


def test_pillows_own_pixel_limit_is_told_not_warned() -> None:
    data = png(8, 2, [b""], 100_000_000)
    limits = ImageLimits(max_pixels=10**9, max_side=10**9)
    with pytest.raises(ImageError, match="Pillow itself stops at 89478485"):
        open_image(data, limits=limits)


def test_a_palette_png_without_its_palette_is_refused() -> None:
    data = png(8, 3, [b"\0"], 1)
    assert len(data) == 67
    with pytest.raises(ImageError, match="of a palette that it lacks"):
        open_image(data)
