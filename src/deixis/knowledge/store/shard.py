"""One shard of a store: a Parquet file, a row a picture, there whole or not at all."""

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

import pyarrow as pa
import pyarrow.parquet as pq

from deixis.core import region_json
from deixis.core.errors import ModelError, RegionError
from deixis.core.files import write_bytes
from deixis.core.region import Region

# what a note says stands in columns of its own, for queries; `region` is all of it
NOTE = pa.struct(
    [
        ("label", pa.string()),
        ("text", pa.string()),
        ("score", pa.float64()),
        ("source", pa.string()),
        ("kind", pa.string()),
        ("region", pa.string()),
    ]
)
SCHEMA = pa.schema(
    [
        ("name", pa.string()),
        ("sha256", pa.string()),
        ("width", pa.int32()),
        ("height", pa.int32()),
        ("notes", pa.list_(NOTE)),
        ("error", pa.string()),
    ]
)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class PictureNotes:
    """A picture by its name and content, and what was found in it; or why it could not be read."""

    name: str
    sha256: str | None = None
    width: int = 0
    height: int = 0
    notes: tuple[Region, ...] = ()
    error: str | None = None


def shard_name(number: int) -> str:
    """The file of a shard."""
    return f"shard-{number:06d}.parquet"


def write_shard(path: Path, rows: Sequence[PictureNotes]) -> None:
    """The same rows give the same bytes."""
    table = pa.Table.from_pylist([_record(row) for row in rows], schema=SCHEMA)
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    write_bytes(path, buffer.getvalue())


def read_shard(path: Path) -> list[PictureNotes]:
    """All rows; ModelError for a file that is none of ours."""
    try:
        table = pq.read_table(io.BytesIO(path.read_bytes()))
        if not table.schema.equals(SCHEMA):
            raise ModelError(f"{path} is not a shard of notes")
        return [_row(record) for record in table.to_pylist()]
    except (OSError, pa.ArrowException, RegionError, ValueError, RecursionError) as broken:
        raise ModelError(f"cannot read the shard {path}: {broken}") from None


def read_digests(path: Path) -> list[str | None]:
    """The content hashes of its pictures alone."""
    try:
        column = pq.read_table(io.BytesIO(path.read_bytes()), columns=["sha256"])["sha256"]
        return [None if value is None else str(value) for value in column.to_pylist()]
    except (OSError, pa.ArrowException, KeyError) as broken:
        raise ModelError(f"cannot read the shard {path}: {broken}") from None


def _record(row: PictureNotes) -> dict[str, Any]:  # Any: a row of Parquet
    return {
        "name": row.name,
        "sha256": row.sha256,
        "width": row.width,
        "height": row.height,
        "notes": [_note(note) for note in row.notes],
        "error": row.error,
    }


def _note(note: Region) -> dict[str, Any]:  # Any: a row of Parquet
    return {
        "label": note.label,
        "text": note.text,
        "score": note.score,
        "source": note.source,
        "kind": note.kind,
        "region": json.dumps(region_json.to_record(note), ensure_ascii=False),
    }


def _row(record: dict[str, Any]) -> PictureNotes:  # Any: a row of Parquet
    return PictureNotes(
        name=record["name"],
        sha256=record["sha256"],
        width=record["width"],
        height=record["height"],
        notes=tuple(region_json.from_record(json.loads(n["region"])) for n in record["notes"]),
        error=record["error"],
    )
