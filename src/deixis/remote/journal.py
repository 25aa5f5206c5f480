"""The answers that were had already, kept in a file, so that none is asked for twice."""

import os
import sys
import threading
from pathlib import Path
from typing import BinaryIO, final

from deixis.core import json_lines
from deixis.core.errors import UsageError
from deixis.core.files import check_regular
from deixis.models.interface import Completion

if sys.platform != "win32":
    import fcntl


BEFORE, AFTER = b'{"request": "', b'", "finish": "'  # how a line begins, but for its digest


@final
class Journal:
    """An append-only file of one JSON line per answer, replayed when it is opened.

    A line is on the disk before its answer is given on. A last line that a crash has torn is cut
    off, unless only its line end is missing; any other line that cannot be read is an error, since
    dropping it would ask again, and a file that is no journal is left as it is.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._failure: OSError | None = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file: BinaryIO = path.open("a+b", buffering=0)
        except OSError as error:
            raise UsageError(f"the journal {path} cannot be opened: {error}") from error
        try:
            check_regular(self._file.fileno())
            self._hold()
            self._answers = self._replayed()
        except (OSError, UsageError) as error:
            self._file.close()
            raise UsageError(f"the journal {path} cannot be used: {error}") from error

    def get(self, fingerprint: str) -> Completion | None:
        """The answer to a request, if it was had."""
        with self._lock:
            return self._answers.get(fingerprint)

    def add(self, fingerprint: str, completion: Completion) -> None:
        """Keep an answer; it is on the disk when this returns."""
        line = {"request": fingerprint, "finish": completion.finish, "text": completion.text}
        with self._lock:
            if fingerprint in self._answers:
                return
            try:
                self._write(json_lines.line(line).encode())
            except OSError as error:
                self._failure = error  # the file may end in half a line: nothing may follow it
                raise UsageError(f"the journal {self._path} cannot be written: {error}") from error
            self._answers[fingerprint] = completion

    def close(self) -> None:
        """Close the file; another run may then use it."""
        self._file.close()

    def _write(self, line: bytes) -> None:
        if self._failure is not None:
            raise self._failure
        if self._file.write(line) != len(line):
            raise OSError("only a part of a line could be written")
        os.fsync(self._file.fileno())

    def _hold(self) -> None:
        """Refuse a second run on the same file: both would pay for the same answers."""
        if sys.platform == "win32":
            return
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise UsageError("another run is using it") from error

    def _replayed(self) -> dict[str, Completion]:
        self._file.seek(0)
        *lines, torn = self._file.read().split(b"\n")
        answers: dict[str, Completion] = {}
        for number, line in enumerate(lines, start=1):
            try:
                answers |= _row(line)
            except (ValueError, KeyError, TypeError) as error:
                raise UsageError(
                    f"line {number} cannot be read; mend it, or name another file"
                ) from error
        if not torn:
            return answers
        try:
            answers |= _row(torn)
            self._file.write(b"\n")
        except (ValueError, KeyError, TypeError) as error:
            left = torn.rstrip(b"\0") if lines else torn  # a disk that failed may have left zeros
            if not json_lines.is_torn(left, before=BEFORE, after=AFTER):
                raise UsageError(
                    "its last line is none of a journal; nothing was changed, name another file"
                ) from error
            self._file.truncate(sum(len(line) + 1 for line in lines))
        return answers


def _row(line: bytes) -> dict[str, Completion]:
    """The one answer of a line, under its fingerprint."""
    row = json_lines.parse(line)
    request, text, finish = row["request"], row["text"], row["finish"]
    if not all(isinstance(value, str) for value in (request, text, finish)):
        raise TypeError("not words")
    return {request: Completion(text=text, finish=finish)}
