"""Answers that were had already: one file, shared by processes, that a kill cannot hurt.

A line is an answer. It is on the disk before it is used, so no question is asked twice; a line that
a kill has torn is cut off, or completed where only its end is missing. A file of anything else is
refused as it is. Exams write lines of one form, servers' journals of another; both are read.
"""

import contextlib
import os
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, final

from deixis.core import json_lines
from deixis.core.errors import UsageError
from deixis.core.files import check_regular, make_folder
from deixis.core.untrusted_text import shown

if sys.platform != "win32":
    import fcntl

CHUNK = 1 << 16
DIGITS = 12  # of a key, in hex, that choose the byte which its claim locks


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class KeptAnswer:
    """An answer, why it ended, and, for people, who was asked what."""

    text: str
    finish: str
    model: str = ""
    asked: str = ""


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """The form of a line: its fields in their order, the first of which is the answer's key."""

    fields: tuple[str, ...]

    @property
    def before(self) -> bytes:
        """What a line begins with, up to its key."""
        return f'{{"{self.fields[0]}": "'.encode()

    @property
    def after(self) -> bytes:
        """What follows the key."""
        return f'", "{self.fields[1]}": "'.encode()

    def line(self, key: str, answer: KeptAnswer) -> bytes:
        """The line of an answer, its end included."""
        named = {
            name: key if name == self.fields[0] else getattr(answer, name) for name in self.fields
        }
        return json_lines.line(named).encode()


EXAM = Form(fields=("key", "text", "finish", "model", "asked"))
JOURNAL = Form(fields=("request", "finish", "text"))
FORMS = (EXAM, JOURNAL)


@final
class Answers:
    """The answers of a file, by the keys of their requests.

    Safe with threads and with other processes. A key can be claimed, so that no two processes ask
    the same at the same time; a claim ends with its process. (Without claims on Windows.) A file
    that is `exclusive` is refused to any other while it is open. `form` is that of new lines.
    """

    def __init__(self, path: Path, *, form: Form = EXAM, exclusive: bool = False) -> None:
        self.path = path
        self._form = form
        self._is_exclusive = exclusive
        self._failure: OSError | None = None
        self._lock = threading.RLock()
        self._known: dict[str, KeptAnswer] = {}
        self._read_to = 0
        self._num_lines = 0
        self._claimed: set[str] = set()
        make_folder(path.parent)
        with contextlib.ExitStack() as opened:
            try:
                self._file: BinaryIO = opened.enter_context(path.open("a+b", buffering=0))
                check_regular(self._file.fileno())
                if exclusive:
                    self._keep_others_out()
                self.refresh()
                self._check_tail(self._tail())
                if exclusive:
                    self._mend()
                    self.refresh()
                else:
                    claims = path.with_name(f"{path.name}.claims")
                    self._claims: BinaryIO = opened.enter_context(claims.open("a+b", buffering=0))
            except OSError as error:
                reason = error.strerror or error
                raise UsageError(f"{path} cannot be opened: {reason}") from error
            self._open = opened.pop_all()

    def __enter__(self) -> "Answers":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __len__(self) -> int:
        return len(self._known)

    def close(self) -> None:
        """The file is closed; claims end."""
        self._open.close()

    def get(self, key: str) -> KeptAnswer | None:
        """The answer, as far as the file has been read."""
        return self._known.get(key)

    def refresh(self) -> None:
        """Read what other processes have added."""
        with self._lock:
            self._file.seek(self._read_to)
            whole, end, _ = self._file.read().rpartition(b"\n")
            if not end:
                return
            for line in whole.split(b"\n"):
                self._take(line)
                self._read_to += len(line) + 1
                self._num_lines += 1

    def add(self, answers: Mapping[str, KeptAnswer]) -> None:
        """Keep answers; they are on the disk when this returns."""
        with self._lock, self._alone():
            if self._failure is not None:
                raise self._unwritable(self._failure)
            self._mend()
            self.refresh()
            new = {key: one for key, one in answers.items() if key not in self._known}
            try:
                self._write(b"".join(self._form.line(key, one) for key, one in new.items()))
            except OSError as error:
                self._failure = error  # what came of it on the disk, nobody knows
                raise self._unwritable(error) from error
            self.refresh()

    def claim(self, keys: Iterable[str]) -> set[str]:
        """Those of the keys that this caller alone may now ask: they have no answer, and nobody
        else has claimed them.
        """
        with self._lock:
            mine = {key for key in keys if key not in self._claimed and self._hold(key)}
            self._claimed |= mine
            self.refresh()  # who held one before may have answered it
            had = {key for key in mine if key in self._known}
            self.release(had)
            return mine - had

    def release(self, keys: Iterable[str]) -> None:
        """Give claims back."""
        with self._lock:
            for key in keys:
                self._claimed.discard(key)
                is_held = any(_place(other) == _place(key) for other in self._claimed)
                if sys.platform != "win32" and not is_held:
                    fcntl.lockf(self._claims, fcntl.LOCK_UN, 1, _place(key))

    def wait(self, key: str, *, pause: float = 0.05) -> KeptAnswer | None:
        """The answer that another is asking for; None where it has given up, and the claim is now
        this caller's.
        """
        while not self.claim([key]):
            answer = self.get(key)
            if answer is not None:
                return answer
            time.sleep(pause)
        return None

    def _unwritable(self, error: OSError) -> UsageError:
        reason = error.strerror or error
        return UsageError(
            f"{self.path} cannot be written: {reason}; the answers that are in it are kept"
        )

    def _keep_others_out(self) -> None:
        """Refuse a second run on the same file: both would pay for the same answers."""
        if sys.platform == "win32":
            return
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise UsageError(f"{self.path} cannot be used: another run is using it") from error

    def _hold(self, key: str) -> bool:
        if sys.platform == "win32":
            return True
        try:
            fcntl.lockf(self._claims, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _place(key))
        except OSError:
            return False
        return True

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """No other process writes meanwhile."""
        if self._is_exclusive or sys.platform == "win32":
            yield
            return
        fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def _mend(self) -> None:
        """Complete or cut off a last line without its end: whoever wrote it was killed."""
        tail = self._tail()
        if not tail:
            return
        try:
            _answer(tail)
            self._write(b"\n")
        except (ValueError, KeyError, TypeError):
            self._check_tail(tail)
            self._file.truncate(self._file.seek(0, os.SEEK_END) - len(tail))

    def _check_tail(self, tail: bytes) -> None:
        """Refuse a last line that is not at least the beginning of one of ours."""
        try:
            _answer(tail)
        except (ValueError, KeyError, TypeError):
            left = tail.rstrip(b"\0") if self._read_to else tail  # zeros of a disk that failed
            torn = (json_lines.is_torn(left, before=f.before, after=f.after) for f in FORMS)
            if not any(torn):
                raise UsageError(
                    f"{self.path} holds something else than answers: its last line, {shown(tail)}, "
                    "is none of a journal; nothing was changed, name another file"
                ) from None

    def _tail(self) -> bytes:
        """What follows the last line's end."""
        tail, begin = b"", self._file.seek(0, os.SEEK_END)
        while begin > 0 and b"\n" not in tail:
            step = min(CHUNK, begin)
            begin -= step
            self._file.seek(begin)
            tail = self._file.read(step) + tail
        return tail.rpartition(b"\n")[2]

    def _write(self, content: bytes) -> None:
        while content:
            written = self._file.write(content)
            content = content[written:]
        os.fsync(self._file.fileno())

    def _take(self, line: bytes) -> None:
        try:
            self._known |= _answer(line)
        except (ValueError, KeyError, TypeError):
            raise UsageError(
                f"{self.path} cannot be used: line {self._num_lines + 1} cannot be read, it is "
                f"broken at byte {self._read_to}: {shown(line)}; take that line out (its question "
                "will be asked again), or name another file"
            ) from None


def _place(key: str) -> int:
    return int(key[:DIGITS], 16)


def _answer(line: bytes) -> dict[str, KeptAnswer]:
    """The one answer of a line, in either form, under its key."""
    row = json_lines.parse(line)
    form = JOURNAL if JOURNAL.fields[0] in row else EXAM
    values = {name: row[name] for name in form.fields}
    key = values.pop(form.fields[0])
    if not all(isinstance(value, str) for value in (key, values["text"], values["finish"])):
        raise TypeError("not words")
    return {key: KeptAnswer(**values)}
