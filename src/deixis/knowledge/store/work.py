"""The work on one shard: open its pictures, look at each, write what was found."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import final

from deixis.core.errors import DeixisError
from deixis.core.images import open_image
from deixis.knowledge.look import built
from deixis.knowledge.sources import KnowledgeSource, SourceOptions
from deixis.knowledge.store.shard import PictureNotes, read_shard, write_shard


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class ShardTask:
    """A shard to be made: its file, and its pictures by name and path. Rows that the file has
    already are kept; those that failed are tried again.
    """

    number: int
    file: Path
    names: tuple[str, ...]
    paths: tuple[Path | None, ...]  # None: it was there once


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class ShardDone:
    """What a shard holds."""

    number: int
    num_pictures: int
    num_notes: int
    failed: tuple[str, ...]  # each picture by name, with the reason


@final
@dataclass(kw_only=True)
class ShardWork:
    """Does shards in some process; the sources are loaded there, once."""

    names: tuple[str, ...]
    options: SourceOptions
    _sources: list[KnowledgeSource] | None = field(default=None, repr=False)

    def __getstate__(self) -> dict[str, object]:
        return {"names": self.names, "options": self.options, "_sources": None}

    def __call__(self, task: ShardTask) -> ShardDone:
        """The shard, written."""
        kept = {row.name: row for row in read_shard(task.file)} if task.file.exists() else {}
        rows = []
        for name, path in zip(task.names, task.paths, strict=True):
            row = kept.get(name)
            if (row is None or row.error is not None) and path is not None:
                row = self._looked(name, path)
            if row is not None:
                rows.append(row)
        write_shard(task.file, rows)
        return done(task.number, rows)

    def _looked(self, name: str, path: Path) -> PictureNotes:
        try:
            image = open_image(path)
            notes = tuple(note for one in self.sources() for note in one.look(image))
        except DeixisError as problem:
            return PictureNotes(name=name, error=str(problem))
        return PictureNotes(
            name=name,
            sha256=image.sha256,
            width=image.size.width,
            height=image.size.height,
            notes=notes,
        )

    def sources(self) -> Sequence[KnowledgeSource]:
        """What looks, loaded when it is first needed."""
        if self._sources is None:
            self._sources = built(self.names, self.options)
        return self._sources


def done(number: int, rows: Sequence[PictureNotes]) -> ShardDone:
    """What rows hold."""
    return ShardDone(
        number=number,
        num_pictures=len(rows),
        num_notes=sum(len(row.notes) for row in rows),
        failed=tuple(f"{row.name}: {row.error}" for row in rows if row.error is not None),
    )
