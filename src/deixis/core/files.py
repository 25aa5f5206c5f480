"""Files are written so that they are there whole or not at all."""

import contextlib
import errno
import os
import re
import secrets
import shutil
import stat
import sys
import threading
from collections.abc import Iterator
from io import BufferedReader, BufferedWriter
from pathlib import Path

from deixis.core.disk_full import is_full, missing_room
from deixis.core.errors import UsageError

if sys.platform != "win32":
    import fcntl

LOCK = ".lock"
CHUNK = 1 << 16  # bytes
UNHELD = getattr(os, "O_NONBLOCK", 0)  # a pipe in a file's place would keep its opener waiting
ALONE = threading.Lock()
DRAFT = re.compile(r"\..+\.[0-9a-f]{8}\.draft")


def open_file(path: str | os.PathLike[str]) -> BufferedReader:
    """A file is opened to be read. OSError for a pipe, a socket or a device, also one that took the
    file's place a moment ago: what was opened is looked at, not what lay there before.
    """
    descriptor = os.open(path, os.O_RDONLY | UNHELD | getattr(os, "O_BINARY", 0))
    try:
        check_regular(descriptor)
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def check_regular(descriptor: int) -> None:
    """OSError says where what is open is no file."""
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "it is a pipe, socket or device, not a file")


def read_bytes(path: str | os.PathLike[str], *, most: int | None = None) -> bytes:
    """All of a file is read; OSError where it cannot be, or is larger than `most` bytes."""
    with open_file(path) as file:
        if most is None:
            return file.read()
        # no more than what seems to be there: room is made for as much as is asked for
        content = file.read(min(max(os.fstat(file.fileno()).st_size, CHUNK), most) + 1)
        while len(content) <= most and (more := file.read(CHUNK)):
            content += more
    if len(content) > most:
        raise OSError(errno.EFBIG, f"it is larger than {most} bytes")
    return content


def read_text(path: str | os.PathLike[str], *, most: int | None = None) -> str:
    """All of a file is read as UTF-8 without its mark; UnicodeDecodeError, a ValueError, where it
    is none. Line ends are as they stand there.
    """
    return read_bytes(path, most=most).decode("utf-8-sig")


def write_bytes(path: Path, content: bytes) -> None:
    """Write under a temporary name, flush to the disk, then rename."""
    with written(path, size=len(content)) as file:
        file.write(content)


@contextlib.contextmanager
def written(path: Path, *, size: int = 0) -> Iterator[BufferedWriter]:
    """What is written within has the name `path` when all of it is on the disk, not before.
    `size` is how much it will be, where that is known.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.draft")
    try:
        with _held(draft) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            if sys.platform != "win32":
                draft.replace(path)
        if sys.platform == "win32":  # what is open there has its name for good
            draft.replace(path)
    except OSError as refusal:
        why = refusal.strerror or str(refusal)
        if is_full(refusal):
            with contextlib.suppress(OSError):
                size = max(size, draft.stat().st_size)
                draft.unlink()  # what it took is free again
            why = f"{why}; {missing_room(path.parent, size)}"
        raise UsageError(f"cannot write {path}: {why}") from None
    finally:
        with contextlib.suppress(OSError):
            draft.unlink()


def make_folder(path: Path) -> None:
    """Make a folder and those above it, where they are not there yet."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as refusal:
        raise UsageError(f"cannot make {path}: {refusal.strerror or refusal}") from None


def working_folder() -> str:
    """Relative paths are seen from this folder, as a message says it; it may have been deleted."""
    try:
        return str(Path.cwd())
    except OSError:
        return "a working folder that is gone"


def remove(path: Path) -> None:
    """Whatever has this name is taken away, file or folder; it need not be there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def cache_folder() -> Path:
    """What can be made again is kept here: in $DEIXIS_CACHE, or in ~/.cache/deixis."""
    return Path(os.environ.get("DEIXIS_CACHE") or Path.home() / ".cache" / "deixis")


def write_text(path: Path, content: str) -> None:
    r"""The same for text, as UTF-8. What is no character (half of one that a broken answer or name
    holds) is written as JSON writes it, `\ud800`.
    """
    write_bytes(path, content.encode(errors="backslashreplace"))


def left_behind(folder: Path) -> list[Path]:
    """These drafts in a folder were never finished: whoever wrote them was killed."""
    return [path for path in folder.iterdir() if is_draft(path.name)]


def sweep(folder: Path) -> None:
    """Take away the drafts in a folder whose writers were killed; one that is being written is
    held, and stays.
    """
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        return
    for draft in left_behind(folder):
        with contextlib.suppress(OSError), draft.open("rb") as file:
            if sys.platform != "win32":
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            draft.unlink()


def _held(draft: Path) -> BufferedWriter:
    """A new file is held, so that others see that it is being written, until it is closed or its
    process is killed.
    """
    while True:
        file = draft.open("wb")
        if sys.platform == "win32":
            return file
        with contextlib.suppress(OSError):  # of a disk that has no locks
            fcntl.flock(file, fcntl.LOCK_EX)
        if os.fstat(file.fileno()).st_nlink:
            return file
        file.close()  # it was swept before it was held


def is_draft(name: str) -> bool:
    """A name tells whether `write_bytes` has given it to what is not finished."""
    return DRAFT.fullmatch(name) is not None


@contextlib.contextmanager
def owned(folder: Path, who: str) -> Iterator[None]:
    """Keep others out while this process writes in a folder; a killed one's hold ends with it.

    UsageError says `who`, as in "another run", is there already.
    """
    make_folder(folder)
    try:
        opened = (folder / LOCK).open("w")
    except OSError as refusal:
        raise UsageError(f"cannot write in {folder}: {refusal.strerror or refusal}") from None
    with opened as lock:
        if sys.platform != "win32":
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise UsageError(f"{who} is writing in {folder}") from None
        yield


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Wait until nobody else who asks for this writes in a folder, no thread and no process; a
    killed one's hold ends with it.
    """
    make_folder(folder)
    try:
        opened = (folder / LOCK).open("w")
    except OSError as refusal:
        raise UsageError(f"cannot write in {folder}: {refusal.strerror or refusal}") from None
    with opened as lock, ALONE:
        if sys.platform != "win32":
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
