"""Every picture of a data set is looked at, in shards that survive a kill at any moment.

A shard is written whole or not at all, and only from its own pictures: whoever makes it, and how
often, it is the same. The manifest with the shards' hashes comes last.
"""

import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import final

from deixis.batch.plan import Pictures, Plan, check_place, planned
from deixis.batch.runners import Runner
from deixis.batch.work import ShardDone, ShardTask, ShardWork, done
from deixis.core.errors import ModelError, UsageError
from deixis.core.files import left_behind, owned
from deixis.core.stopping import stop_requests
from deixis.sources import SourceOptions
from deixis.sources.note_store.index import write_index
from deixis.sources.note_store.manifest import FILE as MANIFEST
from deixis.sources.note_store.manifest import Failure, Manifest, read_manifest, write_manifest
from deixis.sources.note_store.shard import Held, Shard, Stamp, shard_name

AFTER = "the pictures that are looked at now; what was found is kept"
LOG = logging.getLogger(__name__)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class ExtractOptions:
    """These sources look at the pictures."""

    sources: tuple[str, ...] = ("rapidocr",)
    options: SourceOptions = field(default_factory=SourceOptions)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Extracted:
    """The extraction has come so far. `failed` names each picture that could not be read, and
    why.
    """

    num_pictures: int
    num_done: int
    num_notes: int
    failed: tuple[Failure, ...]


def extract(
    pictures: Pictures, folder: Path, options: ExtractOptions, runner: Runner
) -> Iterator[Extracted]:
    """A store is made or gone on with, and told of after every shard; the last is the whole. Nobody
    else writes in it meanwhile.
    """
    work = ShardWork(names=options.sources, options=options.options)
    records = [dict(one.record) for one in work.sources()]
    check_place(folder)
    if folder.is_dir() and not os.access(folder, os.W_OK):
        yield _as_it_is(records, pictures, folder)
        return
    with owned(folder, "another extraction"), stop_requests(AFTER) as stop:
        for draft in left_behind(folder):
            draft.unlink(missing_ok=True)
        plan = planned(folder, records, list(pictures.paths))
        plan.save(folder)
        begun = _begun(plan, pictures, folder)
        if begun.missing:  # while shards change there is no whole store
            (folder / MANIFEST).unlink(missing_ok=True)
        yield begun.told()
        for made in runner.run(work, begun.missing):
            begun.found[made.number] = made
            yield begun.told()
        if stop.is_made:
            raise KeyboardInterrupt
        _finish(folder, plan, [begun.found[number] for number in range(len(plan.shards))])


def _as_it_is(records: Sequence[Mapping[str, str]], pictures: Pictures, folder: Path) -> Extracted:
    """A whole store stays as it is where nothing can be written."""
    plan = planned(folder, records, list(pictures.paths))
    begun = _begun(plan, pictures, folder)
    read_manifest(folder)
    if begun.missing:
        names = {name for task in begun.missing for name in task.names}
        raise UsageError(
            f"cannot write in {folder}, and {len(begun.missing)} shards with {len(names)} pictures "
            "are not as the pictures are now; give another --out, or a copy of it"
        )
    return begun.told()


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class _Begun:
    """Some shards are there, others are to be made, and both have so many pictures."""

    found: dict[int, ShardDone]
    missing: list[ShardTask]
    total: int

    def told(self) -> Extracted:
        return Extracted(
            num_pictures=self.total,
            num_done=sum(len(one.keys) for one in self.found.values()),
            num_notes=sum(one.num_notes for one in self.found.values()),
            failed=tuple(one for number in sorted(self.found) for one in self.found[number].failed),
        )


def _begun(plan: Plan, pictures: Pictures, folder: Path) -> _Begun:
    before = _before(folder)
    found: dict[int, ShardDone] = {}
    missing: list[ShardTask] = []
    total = 0
    for number, names in enumerate(plan.shards):
        file = folder / shard_name(number)
        shard = _held(file, before.get(file.name))
        held = {} if shard is None else {one.name: one for one in shard.held}
        total += sum(_stays(held.get(name)) or name in pictures.paths for name in names)
        if shard is not None and _is_whole(held, names, pictures):
            found[number] = done(number, shard)
        else:
            paths = tuple(pictures.paths.get(name) for name in names)
            missing.append(
                ShardTask(
                    number=number, file=file, names=names, paths=paths, keeps=shard is not None
                )
            )
    return _Begun(found=found, missing=missing, total=total)


def _before(folder: Path) -> Mapping[str, str]:
    """The shards were written with these hashes, where that is known."""
    try:
        return read_manifest(folder).shards
    except UsageError:
        return {}


def _held(file: Path, digest: str | None) -> Shard | None:
    """A shard is there; None where it is not, or cannot be read, or was changed since."""
    if not file.exists():
        return None
    try:
        shard = Shard.read(file, digest)
        names = {one.name for one in shard.held}
    except ModelError as broken:
        LOG.warning("%s; its pictures are looked at again", broken)
        return None
    return shard if len(names) == len(shard) else None


def _stays(held: Held | None) -> bool:
    return held is not None and held.error is None


def _is_whole(held: Mapping[str, Held], names: Sequence[str], pictures: Pictures) -> bool:
    """Whether the rows are those of the plan, each of the picture that is there now."""
    if list(held) != [name for name in names if name in held]:
        return False
    for name in names:
        path, row = pictures.paths.get(name), held.get(name)
        if path is None and (row is None or row.error is None):
            continue
        if path is None or row is None or row.error is not None or row.stamp != Stamp.of(path):
            return False
    return True


def _finish(folder: Path, plan: Plan, found: Sequence[ShardDone]) -> None:
    """The index is written, and then what says that all is there."""
    manifest = Manifest(
        sources=plan.sources,
        shards={shard_name(one.number): one.digest for one in found},
        index=write_index(folder, [one.keys for one in found]),
    )
    write_manifest(
        folder,
        manifest,
        num_pictures=sum(len(one.keys) for one in found),
        num_notes=sum(one.num_notes for one in found),
        failed=[failure for one in found for failure in one.failed],
    )
