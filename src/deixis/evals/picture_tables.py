"""Tables may hold whole pictures in their cells: short cells stay in memory, long ones in the
file.
"""

import csv
import io
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, final

from deixis.core.errors import SampleError, UsageError
from deixis.core.files import open_file

MOST = 2**26  # bytes of a row
KEPT = 2**16  # letters of a cell that stays in memory
_LIMIT = threading.Lock()  # `csv` has one limit for all that read


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class TsvRow:
    """A row has its short cells by column, and its place in the file; `number` counts rows from
    1.
    """

    number: int
    cells: Mapping[str, str]
    begin: int
    end: int


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """A table is a file with a head and rows of the same columns."""

    file: Path
    columns: tuple[str, ...]
    rows: tuple[TsvRow, ...]

    def cell(self, row: TsvRow, column: str) -> str:
        """Any cell can be had; a long one is read from the file."""
        if column in row.cells:
            return row.cells[column]
        try:
            with open_file(self.file) as file:
                file.seek(row.begin)
                lines = [line.decode() for line in io.BytesIO(file.read(row.end - row.begin))]
            with _long_cells():
                found = next(csv.reader(lines, delimiter="\t"), [])
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise UsageError(f"cannot read {self.file}: {error}") from None
        if len(found) != len(self.columns):
            raise UsageError(f"{self.file} has changed while it was read")
        return found[self.columns.index(column)]


def read_table(file: Path) -> Table:
    """All rows of a file are read; SampleError if one is malformed."""
    try:
        with open_file(file) as opened, _long_cells():
            lines = _Lines(opened, file.name)
            reader = csv.reader(lines, delimiter="\t")
            columns = tuple(_next(reader, lines) or ())
            rows: list[TsvRow] = []
            while (found := _next(reader, lines)) is not None:
                if found:  # no blank line
                    rows.append(_row(lines, columns, found))
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror or error}") from None
    return Table(file=file, columns=columns, rows=tuple(rows))


@final
class _Lines:
    """`csv` reads a file through these lines. The row that is being read, 0 for the head, has
    this `number`, and stands between `begin` and `at`.
    """

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file, self._name = file, name
        self.begin, self.at, self.number = 0, 0, -1

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._file.readline(MOST + 1)
        if not line:
            raise StopIteration
        self.at += len(line)
        if self.at - self.begin > MOST:
            raise self.broken(f"it is longer than {MOST} bytes; is a quotation mark left open?")
        try:
            return line.decode("utf-8-sig" if self.at == len(line) else "utf-8")
        except UnicodeDecodeError as error:
            raise self.broken(f"it is not UTF-8 ({error.reason})") from None

    def broken(self, reason: str) -> SampleError:
        """The error says what is wrong with the row that is being read."""
        return SampleError(dataset=self._name, row=self.number, reason=reason)


def _next(reader: Iterator[list[str]], lines: _Lines) -> list[str] | None:
    """The next row comes, or None at the end."""
    lines.number += 1
    lines.begin = lines.at
    try:
        return next(reader, None)
    except csv.Error as error:
        raise lines.broken(f"the table breaks here: {error}") from None


def _row(lines: _Lines, columns: tuple[str, ...], found: list[str]) -> TsvRow:
    if len(found) != len(columns):
        raise lines.broken(f"it has {len(found)} cells, the head has {len(columns)}")
    named = zip(columns, found, strict=True)
    cells = {column: cell for column, cell in named if len(cell) <= KEPT}
    return TsvRow(number=lines.number, cells=cells, begin=lines.begin, end=lines.at)


@contextmanager
def _long_cells() -> Iterator[None]:
    with _LIMIT:
        before = csv.field_size_limit(MOST)
        try:
            yield
        finally:
            csv.field_size_limit(before)
