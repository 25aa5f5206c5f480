"""Reading a store: what is known of a picture, by its content."""

import hashlib
import json
from collections.abc import Iterator
from functools import cached_property, lru_cache
from pathlib import Path
from typing import final

from deixis.core.errors import UsageError
from deixis.core.image import Image
from deixis.core.region import Region
from deixis.knowledge.store.index import Index
from deixis.knowledge.store.manifest import Manifest, read_manifest
from deixis.knowledge.store.shard import PictureNotes, Shard

OPEN_SHARDS = 16  # that stay in memory


@final
class KnowledgeStore:
    """A whole store. Each shard is checked against its hash when it is opened."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder = folder
        self.manifest = manifest
        self._files = list(manifest.shards)
        self._shards = lru_cache(maxsize=OPEN_SHARDS)(self._read)

    @classmethod
    def open(cls, folder: Path) -> "KnowledgeStore":
        """UsageError for what is no store or not whole yet."""
        return cls(folder, read_manifest(folder))

    @property
    def digest(self) -> str:
        """Of all that it holds."""
        told = json.dumps(dict(self.manifest.shards), sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    def notes(self, image: Image) -> tuple[Region, ...]:
        """What is known of a picture of these pixels; UsageError where it was never looked at."""
        digest = image.sha256
        for number, place in self._index.places_of(digest):
            shard = self._shards(number)
            found = shard.row(place) if place < len(shard) else None
            if found is not None and found.sha256 == digest:
                return found.notes
        raise UsageError(f"{self.folder} has no notes on the picture {image.source}")

    def rows(self) -> Iterator[PictureNotes]:
        """Every picture, shard by shard."""
        for number in range(len(self._files)):
            yield from self._read(number).rows()

    @cached_property
    def _index(self) -> Index:
        return Index.read(self.folder, self.manifest.index, len(self._files))

    def _read(self, number: int) -> Shard:
        name = self._files[number]
        return Shard.read(self.folder / name, self.manifest.shards[name])
