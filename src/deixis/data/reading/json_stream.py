"""JSON files of any size are read value by value: a window of the text lies in memory, places are
bytes.

What is read is what `json` reads. A single value may be `MOST` characters; a file that breaks is a
SampleError that names the value and the byte where it broke.
"""

import codecs
import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, final

from deixis.core.errors import SampleError, UsageError
from deixis.core.files import open_file

WINDOW = 2**20  # bytes that are read at once
MOST = 2**26  # characters of one value
BLANKS = " \t\n\r"
BEHIND = tuple(BLANKS + ",]}:")  # what stands behind a value that is whole
DECODER = json.JSONDecoder()


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """A value stands in these bytes of the file."""

    value: Any  # Any: what JSON holds
    begin: int
    end: int


@final
class JsonStream:
    """A JSON file is read forwards."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file = file
        self._name = name
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._text = ""
        self._at = 0  # place in the window
        self._byte = 0  # the same place in the file
        self._ended = False
        self._where: int | str = "first"  # for messages
        if self._peek() == "\ufeff":
            self._step(1)

    def items(self) -> Iterator[Item]:
        """The list that stands here gives its values one by one."""
        self._expect("[", "a list")
        row = 0
        if self._peek() == "]":
            return self._step(1)
        while True:
            row += 1
            self._where = row
            yield self.value()
            mark = self._peek()
            if mark == "]":
                return self._step(1)
            if mark != ",":
                raise self._broken("a comma or the list's end is missing behind it")
            self._step(1)

    def members(self) -> Iterator[str]:
        """The object that stands here gives its names. Take each one's value before the next."""
        self._expect("{", "an object")
        if self._peek() == "}":
            return self._step(1)
        while True:
            name = self.value().value
            self._where = str(name)
            self._expect(":", "a value behind its name")
            yield str(name)
            mark = self._peek()
            if mark == "}":
                return self._step(1)
            if mark != ",":
                raise self._broken("a comma or the object's end is missing behind it")
            self._step(1)

    def value(self) -> Item:
        """The whole value that stands here is read."""
        self._peek()
        begin = self._byte
        while True:
            try:
                value, end = DECODER.raw_decode(self._text, self._at)
            except RecursionError:
                raise self._broken("it is nested too deeply") from None
            except ValueError as error:
                reason = str(error).partition(": line ")[0]
                if not self._more():
                    raise self._broken(reason) from None
                continue
            # a number that the window's end cuts may go on: 1.5 of 1.5e3
            is_cut = isinstance(value, int | float) and self._text[end : end + 1] not in BEHIND
            if is_cut and self._more():
                continue
            self._step(end - self._at)
            return Item(value=value, begin=begin, end=self._byte)

    def opens_with(self, mark: str) -> bool:
        """Whether that mark is what stands here."""
        return self._peek() == mark

    def _expect(self, mark: str, what: str) -> None:
        found = self._peek()
        if found != mark:
            raise self._broken(f"{what} is expected, found {found!r}")
        self._step(1)

    def _peek(self) -> str:
        """The next character that is no blank is seen; nothing at the end."""
        while True:
            text, at = self._text, self._at
            end = at
            while end < len(text) and text[end] in BLANKS:
                end += 1
            self._step(end - at)
            if end < len(text):
                return text[end]
            if not self._more():
                return ""

    def _step(self, count: int) -> None:
        passed = self._text[self._at : self._at + count]
        self._byte += count if passed.isascii() else len(passed.encode())
        self._at += count

    def _more(self) -> bool:
        """Read on, dropping what was passed; False where there is no more, or too much of it."""
        left = len(self._text) - self._at
        if self._ended or left > MOST:
            return False
        piece = self._file.read(max(WINDOW, left))
        self._ended = not piece
        try:
            fresh = self._decoder.decode(piece, final=self._ended)
        except UnicodeDecodeError as error:
            raise self._broken(f"it is not UTF-8 ({error.reason})") from None
        self._text = self._text[self._at :] + fresh
        self._at = 0
        return bool(fresh) or not self._ended

    def _broken(self, reason: str) -> SampleError:
        return SampleError(
            dataset=self._name,
            row=self._where,
            reason=f"the JSON breaks here, at byte {self._byte}: {reason}",
        )


@contextlib.contextmanager
def json_stream(path: Path) -> Iterator[JsonStream]:
    """A JSON file is opened to be read forwards; UsageError where it cannot be."""
    try:
        file = open_file(path)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from None
    with file:
        yield JsonStream(file, str(path))


def small_json(path: Path) -> Any:  # Any: what JSON holds
    """A whole file of at most `MOST` characters is read."""
    with json_stream(path) as stream:
        return stream.value().value
