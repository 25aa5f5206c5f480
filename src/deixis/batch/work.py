"""The work on one shard is to open its pictures, look at each, and write what was found."""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import final

from typing_extensions import override

from deixis.batch.runners import Work
from deixis.core.errors import DeixisError, ModelError
from deixis.core.images import open_image
from deixis.core.stopping import is_stopping
from deixis.sources import KnowledgeSource, SourceOptions, built
from deixis.sources.note_store.manifest import Failure
from deixis.sources.note_store.shard import PictureNotes, Shard, Stamp

DIED = "two processes died when they looked at it; was it out of memory?"


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class ShardTask:
    """A shard is to be made: its file, and its pictures by name and path. Rows that the file has
    already of the same pictures stay, if it `keeps` any; those that failed are tried again.
    """

    number: int
    file: Path
    names: tuple[str, ...]
    paths: tuple[Path | None, ...]  # None: it was there once
    keeps: bool
    spared: frozenset[str] = frozenset()  # pictures that processes died of

    @property
    def at(self) -> Path:
        """The file that names the picture in hand lies here; left behind, it is a draft."""
        return self.file.with_name(f".{self.file.name}.in-hand.{0:08x}.draft")


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class ShardDone:
    """The shard has a hash, and of each row the key in the index, None where it failed."""

    number: int
    digest: str
    keys: tuple[int | None, ...]
    num_notes: int
    failed: tuple[Failure, ...]


@final
@dataclass(kw_only=True)
class ShardWork(Work[ShardTask, ShardDone]):
    """The work does shards in some process; the sources are loaded there, once."""

    names: tuple[str, ...]
    options: SourceOptions
    _sources: list[KnowledgeSource] | None = field(default=None, repr=False)

    def __getstate__(self) -> dict[str, object]:
        return {"names": self.names, "options": self.options, "_sources": None}

    @override
    def __call__(self, task: ShardTask) -> ShardDone:
        """The shard is written; a stop leaves out the pictures that are not known yet."""
        kept = {row.name: row for row in _kept(task)}
        rows = []
        try:
            for name, path in zip(task.names, task.paths, strict=True):
                row = kept.get(name) if is_stopping() else self._row(task, name, path, kept)
                rows += [] if row is None else [row]
        finally:
            _in_hand(task, None)
        return done(task.number, Shard.write(task.file, rows))

    @override
    def in_hand(self, task: ShardTask) -> str | None:
        try:
            return task.at.read_text(encoding="utf-8") or None
        except (OSError, ValueError):
            return None

    @override
    def without(self, task: ShardTask, part: str) -> ShardTask:
        _in_hand(task, None)
        return replace(task, spared=task.spared | {part})

    def _row(
        self, task: ShardTask, name: str, path: Path | None, rows: Mapping[str, PictureNotes]
    ) -> PictureNotes | None:
        kept = rows.get(name)
        known = kept if kept is not None and kept.error is None else None
        if path is None:  # what was found stays, that it failed does not
            return known
        stamp = Stamp.of(path)
        if known is not None and known.stamp == stamp:
            return known
        if name in task.spared:
            return PictureNotes(name=name, error=DIED)
        _in_hand(task, name)
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
        """The sources that look are loaded when they are first needed."""
        if self._sources is None:
            self._sources = built(self.names, self.options)
        return self._sources


def done(number: int, shard: Shard) -> ShardDone:
    """A shard was done with this in it."""
    return ShardDone(
        number=number,
        digest=shard.digest,
        keys=tuple(one.key for one in shard.held),
        num_notes=sum(one.num_notes for one in shard.held),
        failed=tuple(
            Failure(name=one.name, reason=one.error) for one in shard.held if one.error is not None
        ),
    )


def _in_hand(task: ShardTask, name: str | None) -> None:
    """Which picture is looked at is written down: should the process die, it is known of which."""
    with contextlib.suppress(OSError):
        if name is None:
            task.at.unlink(missing_ok=True)
        else:
            task.at.write_text(name, encoding="utf-8")


def _kept(task: ShardTask) -> list[PictureNotes]:
    try:
        return Shard.read(task.file).rows() if task.keeps else []
    except ModelError:  # notes that are none; its pictures are looked at again
        return []
