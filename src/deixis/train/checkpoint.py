"""Checkpoints that are there whole or not at all: safetensors and JSON, hashes last.

A checkpoint is written under a temporary name, flushed to the disk and renamed. Its manifest, with
the SHA-256 of every file, is written last: what does not agree with it is passed over on resume.
"""

import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from deixis.core.disk_full import is_full, missing_room
from deixis.core.errors import DeixisError, TrainingError
from deixis.core.files import make_folder, remove, write_text

VERSION = "checkpoint/1"
MANIFEST = "manifest.json"
STATE = "state.json"
TENSORS = ".safetensors"
NAME = re.compile(r"step-(\d{8,})")
Tensors = Mapping[str, Tensor]


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Checkpoint:
    """What a run needs to go on: named groups of tensors, and JSON-ready values."""

    step: int
    tensors: Mapping[str, Tensors]
    state: Mapping[str, Any]  # Any: what JSON holds


@final
class CheckpointFolder:
    """The checkpoints of one run; `keep` newest stay."""

    def __init__(self, folder: Path, *, keep: int = 2) -> None:
        self.folder = folder
        self.keep = keep

    def write(self, checkpoint: Checkpoint) -> Path:
        """Add one; when it is there, older ones go."""
        make_folder(self.folder)
        target = self.folder / f"step-{checkpoint.step:08d}"
        draft = self._draft(target)
        what = f"the checkpoint of step {checkpoint.step}"
        with telling(what, self.folder, _num_bytes(checkpoint)), discarded(draft):
            self._fill(draft, checkpoint)
            if target.exists():  # of the same step: torn, or equal
                self._remove(target)
            draft.rename(target)
            sync_folder(self.folder)
        for _, old in self._found()[: -self.keep]:
            self._remove(old)
        return target

    def newest(
        self, warn: Callable[[str], None], *, groups: Sequence[str] = ()
    ) -> Checkpoint | None:
        """The newest that is whole, with these groups of tensors; tells of each that is not."""
        for step, path in reversed(self._found()):
            found = _read(path, step, [*(f"{name}{TENSORS}" for name in groups), STATE])
            if isinstance(found, Checkpoint):
                return found
            warn(f"passing over the checkpoint {path.name}: {found}")
        return None

    def are_ours(self) -> bool:
        """Whether a checkpoint of ours is there, be it torn."""
        return any(_is_ours(path) for _, path in self._found())

    def clear(self) -> None:
        """Remove all checkpoints, and nothing else."""
        for _, path in self._found():
            self._remove(path)
        self.clear_drafts()
        if self.folder.is_dir() and not any(self.folder.iterdir()):
            self.folder.rmdir()

    def clear_drafts(self) -> None:
        """Remove what killed runs left half written."""
        for draft in self.folder.glob(".step-*.draft"):
            remove(draft)

    def _fill(self, draft: Path, checkpoint: Checkpoint) -> None:
        draft.mkdir()
        for name, tensors in checkpoint.tensors.items():
            whole = {key: tensor.detach().contiguous() for key, tensor in tensors.items()}
            save_file(whole, draft / f"{name}{TENSORS}")
        (draft / STATE).write_text(json.dumps(checkpoint.state, allow_nan=False), encoding="utf-8")
        for path in draft.iterdir():
            sync_file(path)
        files = {path.name: sha256_of(path) for path in sorted(draft.iterdir())}
        manifest = {"deixis": VERSION, "step": checkpoint.step, "files": files}
        write_text(draft / MANIFEST, json.dumps(manifest, indent=1))
        sync_folder(draft)

    def _found(self) -> list[tuple[int, Path]]:
        if not self.folder.is_dir():
            return []
        named = ((NAME.fullmatch(path.name), path) for path in self.folder.iterdir())
        return sorted((int(match[1]), path) for match, path in named if match)

    def _draft(self, path: Path) -> Path:
        return path.with_name(f".{path.name}.{secrets.token_hex(4)}.draft")

    def _remove(self, path: Path) -> None:
        """Renamed first, so that a kill leaves no half checkpoint under its name."""
        remove(path.rename(self._draft(path)))


def sync_file(path: Path) -> None:
    """Wait until the file's bytes are on the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Wait until the folder's names are on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sha256_of(path: Path) -> str:
    """The hash of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def discarded(draft: Path) -> Iterator[None]:
    """A folder that is filled within this block, and gone after it if it kept its name."""
    try:
        yield
    finally:
        shutil.rmtree(draft, ignore_errors=True)


@contextmanager
def telling(what: str, folder: Path, num_bytes: int) -> Iterator[None]:
    """A TrainingError says what could not be written in a folder, and how much room is missing."""
    try:
        yield
    except DeixisError:
        raise
    # what fills a disk is told by every library in its own way, by tokenizers in a bare Exception
    except Exception as error:
        if not isinstance(error, OSError) and not is_full(error):
            raise
        why = (error.strerror if isinstance(error, OSError) else None) or str(error)
        room = f"; {missing_room(folder, num_bytes)}" if is_full(error) else ""
        raise TrainingError(
            f"{what} cannot be written in {folder}: {why}{room}. The checkpoints before it are as "
            "they were, and the same command goes on from the newest"
        ) from error


def _num_bytes(checkpoint: Checkpoint) -> int:
    groups = checkpoint.tensors.values()
    return sum(one.numel() * one.element_size() for group in groups for one in group.values())


def _is_ours(path: Path) -> bool:
    try:
        manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(manifest, dict) and str(manifest.get("deixis", "")).startswith("checkpoint/")


def _read(path: Path, step: int, needed: Sequence[str]) -> Checkpoint | str:
    """A checkpoint that is whole and has these files; of another what is wrong with it."""
    try:
        manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
        if manifest["deixis"] != VERSION:
            return f"it is {manifest['deixis']!r}, this Deixis reads {VERSION}"
        files = dict(manifest["files"])
        lacking = sorted(set(needed) - files.keys())
        if lacking:
            return f"its {MANIFEST} does not list {', '.join(lacking)}"
        for name, expected in files.items():
            if Path(name).name != name or sha256_of(path / name) != expected:
                return f"{name} is not what was written"
        tensors = {
            name.removesuffix(TENSORS): load_file(path / name)
            for name in files
            if name.endswith(TENSORS)
        }
        state = json.loads((path / STATE).read_text(encoding="utf-8"))
    except OSError as error:
        return f"{Path(error.filename or path).name} cannot be read ({error.strerror})"
    except SafetensorError as error:
        return f"it cannot be read: {error}"
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return f"its {MANIFEST} is broken"
    return Checkpoint(step=step, tensors=tensors, state=state)
