"""Arrays of MATLAB's level 5 files, as far as SVHN needs them: whole numbers, maybe compressed.

Read here rather than by scipy, which would be a dependency for one data set, and which reads what
nobody needs (cells, structures, objects, as deep as a file says). Whatever a file holds, what is
made of it is bounded by what the file is long.
"""

import itertools
import math
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from deixis.core.errors import UsageError
from deixis.core.files import read_bytes

HEADER, TAG = 128, 8
COMPRESSED, MATRIX = 15, 14
MOST = 2 << 30  # bytes of all arrays
LONGEST = 2 << 30  # bytes of a file
ALWAYS, RATIO = 64 << 20, 20  # bytes that may be unpacked of any file, and of each packed byte
MOST_ELEMENTS = 1000  # of a file
SMALL = 4  # bytes of an element in its tag
PARTS = 4  # of an array: flags, sides, name, numbers
KINDS = {1: "i1", 2: "u1", 3: "<i2", 4: "<u2", 5: "<i4", 6: "<u4", 9: "<f8"}


def arrays_of(path: Path) -> dict[str, np.ndarray]:
    """The arrays of a file by their names; UsageError says why it is refused."""
    try:
        content = read_bytes(path, most=LONGEST)
        if content[126:128] != b"IM":
            raise ValueError("its header is not that of a little-endian level 5 file")
        return dict(map(_array, _matrices(memoryview(content)[HEADER:])))
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror or error}") from None
    except (ValueError, KeyError, struct.error, zlib.error) as broken:
        raise UsageError(f"{path} is no MATLAB file that Deixis reads: {broken}") from None


def _matrices(content: memoryview) -> Iterator[memoryview]:
    """The bodies of all arrays, unpacked; together they stay within what the file may hold."""
    left = most = min(MOST, max(ALWAYS, RATIO * len(content)))
    for number, (kind, body) in enumerate(_elements(content)):
        if number == MOST_ELEMENTS:
            raise ValueError(f"it has more than {MOST_ELEMENTS} elements")
        if kind == MATRIX:
            yield body
        if kind != COMPRESSED:
            continue
        whole = zlib.decompressobj().decompress(body, left + 1)
        if len(whole) > left:
            raise ValueError(f"its arrays have more than {most} bytes")
        left -= len(whole)
        inside, body = next(_elements(memoryview(whole)), (0, body))
        if inside != MATRIX:
            raise ValueError("what is compressed is an array")
        yield body


def _elements(content: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Kind and body of each element, one after the other; nothing is copied."""
    place = 0
    while place + TAG <= len(content):
        kind, size = struct.unpack_from("<II", content, place)
        if kind >> 16:  # a small element: its body is in its tag
            if kind >> 16 > SMALL:
                raise ValueError("an element of its tag is longer than that")
            yield kind & 0xFFFF, content[place + 4 : place + 4 + (kind >> 16)]
            place += TAG
            continue
        body = content[place + TAG : place + TAG + size]
        if len(body) != size:
            raise ValueError("it ends within an element")
        yield kind, body
        place += TAG + size + (0 if kind == COMPRESSED else -size % TAG)


def _array(body: memoryview) -> tuple[str, np.ndarray]:
    found = list(itertools.islice(_elements(body), PARTS))
    if len(found) != PARTS:
        raise ValueError(f"an array has {PARTS} parts, got {len(found)}")
    _, (_, sides), (_, name), (kind, numbers) = found
    shape = np.frombuffer(sides, dtype="<i4").tolist()
    if kind not in KINDS:
        raise ValueError(f"numbers of the kind {kind} are not read")
    flat = np.frombuffer(numbers, dtype=KINDS[kind])
    if min(shape, default=-1) < 0 or math.prod(shape) != flat.size:
        raise ValueError(f"{flat.size} numbers do not fill {len(shape)} sides")
    return bytes(name).decode("ascii"), flat.reshape(shape, order="F")
