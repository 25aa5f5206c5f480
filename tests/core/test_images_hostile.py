"""10,000 mutated picture files: each opens or is refused, in little memory, and the process lives.

They are opened in a process of their own, since a limit on memory and a crash are a process's.
"""

import io
import json
import os
import resource
import struct
import subprocess
import sys
import warnings
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from PIL import Image as PIL

from deixis.core.errors import ImageError
from deixis.core.images import ImageLimits, open_image

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits memory as Linux does")
Option = TypeVar("Option")
NUM_FILES = 10_000
SEED = 2
MEMORY = 64 * 2**20  # bytes beyond what the imports took; a picture at the cap decodes in 16 MB
SECONDS = 120


def opened_files() -> dict[str, int | list[str]]:
    """How the files went, from a process that runs this very file."""
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, str(Path(__file__).resolve())],
        capture_output=True,
        env=environment,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def tally() -> dict[str, object]:
    """The outcome, counted once."""
    return opened_files()


@pytest.mark.long
def test_every_mutated_file_opens_or_is_refused(tally: dict[str, object]) -> None:
    assert tally["opened"] + tally["refused"] == NUM_FILES


def test_the_mutations_reach_the_decoder(tally: dict[str, object]) -> None:
    assert tally["opened"] > NUM_FILES / 20
    assert tally["undecodable"] > NUM_FILES / 20


def test_no_mutated_file_runs_into_the_memory_limit(tally: dict[str, object]) -> None:
    assert tally["out_of_memory"] == 0


def test_no_mutated_file_makes_a_warning(tally: dict[str, object]) -> None:
    assert tally["warnings"] == []


def main() -> None:
    """Open the files under the memory limit and print the tally."""
    limits = ImageLimits(max_bytes=2**20, max_pixels=2**20, max_side=2**14)
    generator = np.random.default_rng(SEED)
    seeds = seed_files()
    for data in seeds:
        open_image(data, limits=limits)  # all that is loaded once is loaded
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    tally = {"opened": 0, "refused": 0, "undecodable": 0, "out_of_memory": 0}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for number in range(NUM_FILES):
            data = mutated(seeds, number, generator)
            try:
                open_image(data, limits=limits)
                tally["opened"] += 1
            except ImageError as error:
                tally["refused"] += 1
                tally["undecodable"] += "cannot be decoded" in str(error)
                tally["out_of_memory"] += "memory" in str(error)
    sys.stdout.write(json.dumps(tally | {"warnings": [str(w.message) for w in caught]}))


def seed_files() -> list[bytes]:
    """One small file of each kind that is opened."""
    rows, columns = np.mgrid[0:24, 0:40]
    numbers = np.stack([rows * 10, columns * 6, rows * columns % 256], -1).astype(np.uint8)
    picture = PIL.fromarray(numbers)
    exif = PIL.Exif()
    exif[0x0112] = 6
    more = {"save_all": True, "append_images": [picture.rotate(180)]}
    return [
        written(picture, "PNG", exif=exif),
        written(picture.quantize(16), "PNG", transparency=bytes(range(0, 256, 16))),
        written(PIL.fromarray(numbers[:, :, 0].astype(np.uint16) * 257), "PNG"),
        written(picture.quantize(4), "PNG"),
        written(picture.convert("1"), "PNG"),
        written(picture.convert("L"), "PNG", transparency=60),
        written(picture.convert("RGBA"), "PNG", **more),
        written(picture, "JPEG", exif=exif),
        written(picture, "JPEG", progressive=True),
        written(picture.convert("CMYK"), "JPEG"),
        written(picture, "MPO", **more),
        written(picture, "WEBP", exif=exif),
        written(picture.convert("RGBA"), "WEBP", lossless=True),
        written(picture, "WEBP", **more),
    ]


def written(picture: PIL.Image, kind: str, **options: object) -> bytes:
    """A picture as a file."""
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def mutated(seeds: list[bytes], number: int, generator: np.random.Generator) -> bytes:
    """One seed, changed in one of eight ways; half of the PNGs get right checksums again."""
    ways = (flipped, truncated, resized, swapped, spliced, repeated, filled, lacking)
    data = ways[number % len(ways)](bytearray(picked(generator, seeds)), seeds, generator)
    return with_checksums(data) if generator.random() < 0.5 else bytes(data)


def picked(generator: np.random.Generator, options: Sequence[Option]) -> Option:
    """One of them."""
    return options[int(generator.integers(len(options)))]


def flipped(data: bytearray, seeds: list[bytes], generator: np.random.Generator) -> bytearray:
    """Some bits turned."""
    for _ in range(picked(generator, (1, 1, 2, 5, 30))):
        data[generator.integers(len(data))] ^= 1 << int(generator.integers(8))
    return data


def truncated(data: bytearray, seeds: list[bytes], generator: np.random.Generator) -> bytearray:
    """The end is missing."""
    return data[: generator.integers(len(data))]


def resized(data: bytearray, seeds: list[bytes], generator: np.random.Generator) -> bytearray:
    """Another width or height in the header, some of them huge."""
    order = "big"
    if data.startswith(b"\x89PNG"):
        places, size = (16, 20), 4
    elif data.startswith(b"RIFF"):
        order = "little"
        places, size = ((24, 27), 3) if data[12:16] == b"VP8X" else ((26, 28), 2)
    else:
        frame = max(data.find(b"\xff\xc0"), data.find(b"\xff\xc2"))
        places, size = (frame + 5, frame + 7), 2
    value = picked(generator, (0, 1, 41, 255, 1000, 9000, 16383, 65535, 2**24 - 1, 2**32 - 1))
    for at in picked(generator, (places[:1], places[1:], places)):
        data[at : at + size] = (value % 256**size).to_bytes(size, order)
    return data


def swapped(data: bytearray, seeds: list[bytes], generator: np.random.Generator) -> bytearray:
    """Two pieces change their places."""
    a, b, c, d = sorted(generator.integers(len(data)) for _ in range(4))
    return data[:a] + data[c:d] + data[b:c] + data[a:b] + data[d:]


def spliced(data: bytearray, seeds: list[bytes], generator: np.random.Generator) -> bytearray:
    """The start of one file and the end of another."""
    other = picked(generator, seeds)
    return data[: generator.integers(len(data))] + other[generator.integers(len(other)) :]


def repeated(data: bytearray, seeds: list[bytes], generator: np.random.Generator) -> bytearray:
    """One piece many times."""
    start, end = sorted(generator.integers(len(data)) for _ in range(2))
    times = picked(generator, (2, 20, 200))
    return data[:start] + data[start:end] * times + data[end:]


def filled(data: bytearray, seeds: list[bytes], generator: np.random.Generator) -> bytearray:
    """One piece of equal bytes."""
    start = generator.integers(len(data))
    end = min(len(data), start + picked(generator, (1, 4, 16, 200)))
    data[start:end] = bytes([picked(generator, (0, 1, 127, 255))]) * (end - start)
    return data


def lacking(data: bytearray, seeds: list[bytes], generator: np.random.Generator) -> bytearray:
    """A chunk or segment of the file is missing, whole."""
    names = (b"PLTE", b"tRNS", b"IDAT", b"VP8X", b"EXIF", b"\xff\xdb", b"\xff\xc4", b"\xff\xc0")
    at = data.find(picked(generator, [name for name in names if name in data] or [b""]))
    if data.startswith(b"\x89PNG"):
        at, length = at - 4, 12 + int.from_bytes(data[at - 4 : at], "big")
    elif data.startswith(b"RIFF"):
        length = 8 + int.from_bytes(data[at + 4 : at + 8], "little")
    else:
        length = 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return data[:at] + data[at + length :]


def with_checksums(data: bytearray) -> bytes:
    """Right checksums for each chunk of a PNG that is still in its place."""
    at = 8
    while data.startswith(b"\x89PNG") and at + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        end = at + 12 + length
        if end > len(data):
            break
        data[end - 4 : end] = struct.pack(">I", zlib.crc32(data[at + 4 : end - 4]))
        at = end
    return bytes(data)


if __name__ == "__main__":
    main()
