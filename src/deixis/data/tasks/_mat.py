"""Arrays of MATLAB's level 5 files, as far as SVHN needs them: whole numbers, maybe compressed."""

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from deixis.core.errors import UsageError

HEADER, TAG = 128, 8
COMPRESSED, MATRIX = 15, 14
MOST = 2 << 30  # bytes of an array
KINDS = {1: "i1", 2: "u1", 3: "<i2", 4: "<u2", 5: "<i4", 6: "<u4", 9: "<f8"}


def arrays_of(path: Path) -> dict[str, np.ndarray]:
    """The arrays of a file by their names; UsageError says why it is refused."""
    try:
        content = path.read_bytes()
        if content[126:128] != b"IM":
            raise ValueError("its header is not that of a little-endian level 5 file")
        return dict(_array(body) for kind, body in _elements(content[HEADER:]) if kind == MATRIX)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror or error}") from None
    except (ValueError, KeyError, struct.error, zlib.error, UnicodeDecodeError) as broken:
        raise UsageError(f"{path} is no MATLAB file that Deixis reads: {broken}") from None


def _elements(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Kind and body of each element, one after the other."""
    place = 0
    while place + TAG <= len(content):
        kind, size = struct.unpack_from("<II", content, place)
        if kind >> 16:  # a small element: its body is in its tag
            yield kind & 0xFFFF, content[place + 4 : place + 4 + (kind >> 16)]
            place += TAG
            continue
        body = content[place + TAG : place + TAG + size]
        if len(body) != size:
            raise ValueError("it ends within an element")
        place += TAG + size
        if kind == COMPRESSED:
            unpacking = zlib.decompressobj()
            whole = unpacking.decompress(body, MOST)
            if unpacking.unconsumed_tail:
                raise ValueError(f"an array has more than {MOST} bytes")
            yield from _elements(whole)
        else:
            yield kind, body
            place += -size % TAG


def _array(body: bytes) -> tuple[str, np.ndarray]:
    _, (_, sides), (_, name), (kind, numbers) = list(_elements(body))[:4]
    shape = np.frombuffer(sides, dtype="<i4").tolist()
    flat = np.frombuffer(numbers, dtype=KINDS[kind])
    return name.decode("ascii"), flat.reshape(shape, order="F")
