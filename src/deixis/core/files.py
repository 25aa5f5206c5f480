"""Files that are there whole or not at all."""

import contextlib
import os
import re
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path

from deixis.core.errors import UsageError

if sys.platform != "win32":
    import fcntl

LOCK = ".lock"
DRAFT = re.compile(r"\..+\.[0-9a-f]{8}\.draft")


def write_bytes(path: Path, content: bytes) -> None:
    """Write under a temporary name, flush to the disk, then rename."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.draft")
    try:
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as refusal:
        raise UsageError(f"cannot write {path}: {refusal.strerror or refusal}") from None
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
    """The folder from which relative paths are seen, for a message; it may have been deleted."""
    try:
        return str(Path.cwd())
    except OSError:
        return "a working folder that is gone"


def cache_folder() -> Path:
    """Where what can be made again is kept: $DEIXIS_CACHE, or ~/.cache/deixis."""
    return Path(os.environ.get("DEIXIS_CACHE") or Path.home() / ".cache" / "deixis")


def write_text(path: Path, content: str) -> None:
    """The same for text, as UTF-8."""
    write_bytes(path, content.encode())


def left_behind(folder: Path) -> list[Path]:
    """The drafts of files in it that were never finished: whoever wrote them was killed."""
    return [path for path in folder.iterdir() if is_draft(path.name)]


def is_draft(name: str) -> bool:
    """Whether a file's name is one that `write_bytes` gives to what is not finished."""
    return DRAFT.fullmatch(name) is not None


@contextlib.contextmanager
def owned(folder: Path, who: str) -> Iterator[None]:
    """Keep others out while this process writes in a folder; a killed one's hold ends with it.

    UsageError says `who`, as in "another run", is there already.
    """
    make_folder(folder)
    with (folder / LOCK).open("w") as lock:
        if sys.platform != "win32":
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise UsageError(f"{who} is writing in {folder}") from None
        yield
