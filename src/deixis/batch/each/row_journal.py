"""The journal of a run over a folder: each row is on the disk before its place is given to another.

Every process that asks writes a part of its own, and holds it while it lives; a line that a kill
has torn is the last of its part, and is left out. What the rows were asked of, and how, stands in
`settings.json`: answers to other settings are never mixed in.
"""

import contextlib
import json
import os
import secrets
import sys
import threading
import time
from array import array
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, final

import numpy as np
from jaxtyping import Bool, Int64, UInt64

from deixis.batch.each.plan import mark_of
from deixis.core import json_lines
from deixis.core.errors import UsageError
from deixis.core.files import left_behind, open_file, read_text, remove, write_text
from deixis.core.untrusted_text import shown

if sys.platform != "win32":
    import fcntl

VERSION = "each/1"
SETTINGS = "settings.json"
PARTS = "part-*.jsonl"
WAIT_S = 10.0  # for the workers of a run that was killed
OFFSET_BITS = 40  # of a place; above them stands the part's number


def part_now() -> str:
    """The name of every part that is begun from now on is not before this."""
    return f"part-{time.time_ns():020d}"


@final
class JournalPart:
    """The rows of one process. Safe with threads: those that come together are flushed together."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / f"{part_now()}-{secrets.token_hex(4)}.jsonl"
        self._file = self.path.open("xb", buffering=0)
        _hold(self._file)
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._pending: list[bytes] = []
        self._num_added = self._num_kept = 0
        self._failure: OSError | None = None

    def add(self, record: Mapping[str, Any]) -> None:
        """A row is on the disk when this returns."""
        line = json_lines.line(record).encode()
        with self._lock:
            self._pending.append(line)
            self._num_added += 1
            place = self._num_added
        with self._writing:
            if self._num_kept < place:
                self._flush()

    def close(self) -> None:
        """The part is let go; one without a row is taken away."""
        is_empty = self._file.tell() == 0
        self._file.close()
        if is_empty:
            self.path.unlink()

    def _flush(self) -> None:
        with self._lock:
            content, upto = b"".join(self._pending), self._num_added
            self._pending = []
        try:
            if self._failure is not None:
                raise self._failure
            while content:
                content = content[self._file.write(content) :]
            os.fsync(self._file.fileno())
        except OSError as error:
            self._failure = error  # what came of it on the disk, nobody knows
            raise UsageError(
                f"{self.path} cannot be written: {error.strerror or error}; the rows that are in "
                "it are kept"
            ) from error
        self._num_kept = upto


@final
class RowIndex:
    """Where the rows of a journal stand, by their marks: 24 bytes of memory a row.

    Of several rows with one mark the last answer counts, else the last error.
    """

    def __init__(
        self,
        parts: tuple[Path, ...],
        marks: UInt64[np.ndarray, " row"],
        places: Int64[np.ndarray, " row"],
        answered: Bool[np.ndarray, " row"],
    ) -> None:
        order = np.lexsort((np.arange(marks.size), answered, marks))
        marks, places, answered = marks[order], places[order], answered[order]
        is_last = np.append(marks[1:] != marks[:-1], True)[: marks.size]
        self._parts = parts
        self._marks, self._places = marks[is_last], places[is_last]
        self._answered = answered[is_last]

    def __len__(self) -> int:
        return int(self._marks.size)

    def is_answered(self, marks: UInt64[np.ndarray, " asked"]) -> Bool[np.ndarray, " asked"]:
        """Whether each of these rows has an answer."""
        at, is_there = self._find(marks)
        return is_there & self._answered[at] if len(self) else is_there

    def records(
        self, marks: UInt64[np.ndarray, " asked"], files: "PartFiles"
    ) -> Iterator[dict[str, Any] | None]:
        """The rows as they are kept; None where there is none."""
        at, is_there = self._find(marks)
        for place, found in zip(at, is_there, strict=True):
            yield files.row(self._parts, int(self._places[place])) if found else None

    def _find(
        self, marks: UInt64[np.ndarray, " asked"]
    ) -> tuple[Int64[np.ndarray, " asked"], Bool[np.ndarray, " asked"]]:
        if not len(self):
            return np.zeros(marks.size, np.int64), np.zeros(marks.size, np.bool_)
        at = np.minimum(np.searchsorted(self._marks, marks), len(self) - 1)
        return at, self._marks[at] == marks


@final
class PartFiles:
    """The parts of a journal, open to be read."""

    def __init__(self) -> None:
        self._open: dict[Path, BinaryIO] = {}

    def __enter__(self) -> "PartFiles":
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def row(self, parts: tuple[Path, ...], place: int) -> dict[str, Any]:
        """The row that stands at a place."""
        path = parts[place >> OFFSET_BITS]
        if path not in self._open:
            if len(self._open) >= 64:  # files that a process may have open are few
                self._close()
            self._open[path] = open_file(path)
        file = self._open[path]
        file.seek(place & ((1 << OFFSET_BITS) - 1))
        return json_lines.parse(file.readline())

    def _close(self) -> None:
        for file in self._open.values():
            file.close()
        self._open.clear()


def begin_journal(folder: Path, settings: Mapping[str, object], *, fresh: bool) -> None:
    """A folder that this process owns holds a journal of these settings from now on; UsageError
    says in what an earlier one's differ. `fresh` takes away what is in it.
    """
    for draft in left_behind(folder):
        draft.unlink(missing_ok=True)
    file = folder / SETTINGS
    parts = sorted(folder.glob(PARTS))
    for part in parts:
        _wait_for(part)
    if fresh:
        for path in (*parts, *folder.glob("*.jsonl"), file):
            remove(path)
    check_settings(folder, settings)
    if not file.exists():
        told = {"deixis": VERSION, **settings}
        write_text(file, json.dumps(told, indent=1, ensure_ascii=False) + "\n")


def check_settings(folder: Path, settings: Mapping[str, object]) -> None:
    """UsageError says in what the settings of a journal differ, where there is one."""
    if (folder / SETTINGS).exists():
        _check_same(folder, read_settings(folder / SETTINGS), settings)


def read_settings(file: Path) -> dict[str, object]:
    """What the rows of a journal were asked of, and how."""
    try:
        told = json_lines.parse(read_text(file))
    except (OSError, ValueError) as broken:
        raise UsageError(f"{file} is no journal of ask --each: {broken}") from None
    if not isinstance(told, dict) or told.pop("deixis", None) != VERSION:
        raise UsageError(f"{file} is not of a journal that this Deixis reads ({VERSION})")
    return told


def index_of(
    folder: Path, seen: Callable[[dict[str, Any]], None] | None = None, *, since: str = ""
) -> RowIndex:
    """The rows that a journal holds are found; `seen` gets each of them. Only parts that were begun
    `since` are looked at, which others may be writing where it is given.
    """
    parts = tuple(part for part in sorted(folder.glob(PARTS)) if part.name >= since)
    marks, places, answered = array("Q"), array("q"), array("b")
    for number, part in enumerate(parts):
        for offset, row in _rows(part, is_written=bool(since)):
            marks.append(mark_of(row))
            places.append(number << OFFSET_BITS | offset)
            answered.append("error" not in row)
            if seen is not None:
                seen(row)
    return RowIndex(
        parts,
        np.array(marks, dtype=np.uint64),
        np.array(places, dtype=np.int64),
        np.array(answered, dtype=np.bool_),
    )


def _rows(part: Path, *, is_written: bool) -> Iterator[tuple[int, dict[str, Any]]]:
    """The rows of a part, and where each begins; of one that is being written those so far."""
    offset = 0
    with open_file(part) as file:
        for number, line in enumerate(iter(file.readline, b""), start=1):
            row = _row(line)
            if row is None and (is_written or not file.read(1)):  # torn by a kill
                return
            if row is None:
                raise UsageError(
                    f"{part}, line {number} cannot be read: {shown(line)}; take that line out, and "
                    "its row is asked again"
                )
            yield offset, row
            offset += len(line)


def _row(line: bytes) -> dict[str, Any] | None:
    """The row of a line; None where it holds none."""
    try:
        row = json_lines.parse(line)
    except ValueError:
        return None
    return row if isinstance(row, dict) and {"key", "region"} <= row.keys() else None


def _check_same(folder: Path, had: dict[str, object], now: Mapping[str, object]) -> None:
    had, now = _flat(had), _flat(json.loads(json.dumps(now)))  # as it is read back
    differing = [
        f"{name} was {shown(had.get(name))}, is {shown(now.get(name))}"
        for name in sorted(had.keys() | now.keys())
        if had.get(name) != now.get(name)
    ]
    if differing:
        raise UsageError(
            f"{folder} holds answers to other settings ({'; '.join(differing)}); name another "
            "--out, or begin again with --fresh, which gives those answers up"
        )


def _flat(told: Mapping[str, object], before: str = "") -> dict[str, object]:
    """What stands in objects within, under the names of all of them: `settings.seed`."""
    found: dict[str, object] = {}
    for name, value in told.items():
        if isinstance(value, dict):
            found |= _flat(value, f"{before}{name}.")
        else:
            found[before + name] = value
    return found


def _hold(file: BinaryIO) -> None:
    if sys.platform != "win32":
        with contextlib.suppress(OSError):  # of a disk that has no locks
            fcntl.flock(file, fcntl.LOCK_EX)


def _wait_for(part: Path) -> None:
    """A worker may outlive the run that was killed by a moment, and still keep an answer."""
    if sys.platform == "win32":
        return
    deadline = time.monotonic() + WAIT_S
    with part.open("rb") as file:
        while time.monotonic() < deadline:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(0.05)
            except OSError:  # of a disk that has no locks
                return
            else:
                return
    raise UsageError(f"{part} is still written by a worker of an earlier run; end that one first")
