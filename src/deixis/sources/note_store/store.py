"""A store is read for what is known of a picture, by its content."""

import hashlib
import json
import logging
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import final

from deixis.core.errors import ModelError, UsageError
from deixis.core.image import Image
from deixis.core.region import Region
from deixis.sources.note_store.index import Index
from deixis.sources.note_store.manifest import Manifest, read_manifest
from deixis.sources.note_store.shard import PictureNotes, Shard

LOG = logging.getLogger(__name__)
OPEN_SHARDS = 16  # that stay in memory


@final
class KnowledgeStore:
    """The store is whole. Each shard is checked against its hash when it is opened."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder = folder
        self._hold(manifest)

    @classmethod
    def open(cls, folder: Path) -> "KnowledgeStore":
        """UsageError tells of what is no store or not whole yet."""
        return cls(folder, read_manifest(folder))

    @property
    def digest(self) -> str:
        """All that it holds has this digest."""
        told = json.dumps(dict(self.manifest.shards), sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    def notes(self, image: Image) -> tuple[Region, ...]:
        """These notes are known of a picture of these pixels; UsageError where it was never looked
        at.

        A store that was extracted anew since it was opened is opened again.
        """
        try:
            return self._notes(image)
        except ModelError:
            if not self._opened_again():
                raise
            return self._notes(image)

    def _notes(self, image: Image) -> tuple[Region, ...]:
        digest = image.sha256
        for number, place in self._index().places_of(digest):
            shard = self._shards(number)
            found = shard.row(place) if place < len(shard) else None
            if found is not None and found.sha256 == digest:
                return found.notes
        raise UsageError(f"{self.folder} has no notes on the picture {image.source}")

    def rows(self) -> Iterator[PictureNotes]:
        """Every picture comes, shard by shard."""
        for number in range(len(self._files)):
            try:
                shard = self._read(number)
            except ModelError:
                if not self._opened_again():
                    raise
                shard = self._read(number)  # a picture's shard stays the same
            yield from shard.rows()

    def _hold(self, manifest: Manifest) -> None:
        self.manifest = manifest
        self._files = list(manifest.shards)
        self._shards = lru_cache(maxsize=OPEN_SHARDS)(self._read)
        self._index = lru_cache(maxsize=1)(self._read_index)

    def _opened_again(self) -> bool:
        """What the store is now is held; it may be another than before."""
        try:
            manifest = read_manifest(self.folder)
        except UsageError:
            raise ModelError(
                f"{self.folder} has changed since it was opened, and is not whole now: it is being "
                "extracted again. Ask when that is done"
            ) from None
        if manifest == self.manifest:
            return False
        if manifest.sources != self.manifest.sources:
            raise ModelError(
                f"{self.folder} has changed since it was opened, and holds what other sources "
                "found; open it again"
            )
        LOG.warning("%s has changed since it was opened; it is opened again", self.folder)
        self._hold(manifest)
        return True

    def _read_index(self) -> Index:
        return Index.read(self.folder, self.manifest.index, len(self._files))

    def _read(self, number: int) -> Shard:
        name = self._files[number]
        return Shard.read(self.folder / name, self.manifest.shards[name])
