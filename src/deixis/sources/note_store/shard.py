"""A store's shard is a Parquet file, a row a picture, there whole or not at all."""

import hashlib
import io
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, final

from deixis.core import region_json
from deixis.core.errors import MissingExtraError, ModelError, RegionError
from deixis.core.files import read_bytes, write_bytes
from deixis.core.json_lines import parse
from deixis.core.region import Region
from deixis.sources.note_store.index import key_of

try:
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq
except ImportError:
    raise MissingExtraError(
        package="pyarrow", extra="look", needed_for="a store of notes"
    ) from None

DIGEST = re.compile(r"[0-9a-f]{64}")
# what a note says stands in columns of its own, for queries; `region` is all of it
NOTE = pa.struct(
    [
        ("label", pa.string()),
        ("text", pa.string()),
        ("score", pa.float64()),
        ("source", pa.string()),
        ("kind", pa.string()),
        pa.field("region", pa.string(), nullable=False),
    ]
)
SCHEMA = pa.schema(
    [
        pa.field("name", pa.string(), nullable=False),
        ("sha256", pa.string()),
        pa.field("width", pa.int32(), nullable=False),
        pa.field("height", pa.int32(), nullable=False),
        ("file_bytes", pa.int64()),
        ("file_time_ns", pa.int64()),
        pa.field("notes", pa.list_(pa.field("element", NOTE, nullable=False)), nullable=False),
        ("error", pa.string()),
    ]
)
BROKEN = (OSError, pa.ArrowException, RegionError, ValueError, TypeError, KeyError, RecursionError)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Stamp:
    """A stamp tells, without reading it, whether a picture's file is still the one that was
    opened.
    """

    num_bytes: int
    time_ns: int

    @classmethod
    def of(cls, path: Path) -> "Stamp | None":
        """A file has a stamp; None where there is none."""
        try:
            found = path.stat()
        except OSError:
            return None
        return cls(num_bytes=found.st_size, time_ns=found.st_mtime_ns)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class PictureNotes:
    """A picture has a name and a content, and in it was found this; or it could not be read, and
    why.
    """

    name: str
    sha256: str | None = None
    width: int = 0
    height: int = 0
    stamp: Stamp | None = None
    notes: tuple[Region, ...] = ()
    error: str | None = None

    def __post_init__(self) -> None:
        if self.error is not None:
            return
        if self.sha256 is None or not DIGEST.fullmatch(self.sha256):
            raise ValueError(f"{self.name!r} has no content hash: {self.sha256!r}")
        if self.width < 1 or self.height < 1:
            raise ValueError(f"{self.name!r} has no size: {self.width} x {self.height}")


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """A shard says this of a picture, but for the notes themselves."""

    name: str
    key: int | None  # in the index; None where it failed
    stamp: Stamp | None
    num_notes: int
    error: str | None


def shard_name(number: int) -> str:
    """A shard's file is called so."""
    return f"shard-{number:06d}.parquet"


@final
class Shard:
    """A shard lies in memory; its rows are made into notes when they are asked for."""

    def __init__(self, path: Path, table: Any, digest: str) -> None:  # Any: pyarrow's
        self.path, self.digest = path, digest
        self._table = table

    @classmethod
    def write(cls, path: Path, rows: Sequence[PictureNotes]) -> "Shard":
        """The same rows give the same bytes."""
        table = pa.Table.from_pylist([_record(row) for row in rows], schema=SCHEMA)
        buffer = io.BytesIO()
        pq.write_table(table, buffer, compression="zstd")
        write_bytes(path, buffer.getvalue())
        return cls(path, table, hashlib.sha256(buffer.getvalue()).hexdigest())

    @classmethod
    def read(cls, path: Path, digest: str | None = None) -> "Shard":
        """ModelError tells of a file that is none of ours, or has another hash than that."""
        try:
            content = read_bytes(path)
            found = hashlib.sha256(content).hexdigest()
            if digest not in (None, found):
                raise ModelError(f"{path} is not what its manifest says; extract it again")
            # one thread: Arrow's pool can abort a process that ends while it is still starting
            file = pq.ParquetFile(pa.BufferReader(content), pre_buffer=False)
            table = file.read(use_threads=False)
            if not table.schema.equals(SCHEMA):
                raise ModelError(f"{path} is not a shard of notes")
            table.validate(full=True)
        except BROKEN as broken:
            raise _unreadable(path, broken) from None
        return cls(path, table, found)

    def __len__(self) -> int:
        return int(self._table.num_rows)

    def row(self, place: int) -> PictureNotes:
        """One picture's row is read."""
        (row,) = self._rows(self._table.slice(place, 1))
        return row

    def rows(self) -> list[PictureNotes]:
        """All pictures' rows are read."""
        return self._rows(self._table)

    @cached_property
    def held(self) -> tuple[Held, ...]:
        """All pictures are listed without their notes."""
        columns = ["name", "sha256", "file_bytes", "file_time_ns", "error"]
        counts = pc.list_value_length(self._table["notes"]).to_pylist()
        records = self._table.select(columns).to_pylist()
        for record in records:
            if record["error"] is None and not DIGEST.fullmatch(record["sha256"] or ""):
                raise _unreadable(self.path, f"{record['name']!r} has no content hash")
        return tuple(
            Held(
                name=record["name"],
                key=None if record["error"] is not None else key_of(record["sha256"]),
                stamp=_stamp(record),
                num_notes=count,
                error=record["error"],
            )
            for record, count in zip(records, counts, strict=True)
        )

    def _rows(self, table: Any) -> list[PictureNotes]:  # Any: pyarrow's
        try:
            return [_row(record) for record in table.to_pylist()]
        except BROKEN as broken:
            raise _unreadable(self.path, broken) from None


def _unreadable(path: Path, broken: object) -> ModelError:
    return ModelError(f"cannot read the shard {path}: {broken}")


def _record(row: PictureNotes) -> dict[str, Any]:  # Any: a row of Parquet
    return {
        "name": row.name,
        "sha256": row.sha256,
        "width": row.width,
        "height": row.height,
        "file_bytes": None if row.stamp is None else row.stamp.num_bytes,
        "file_time_ns": None if row.stamp is None else row.stamp.time_ns,
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
        stamp=_stamp(record),
        notes=tuple(region_json.from_record(parse(n["region"])) for n in record["notes"]),
        error=record["error"],
    )


def _stamp(record: dict[str, Any]) -> Stamp | None:  # Any: a row of Parquet
    if record["file_bytes"] is None or record["file_time_ns"] is None:
        return None
    return Stamp(num_bytes=record["file_bytes"], time_ns=record["file_time_ns"])
