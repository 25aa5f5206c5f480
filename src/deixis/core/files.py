"""Files that are there whole or not at all."""

import contextlib
import os
import secrets
from pathlib import Path

from deixis.core.errors import UsageError


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


def cache_folder() -> Path:
    """Where what can be made again is kept: $DEIXIS_CACHE, or ~/.cache/deixis."""
    return Path(os.environ.get("DEIXIS_CACHE") or Path.home() / ".cache" / "deixis")


def write_text(path: Path, content: str) -> None:
    """The same for text, as UTF-8."""
    write_bytes(path, content.encode())
