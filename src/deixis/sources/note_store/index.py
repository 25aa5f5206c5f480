"""An index says where in a store each picture lies, by its content: one file, sorted, read at
once.
"""

import hashlib
import io
import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import final

import numpy as np
from jaxtyping import Int64, UInt64

from deixis.core.errors import ModelError
from deixis.core.files import read_bytes, write_bytes

FILE = "index.npy"
PREFIX = 16  # hex digits of a content hash that pictures are found by
ROW = np.dtype([("key", "<u8"), ("shard", "<i8"), ("row", "<i8")])


def key_of(sha256: str) -> int:
    """The first digits of a content hash are a number."""
    return int(sha256[:PREFIX], 16)


@final
class Index:
    """The first digits of all content hashes are sorted; each has a shard and a row."""

    def __init__(
        self,
        keys: UInt64[np.ndarray, " picture"],
        places: Int64[np.ndarray, "picture 2"],
    ) -> None:
        self.keys, self.places = keys, places

    def places_of(self, sha256: str) -> Iterator[tuple[int, int]]:
        """The hash may be in these shards and rows."""
        key = np.uint64(key_of(sha256))
        first, last = (int(np.searchsorted(self.keys, key, side)) for side in ("left", "right"))
        for shard, row in self.places[first:last]:
            yield int(shard), int(row)

    @classmethod
    def read(cls, folder: Path, digest: str, num_shards: int) -> "Index":
        """The index of this hash is read; ModelError for any other."""
        path = folder / FILE
        try:
            content = read_bytes(path)
            is_whole = hashlib.sha256(content).hexdigest() == digest  # before it is parsed
            table = _table(content) if is_whole else None
        except (OSError, ValueError, EOFError, MemoryError) as broken:
            raise ModelError(f"cannot read {path}: {broken}; extract it again") from None
        if table is None or table.dtype != ROW or table.ndim != 1:
            raise ModelError(f"{path} is not what its manifest says; extract it again")
        if not _within(table, num_shards):
            raise ModelError(f"{path} is not what its manifest says; extract it again")
        places = np.stack([table["shard"], table["row"]], axis=1)
        return cls(np.ascontiguousarray(table["key"]), places)


def write_index(folder: Path, shards: Iterable[Sequence[int | None]]) -> str:
    """The index is written of the keys in each shard's rows, None where a picture could not be
    read; its hash comes back.
    """
    found = [
        (key, shard, row)
        for shard, keys in enumerate(shards)
        for row, key in enumerate(keys)
        if key is not None
    ]
    buffer = io.BytesIO()
    np.save(buffer, np.array(sorted(found), dtype=ROW), allow_pickle=False)
    write_bytes(folder / FILE, buffer.getvalue())
    return hashlib.sha256(buffer.getvalue()).hexdigest()


def _table(content: bytes) -> np.ndarray:
    """`np.save` wrote this; ValueError for a header that speaks of more than follows it."""
    file = io.BytesIO(content)
    version = np.lib.format.read_magic(file)
    if version != (1, 0):
        raise ValueError(f"its format is {version}")
    shape, _, dtype = np.lib.format.read_array_header_1_0(file)
    if math.prod(shape) * dtype.itemsize != len(content) - file.tell():
        raise ValueError(f"its header speaks of {shape} rows of {dtype.itemsize} bytes")
    file.seek(0)
    return np.asarray(np.load(file, allow_pickle=False))


def _within(table: np.ndarray, num_shards: int) -> bool:
    inside = (table["shard"] >= 0) & (table["shard"] < num_shards) & (table["row"] >= 0)
    return bool(inside.all())
