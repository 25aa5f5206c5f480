"""A manifest makes a store whole: it has the hashes of shards and index, and is written last."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

from deixis.core.errors import UsageError
from deixis.core.files import read_text, write_text
from deixis.core.json_lines import parse
from deixis.sources.note_store.shard import DIGEST

VERSION = "knowledge-store/2"
FILE = "manifest.json"


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """A picture could not be read, for this reason."""

    name: str
    reason: str


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """The manifest has the records of the sources, each shard's hash by its file, and the index's
    hash.
    """

    sources: tuple[Mapping[str, str], ...]
    shards: Mapping[str, str]
    index: str


def read_manifest(folder: Path) -> Manifest:
    """UsageError tells of what is no store or not whole yet."""
    path = folder / FILE
    if not path.is_file():
        raise UsageError(
            f"{folder} is no whole store of notes: deixis knowledge extract … --out {folder}"
        )
    try:
        record: Any = parse(read_text(path))  # Any: JSON
        if record["deixis"] != VERSION:
            raise UsageError(
                f"this Deixis reads {VERSION}, {folder} is {record['deixis']!r}; extract it again"
            )
        return Manifest(
            sources=tuple(
                {str(key): str(value) for key, value in one.items()} for one in record["sources"]
            ),
            shards={Path(str(name)).name: _digest(one) for name, one in record["shards"].items()},
            index=_digest(record["index"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as broken:
        raise UsageError(f"{path} is not a store's manifest: {broken}") from None


def write_manifest(
    folder: Path,
    manifest: Manifest,
    *,
    num_pictures: int,
    num_notes: int,
    failed: Sequence[Failure],
) -> None:
    """The manifest is written with what the store holds and what failed, for people."""
    record = {
        "deixis": VERSION,
        "sources": [dict(source) for source in manifest.sources],
        "pictures": num_pictures,
        "notes": num_notes,
        "failed": [{"name": one.name, "reason": one.reason} for one in failed],
        "index": manifest.index,
        "shards": dict(manifest.shards),
    }
    write_text(folder / FILE, json.dumps(record, ensure_ascii=False, indent=1) + "\n")


def _digest(told: object) -> str:
    if not isinstance(told, str) or not DIGEST.fullmatch(told):
        raise ValueError(f"{told!r} is not a SHA-256")
    return told
