"""The work on one shard: open its pictures, look at each, write what was found."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import final

from deixis.core.errors import DeixisError, ModelError
from deixis.core.images import open_image
from deixis.knowledge.look import built
from deixis.knowledge.sources import KnowledgeSource, SourceOptions
from deixis.knowledge.store.shard import PictureNotes, Shard, Stamp


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class ShardTask:
    """A shard to be made: its file, and its pictures by name and path. Rows that the file has
    already of the same pictures stay, if it `keeps` any; those that failed are tried again.
    """

    number: int
    file: Path
    names: tuple[str, ...]
    paths: tuple[Path | None, ...]  # None: it was there once
    keeps: bool


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """A picture that could not be read."""

    name: str
    reason: str


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class ShardDone:
    """What a shard holds: its file's hash, each row's key in the index, None where it failed."""

    number: int
    digest: str
    keys: tuple[int | None, ...]
    num_notes: int
    failed: tuple[Failure, ...]


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
        kept = {row.name: row for row in _kept(task)}
        rows = [
            row
            for name, path in zip(task.names, task.paths, strict=True)
            if (row := self._row(name, path, kept.get(name))) is not None
        ]
        return done(task.number, Shard.write(task.file, rows))

    def _row(self, name: str, path: Path | None, kept: PictureNotes | None) -> PictureNotes | None:
        known = kept if kept is not None and kept.error is None else None
        if path is None:  # what was found stays, that it failed does not
            return known
        stamp = Stamp.of(path)
        if known is not None and known.stamp == stamp:
            return known
        try:
            image = open_image(path)
            if known is not None and known.sha256 == image.sha256:  # copied, say
                return replace(known, stamp=stamp)
            notes = tuple(note for one in self.sources() for note in one.look(image))
        except DeixisError as problem:
            return PictureNotes(name=name, error=str(problem))
        return PictureNotes(
            name=name,
            sha256=image.sha256,
            width=image.size.width,
            height=image.size.height,
            stamp=stamp,
            notes=notes,
        )

    def sources(self) -> Sequence[KnowledgeSource]:
        """What looks, loaded when it is first needed."""
        if self._sources is None:
            self._sources = built(self.names, self.options)
        return self._sources


def done(number: int, shard: Shard) -> ShardDone:
    """What a shard holds."""
    return ShardDone(
        number=number,
        digest=shard.digest,
        keys=tuple(one.key for one in shard.held),
        num_notes=sum(one.num_notes for one in shard.held),
        failed=tuple(
            Failure(name=one.name, reason=one.error) for one in shard.held if one.error is not None
        ),
    )


def _kept(task: ShardTask) -> list[PictureNotes]:
    try:
        return Shard.read(task.file).rows() if task.keeps else []
    except ModelError:  # notes that are none; its pictures are looked at again
        return []
