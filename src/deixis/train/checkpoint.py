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
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from deixis.core.errors import TrainingError
from deixis.core.files import write_text

VERSION = "checkpoint/1"
MANIFEST = "manifest.json"
STATE = "state.json"
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
        self.folder.mkdir(parents=True, exist_ok=True)
        target = self.folder / f"step-{checkpoint.step:08d}"
        draft = self._draft(target)
        try:
            self._fill(draft, checkpoint)
            if target.exists():  # of the same step: torn, or equal
                self._remove(target)
            draft.rename(target)
            sync_folder(self.folder)
        except OSError as error:
            shutil.rmtree(draft, ignore_errors=True)
            raise TrainingError(
                f"the checkpoint of step {checkpoint.step} cannot be written: {error}; "
                "those before it are as they were"
            ) from error
        for _, old in self._found()[: -self.keep]:
            self._remove(old)
        return target

    def newest(self, warn: Callable[[str], None]) -> Checkpoint | None:
        """The newest that is whole; tells of each that is not."""
        for step, path in reversed(self._found()):
            problem = _problem(path)
            if problem is None:
                return _read(path, step)
            warn(f"passing over the checkpoint {path.name}: {problem}")
        return None

    def clear_drafts(self) -> None:
        """Remove what killed runs left half written."""
        for draft in self.folder.glob(".*.draft"):
            shutil.rmtree(draft)

    def _fill(self, draft: Path, checkpoint: Checkpoint) -> None:
        draft.mkdir()
        for name, tensors in checkpoint.tensors.items():
            whole = {key: tensor.detach().contiguous() for key, tensor in tensors.items()}
            save_file(whole, draft / f"{name}.safetensors")
        (draft / STATE).write_text(json.dumps(checkpoint.state, allow_nan=False), encoding="utf-8")
        for path in draft.iterdir():
            sync_file(path)
        files = {path.name: _sha256(path) for path in sorted(draft.iterdir())}
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
        draft = path.rename(self._draft(path))
        shutil.rmtree(draft)


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


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _problem(path: Path) -> str | None:
    """What is wrong with a checkpoint, in words; None if it is whole."""
    try:
        manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
        if manifest["deixis"] != VERSION:
            return f"it is {manifest['deixis']!r}, this Deixis reads {VERSION}"
        for name, expected in manifest["files"].items():
            if Path(name).name != name or _sha256(path / name) != expected:
                return f"{name} is not what was written"
    except OSError as error:
        return f"{Path(error.filename or path).name} cannot be read"
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"its {MANIFEST} is broken"
    return None


def _read(path: Path, step: int) -> Checkpoint:
    try:
        tensors = {file.stem: load_file(file) for file in path.glob("*.safetensors")}
        state = json.loads((path / STATE).read_text(encoding="utf-8"))
    except (OSError, ValueError, SafetensorError) as error:
        raise TrainingError(f"the checkpoint {path.name} cannot be read: {error}") from error
    return Checkpoint(step=step, tensors=tensors, state=state)
