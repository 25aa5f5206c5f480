"""Pictures: bytes, files and data URLs."""

import base64
import io
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import final

import numpy as np
from PIL import Image as PIL
from PIL import features

from deixis.core.images import open_image, picture_size
from fuzz import hostile
from fuzz.mutate import bytes_mutant
from fuzz.targets import Target
from fuzz.trying import tried

SIGNATURE = b"\x89PNG\r\n\x1a\n"
HEIC = Path(__file__).parents[2] / "tests/core/small.heic"
PACKINGS = (None, "tiff_lzw", "tiff_deflate", "packbits", "jpeg")
MODES = ("1", "L", "LA", "P", "RGB", "RGBA")


@final
class Pictures(Target):
    """A picture's file."""

    def seeds(self) -> Sequence[bytes]:
        """PNG of every mode, and some kinds of all else that is opened."""
        generator = np.random.default_rng(0)
        array = generator.integers(0, 256, (12, 19, 4), dtype=np.uint8)
        whole = PIL.fromarray(array)
        files = [_file(whole.convert(mode), "PNG") for mode in MODES]
        exif = PIL.Exif()
        exif[0x0112] = 6
        rgb = whole.convert("RGB")
        files += [_file(rgb.convert("P"), "PNG"), _file(rgb.convert("L").convert("I;16"), "PNG")]
        files += [_file(rgb, "JPEG", quality=80), _file(rgb, "JPEG", progressive=True, exif=exif)]
        files += [_file(rgb.convert("L"), "JPEG"), _file(rgb.convert("CMYK"), "JPEG")]
        files += [_file(whole, "WEBP", lossless=True), _file(rgb, "WEBP", exif=exif)]
        files += [_file(rgb.convert("P"), "GIF"), _film(rgb.convert("P"), "GIF", transparency=3)]
        files += [_file(whole.convert(mode), "BMP") for mode in ("1", "P", "RGB", "RGBA")]
        files += [_file(rgb, "TIFF", compression=packing) for packing in PACKINGS]
        files += [_film(whole, "TIFF", big_tiff=True), _file(whole.convert("1"), "TIFF", exif=exif)]
        if features.check("avif"):
            files += [_file(whole, "AVIF", exif=exif), _film(rgb, "AVIF")]
        files.append(HEIC.read_bytes())
        return [*files, _file(whole.convert("P"), "PNG", transparency=3, exif=exif)]

    def mutant(self, data: bytes, generator: np.random.Generator) -> bytes:
        """Changed as bytes, or a PNG's chunk with its checksum made right again."""
        if data.startswith(SIGNATURE) and generator.random() < 0.8:
            return _chunks_changed(data, generator)
        return bytes_mutant(data, generator)

    def run(self, data: bytes) -> None:
        """Open it in each of the ways."""
        opened = tried(open_image, data)
        path = self.folder / "picture"
        path.write_bytes(data)
        size = tried(picture_size, path)
        other = tried(open_image, f"data:image/png;base64,{base64.b64encode(data).decode()}")
        assert (opened is None) == (other is None)
        if opened is not None:
            assert opened.pixels.shape == (size.height, size.width, 3)
            assert np.array_equal(opened.pixels, other.pixels)


def _file(image: PIL.Image, kind: str, **settings: object) -> bytes:
    written = io.BytesIO()
    image.save(written, kind, **settings)
    return written.getvalue()


def _film(image: PIL.Image, kind: str, **settings: object) -> bytes:
    return _file(image, kind, save_all=True, append_images=[image.rotate(180)], **settings)


def _chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    chunks, at = [], len(SIGNATURE)
    while at + 8 <= len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        chunks.append((data[at + 4 : at + 8], data[at + 8 : at + 8 + length]))
        at += length + 12
    return chunks


def _chunks_changed(data: bytes, generator: np.random.Generator) -> bytes:
    chunks = _chunks(data)
    if not chunks:
        return bytes_mutant(data, generator)
    at = int(generator.integers(len(chunks)))
    name, body = chunks[at]
    match int(generator.integers(6)):
        case 0:
            del chunks[at]
        case 1:
            chunks.insert(int(generator.integers(len(chunks) + 1)), chunks[at])
        case 2:
            chunks[at : at + 1] = [(name, body)] * hostile.many(generator, 2000)
        case 3 if name == b"IDAT":
            chunks[at] = (name, _packed_again(body, generator))
        case 4:
            chunks[at] = (bytes(generator.choice([b"IDAT", b"PLTE", b"tRNS", b"eXIf"])), body)
        case _:
            chunks[at] = (name, bytes_mutant(body, generator))
    return SIGNATURE + b"".join(_chunk(*chunk) for chunk in chunks)


def _packed_again(body: bytes, generator: np.random.Generator) -> bytes:
    """The pixels changed, not their compression."""
    try:
        return zlib.compress(bytes_mutant(zlib.decompress(body), generator))
    except zlib.error:
        return bytes_mutant(body, generator)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
