"""Where in a store each picture lies, by its content: one file, sorted, read at once."""

import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import final

import numpy as np
from jaxtyping import Int64, UInt64

from deixis.core.errors import ModelError
from deixis.core.files import write_bytes

FILE = "index.npy"
PREFIX = 16  # hex digits of a content hash that pictures are found by
ROW = np.dtype([("key", "<u8"), ("shard", "<i8"), ("row", "<i8")])


def key_of(sha256: str) -> int:
    """The first digits of a content hash as a number."""
    return int(sha256[:PREFIX], 16)


@final
class Index:
    """The first digits of all content hashes, sorted, and each one's shard and row."""

    def __init__(
        self,
        keys: UInt64[np.ndarray, " picture"],
        places: Int64[np.ndarray, "picture 2"],
    ) -> None:
        self.keys, self.places = keys, places

    def places_of(self, sha256: str) -> Iterator[tuple[int, int]]:
        """Shards and rows whose hash may be this one."""
        key = np.uint64(key_of(sha256))
        first, last = (int(np.searchsorted(self.keys, key, side)) for side in ("left", "right"))
        for shard, row in self.places[first:last]:
            yield int(shard), int(row)

    @classmethod
    def read(cls, folder: Path, digest: str, num_shards: int) -> "Index":
        """The one of this hash; ModelError for any other."""
        path = folder / FILE
        try:
            content = path.read_bytes()
            table = np.load(io.BytesIO(content), allow_pickle=False)
        except (OSError, ValueError, EOFError) as broken:
            raise ModelError(f"cannot read {path}: {broken}; extract it again") from None
        whole = hashlib.sha256(content).hexdigest() == digest and table.dtype == ROW
        if not whole or table.ndim != 1 or not _within(table, num_shards):
            raise ModelError(f"{path} is not what its manifest says; extract it again")
        places = np.stack([table["shard"], table["row"]], axis=1)
        return cls(np.ascontiguousarray(table["key"]), places)


def write_index(folder: Path, shards: Iterable[Sequence[int | None]]) -> str:
    """Of the keys in each shard's rows, None where a picture could not be read; its hash."""
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


def _within(table: np.ndarray, num_shards: int) -> bool:
    inside = (table["shard"] >= 0) & (table["shard"] < num_shards) & (table["row"] >= 0)
    return bool(inside.all())
