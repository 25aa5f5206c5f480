"""A JSON file's rows are read when they are asked for, by where they stand in it."""

from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, final

import numpy as np
from jaxtyping import Int64

from deixis.core.errors import SampleError, UsageError
from deixis.core.files import open_file
from deixis.core.json_lines import parse
from deixis.data.reading.fields import BadRowError
from deixis.data.reading.json_stream import MOST, Item, json_stream

LINES = ".jsonl"


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class JsonRows:
    """The rows of a file take 24 bytes of memory each, whatever they hold.

    `numbers` are what rows are called in messages: lines of the file, or places in its list.
    """

    file: Path
    begins: Int64[np.ndarray, " row"]
    ends: Int64[np.ndarray, " row"]
    numbers: Int64[np.ndarray, " row"]

    def __len__(self) -> int:
        return int(self.begins.size)

    def only(self, places: Sequence[int]) -> "JsonRows":
        """Some of the rows are kept."""
        kept = np.array(places, dtype=np.int64)
        return JsonRows(
            file=self.file,
            begins=self.begins[kept],
            ends=self.ends[kept],
            numbers=self.numbers[kept],
        )

    def row(self, place: int) -> Any:  # Any: what JSON holds
        """A row has this value; BadRowError where it is not JSON."""
        with self.opened() as file:
            return self.row_in(file, place)

    @contextmanager
    def opened(self) -> Iterator[BinaryIO]:
        """The file is held open, for many rows."""
        try:
            file = open_file(self.file)
        except OSError as error:
            raise UsageError(f"cannot read {self.file}: {error.strerror}") from None
        with file:
            yield file

    def row_in(self, file: BinaryIO, place: int) -> Any:  # Any: what JSON holds
        """The same where the file is open already."""
        begin, end = int(self.begins[place]), int(self.ends[place])
        try:
            file.seek(begin)
            return parse(file.read(end - begin))
        except OSError as error:
            raise UsageError(f"cannot read {self.file}: {error.strerror}") from None
        except (ValueError, RecursionError) as error:
            raise BadRowError(f"not JSON: {error or 'nested too deeply'}") from None


@final
class RowSpans:
    """The places of rows are collected while a file is read."""

    def __init__(self) -> None:
        self._begins, self._ends, self._numbers = array("q"), array("q"), array("q")

    def add(self, item: Item, number: int) -> None:
        """One more row stands here."""
        self._begins.append(item.begin)
        self._ends.append(item.end)
        self._numbers.append(number)

    def rows(self, file: Path) -> JsonRows:
        """The places are rows of that file."""
        begins, ends, numbers = (
            np.array(values, dtype=np.int64) for values in (self._begins, self._ends, self._numbers)
        )
        return JsonRows(file=file, begins=begins, ends=ends, numbers=numbers)


def rows_of(file: Path, *, seen: Callable[[Any], None] | None = None) -> JsonRows:
    """A file has rows: those of a JSON list, or JSON lines where the name ends so.

    `seen` gets each row of a list while it is found.
    """
    if file.suffix == LINES:
        return _lines(file)
    spans = RowSpans()
    with json_stream(file) as stream:
        if not stream.opens_with("["):
            raise UsageError(
                f"{file} is not JSON with a list of rows; one row a line is named {LINES}"
            )
        for number, item in enumerate(stream.items(), start=1):
            spans.add(item, number)
            if seen is not None:
                seen(item.value)
    return spans.rows(file)


def lists_of(file: Path, *names: str) -> dict[str, JsonRows]:
    """The object that a file holds has lists of these names."""
    found: dict[str, JsonRows] = {}
    with json_stream(file) as stream:
        for name in stream.members():
            if name not in names or not stream.opens_with("["):
                stream.value()
                continue
            spans = RowSpans()
            for number, item in enumerate(stream.items(), start=1):
                spans.add(item, number)
            found[name] = spans.rows(file)
    for name in names:
        if name not in found:
            raise UsageError(f"{file} has no list {name!r}")
    return found


def _lines(file: Path) -> JsonRows:
    spans = RowSpans()
    begin = row = 0
    try:
        with open_file(file) as lines:
            while line := lines.readline(MOST + 1):
                row += 1
                if len(line) > MOST:
                    reason = f"the line is longer than {MOST} bytes"
                    raise SampleError(dataset=str(file), row=row, reason=reason)
                if line.strip(b"\xef\xbb\xbf \t\r\n"):
                    spans.add(Item(value=None, begin=begin, end=begin + len(line)), row)
                begin += len(line)
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}") from None
    return spans.rows(file)


@final
@dataclass(frozen=True, slots=True, eq=False)
class Nested:
    """Each row's examples begin here when all are counted through."""

    starts: Int64[np.ndarray, " row_and_end"]

    @classmethod
    def of(cls, lengths: list[int]) -> "Nested":
        """Every row has so many examples."""
        return cls(np.concatenate([[0], np.cumsum(np.array(lengths, np.int64))]).astype(np.int64))

    def __len__(self) -> int:
        return int(self.starts[-1])

    def place(self, index: int) -> tuple[int, int]:
        """An example is of a row, and has a place among the row's own."""
        row = int(np.searchsorted(self.starts, index, side="right")) - 1
        return row, index - int(self.starts[row])


def length_of(row: object, name: str) -> int:
    """A row holds so many examples; one without that list counts as one, a bad one."""
    found = row.get(name) if isinstance(row, dict) else None
    return len(found) if isinstance(found, list) else 1
