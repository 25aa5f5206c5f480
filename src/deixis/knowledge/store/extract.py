"""Look at every picture of a data set, in shards that survive a kill at any moment.

A shard is written whole or not at all, and only from its own pictures: whoever makes it, and how
often, it is the same. The manifest with the shards' hashes comes last.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import final

from deixis.core.files import write_text
from deixis.knowledge.runners import Runner
from deixis.knowledge.sources import SourceOptions
from deixis.knowledge.store.pictures import Pictures
from deixis.knowledge.store.plan import VERSION, Plan, planned
from deixis.knowledge.store.shard import read_shard, shard_name
from deixis.knowledge.store.work import ShardDone, ShardTask, ShardWork, done

MANIFEST = "manifest.json"


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class ExtractOptions:
    """What looks at the pictures."""

    sources: tuple[str, ...] = ("rapidocr",)
    options: SourceOptions = field(default_factory=SourceOptions)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Extracted:
    """How far it is. `failed` names each picture that could not be read, and why."""

    num_pictures: int
    num_done: int
    num_notes: int
    failed: tuple[str, ...]


def extract(
    pictures: Pictures, folder: Path, options: ExtractOptions, runner: Runner
) -> Iterator[Extracted]:
    """Make or go on with a store, telling after every shard; the last is the whole."""
    work = ShardWork(names=options.sources, options=options.options)
    plan = planned(folder, [dict(one.record) for one in work.sources()], list(pictures.paths))
    total = sum(len(shard) for shard in plan.shards)
    manifest = folder / MANIFEST
    found: dict[int, ShardDone] = {}
    missing: list[ShardTask] = []
    for number, names in enumerate(plan.shards):
        file = folder / shard_name(number)
        before = done(number, read_shard(file)) if file.exists() else None
        if before is None or _may_be_better(before, names, pictures):
            paths = tuple(pictures.paths.get(name) for name in names)
            missing.append(ShardTask(number=number, file=file, names=names, paths=paths))
        else:
            found[number] = before
    if missing:  # while shards change there is no whole store
        manifest.unlink(missing_ok=True)
    yield _told(found, total)
    for made in runner.run(work, missing):
        found[made.number] = made
        yield _told(found, total)
    write_manifest(folder, plan, found)


def write_manifest(folder: Path, plan: Plan, found: dict[int, ShardDone]) -> None:
    """The hashes of all shards, what they hold and what failed."""
    numbers = range(len(plan.shards))
    files = [folder / shard_name(number) for number in numbers]
    record = {
        "deixis": VERSION,
        "sources": [dict(source) for source in plan.sources],
        "pictures": sum(found[number].num_pictures for number in numbers),
        "notes": sum(found[number].num_notes for number in numbers),
        "failed": [line for number in numbers for line in found[number].failed],
        "shards": {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files},
    }
    write_text(folder / MANIFEST, json.dumps(record, ensure_ascii=False, indent=1) + "\n")


def _may_be_better(before: ShardDone, names: tuple[str, ...], pictures: Pictures) -> bool:
    """Whether a picture of it failed, or was not there, and can be tried now."""
    failed = {line.partition(": ")[0] for line in before.failed}
    return any(name in pictures.paths for name in failed) or before.num_pictures < sum(
        name in pictures.paths for name in names
    )


def _told(found: dict[int, ShardDone], total: int) -> Extracted:
    return Extracted(
        num_pictures=total,
        num_done=sum(one.num_pictures for one in found.values()),
        num_notes=sum(one.num_notes for one in found.values()),
        failed=tuple(line for number in sorted(found) for line in found[number].failed),
    )
