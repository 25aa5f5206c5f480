"""Reading a store: what is known of a picture, by its content."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import final

import numpy as np

from deixis.core.errors import ModelError, UsageError
from deixis.core.image import Image
from deixis.core.region import Region
from deixis.knowledge.store.extract import MANIFEST
from deixis.knowledge.store.plan import VERSION
from deixis.knowledge.store.shard import PictureNotes, read_digests, read_shard

OPEN_SHARDS = 16  # that stay in memory
PREFIX = 16  # hex digits of a content hash that pictures are found by


@final
class KnowledgeStore:
    """A whole store. Each shard is checked against its hash when it is opened."""

    def __init__(self, folder: Path, shards: Mapping[str, str], sources: tuple[str, ...]) -> None:
        self.folder = folder
        self.shards = shards
        self.sources = sources
        self._rows = lru_cache(maxsize=OPEN_SHARDS)(self._read)

    @classmethod
    def open(cls, folder: Path) -> "KnowledgeStore":
        """UsageError for what is no store or not whole yet."""
        path = folder / MANIFEST
        if not path.is_file():
            raise UsageError(
                f"{folder} is no whole store of notes: deixis knowledge extract … --out {folder}"
            )
        try:
            record = json.loads(path.read_text("utf-8"))
            if record["deixis"] != VERSION:
                raise UsageError(f"this Deixis reads {VERSION}, {folder} is {record['deixis']!r}")
            shards = {
                Path(str(name)).name: str(digest) for name, digest in record["shards"].items()
            }
            sources = tuple(json.dumps(one, sort_keys=True) for one in record["sources"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as broken:
            raise UsageError(f"{path} is not a store's manifest: {broken}") from None
        return cls(folder, shards, sources)

    @property
    def digest(self) -> str:
        """Of all that it holds."""
        told = json.dumps(dict(self.shards), sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    def notes(self, image: Image) -> tuple[Region, ...]:
        """What is known of a picture of these pixels; UsageError where it was never looked at."""
        digest = image.sha256
        keys, places = self._index
        key = np.uint64(int(digest[:PREFIX], 16))
        first, last = np.searchsorted(keys, [key, key + np.uint64(1)])
        for shard, row in places[first:last]:
            found = self._rows(int(shard))[int(row)]
            if found.sha256 == digest:
                return found.notes
        raise UsageError(f"{self.folder} has no notes on the picture {image.source}")

    def rows(self) -> Iterator[PictureNotes]:
        """Every picture, shard by shard."""
        for number in range(len(self.shards)):
            yield from self._read(number)

    @cached_property
    def _index(self) -> tuple[np.ndarray, np.ndarray]:
        """The first digits of all content hashes, sorted, and each one's shard and row."""
        keys: list[int] = []
        places: list[tuple[int, int]] = []
        for number, name in enumerate(self.shards):
            for row, digest in enumerate(read_digests(self.folder / name)):
                if digest is not None:
                    keys.append(int(digest[:PREFIX], 16))
                    places.append((number, row))
        order = np.argsort(np.array(keys, dtype=np.uint64), kind="stable")
        table = np.array(places, dtype=np.int64).reshape(-1, 2)
        return np.array(keys, dtype=np.uint64)[order], table[order]

    def _read(self, number: int) -> list[PictureNotes]:
        name = list(self.shards)[number]
        path = self.folder / name
        try:
            content = path.read_bytes()
        except OSError as refusal:
            raise ModelError(f"cannot read {path}: {refusal}") from None
        if hashlib.sha256(content).hexdigest() != self.shards[name]:
            raise ModelError(f"{path} is not what its manifest says; extract it again")
        return read_shard(path)
