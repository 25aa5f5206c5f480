"""The folder of a run: what is in it, who writes in it, and whether a run may go on there.

`environment.json` says where it is made; `finished.json`, the last file that is written, that it is
done, with the hashes of what it leaves.
"""

import json
import os
import platform
import secrets
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, final

import torch

from deixis._version import __version__
from deixis.core.errors import UsageError
from deixis.core.files import left_behind, owned, remove, write_text
from deixis.core.folder_ownership import check_ours, claim
from deixis.core.settings import to_record
from deixis.train.checkpoint import (
    CheckpointFolder,
    discarded,
    sha256_of,
    sync_file,
    sync_folder,
    telling,
)
from deixis.train.config import MAY_CHANGE, TASK_MAY_CHANGE, RunConfig
from deixis.train.metrics import MetricsFile

PACKAGES = ("torch", "transformers", "safetensors", "numpy", "pillow", "tokenizers", "peft")


def environment() -> dict[str, object]:
    """Versions, processor and the commit of the code, JSON-ready."""
    return {
        "deixis": __version__,
        "commit": _commit(),
        "python": platform.python_version(),
        "packages": {name: version for name in PACKAGES if (version := _version(name))},
        "platform": platform.platform(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "gpus": [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())],
        "command": sys.argv,
    }


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _processor() -> str:
    listed = Path("/proc/cpuinfo")
    if listed.is_file():
        for line in listed.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _commit() -> str | None:
    """The commit that this source is at, with + where files differ from it; None outside of git."""
    here = Path(__file__).resolve().parent
    asked = ["git", "-C", str(here), "describe", "--always", "--dirty=+", "--abbrev=40"]
    try:
        told = subprocess.run(asked, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return told.stdout.strip() or None


VERSION = "finished-run/1"


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Finish:
    """The step a run ended with, and the rows that were left out."""

    step: int
    bad: Mapping[int, str]


@final
class FinishFile:
    """`finished.json` of a run's folder. Whoever is killed before it is written, writes model and
    curves again.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, step: int, bad: Mapping[int, str], files: Sequence[Path]) -> None:
        """The run has left these."""
        folder = self.path.parent
        record = {
            "deixis": VERSION,
            "step": step,
            "bad": {str(index): reason for index, reason in bad.items()},
            "files": {file.relative_to(folder).as_posix(): sha256_of(file) for file in files},
        }
        write_text(self.path, f"{json.dumps(record, indent=1, ensure_ascii=False)}\n")

    def read(self) -> Finish | str | None:
        """How the run ended; in words what is wrong with what it left; None: it did not end."""
        if not self.path.exists():
            return None
        try:
            record = json.loads(self.path.read_text(encoding="utf-8"))
            if record["deixis"] != VERSION:
                return f"{self.path.name} is {record['deixis']!r}, this Deixis reads {VERSION}"
            for name, expected in record["files"].items():
                if not _is_inside(name) or sha256_of(self.path.parent / name) != expected:
                    return f"{name} is not what was written"
            bad = {int(index): str(reason) for index, reason in record["bad"].items()}
            return Finish(step=int(record["step"]), bad=bad)
        except OSError as error:
            return f"{Path(error.filename or self.path).name} cannot be read ({error.strerror})"
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
            return f"{self.path.name} is broken"

    def remove(self) -> None:
        """The run goes on, or is forgotten."""
        remove(self.path)


def _is_inside(name: str) -> bool:
    path = Path(name)
    return not path.is_absolute() and ".." not in path.parts


KIND = "train"
Record = dict[str, Any]  # Any: what JSON holds


@final
class RunFolder:
    """`config.json`, `environment.json`, `metrics.jsonl`, `curves.png`, `checkpoints`, `model`,
    and, when all of these are there, `finished.json`.
    """

    def __init__(self, folder: Path, *, keep_checkpoints: int) -> None:
        self.path = folder
        self.checkpoints = CheckpointFolder(folder / "checkpoints", keep=keep_checkpoints)
        self.metrics = MetricsFile(folder / "metrics.jsonl")
        self.config = folder / "config.json"
        self.environment = folder / "environment.json"
        self.curves = folder / "curves.png"
        self.model = folder / "model"
        self.finished = FinishFile(folder / "finished.json")

    def check_ours(self) -> None:
        """UsageError for a folder that holds anything but a run."""
        check_ours(self.path, KIND, known=self._known())

    def check_apart(self, about: Mapping[str, object]) -> None:
        """UsageError where the run would write over what it reads: any path among its options."""
        home = self.path.resolve()
        for name, value in _flat(about).items():
            path = Path(value) if isinstance(value, str) and value else None
            if path is None or not _exists(path):
                continue
            given = path.resolve()
            ours = (self.model.resolve(), self.checkpoints.folder.resolve())
            is_over = given == home or any(given.is_relative_to(one) for one in ours)
            if is_over or (home.is_relative_to(given) and (given / "config.json").is_file()):
                raise UsageError(
                    f"the run would write in {self.path} over what it reads, {name} {value}; give "
                    "a folder apart from it (--out)"
                )

    def owned(self) -> AbstractContextManager[None]:
        """Keep a second run out while this one writes; a killed run's hold ends with it."""
        claim(self.path, KIND, known=self._known())
        return owned(self.path, "another run")

    def describe(self, record: Record) -> None:
        """Write down what the run is, and where it is made."""
        write_text(self.config, f"{json.dumps(record, indent=1, ensure_ascii=False)}\n")
        written = json.dumps(environment(), indent=1, ensure_ascii=False)
        write_text(self.environment, f"{written}\n")

    def check_same(self, record: Record, before: Record | None) -> None:
        """Refuse to go on with other settings than those the run began with: `before`, or what
        config.json says.
        """
        had, now = _flat(before or read_config(self.config)), _flat(record)
        free = TASK_MAY_CHANGE | {f"run.{name}" for name in MAY_CHANGE}
        differing = [
            f"{name.removeprefix('run.')} was {had.get(name)!r} and is {now.get(name)!r}"
            for name in sorted(had.keys() | now.keys())
            if name not in free and had.get(name) != now.get(name)
        ]
        if differing:
            raise UsageError(
                f"the run in {self.path} has other settings: {'; '.join(differing)}. "
                "Give the same, another folder, or begin anew (--fresh)"
            )

    def clear(self) -> None:
        """Forget the run that was here; what a run does not write stays."""
        self.finished.remove()
        self.checkpoints.clear()
        for path in (self.model, self.metrics.path, self.config, self.environment, self.curves):
            remove(path)

    def clear_drafts(self) -> None:
        """Remove what a killed run left half written."""
        self.checkpoints.clear_drafts()
        for draft in left_behind(self.path):
            remove(draft)

    def write_model(self, save: Callable[[Path], None], *, num_bytes: int) -> None:
        """Have the trained model saved; the folder is there whole or not at all. `num_bytes` is
        about what it takes.
        """
        draft = self.path / f".model.{secrets.token_hex(4)}.draft"
        with telling("the trained model", self.path, num_bytes), discarded(draft):
            draft.mkdir()
            save(draft)
            for file in draft.rglob("*"):
                if file.is_file():
                    sync_file(file)
            if self.model.exists():
                old = self.path / f".model.{secrets.token_hex(4)}.draft"
                remove(self.model.rename(old))
            draft.rename(self.model)
            sync_folder(self.path)

    def finish(self, step: int, bad: Mapping[int, str]) -> None:
        """Write down, last of all, that the run is done and what it left."""
        files = [self.config, self.metrics.path, self.curves, *sorted(self.model.rglob("*"))]
        self.finished.write(step, bad, [file for file in files if file.is_file()])

    def _known(self) -> frozenset[str]:
        """The names of a run that was begun before folders had an owner."""
        known = set()
        if self.checkpoints.are_ours():
            known.add(self.checkpoints.folder.name)
        if _is_config(self.config):
            known.add(self.config.name)
        return frozenset(known)


def run_record(config: RunConfig, about: Mapping[str, object]) -> Record:
    """What config.json says of a run."""
    record: Record = json.loads(json.dumps({**about, "run": to_record(config)}))
    return record


def read_config(path: Path) -> Record:
    """What a run saved as its config.json."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is not JSON: {error}") from None
    if not isinstance(record, dict) or not isinstance(record.get("run"), dict):
        raise UsageError(f"{path} is not what a run saved: it has no settings under 'run'")
    return record


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a text that is no path
        return False


def _is_config(path: Path) -> bool:
    try:
        return "steps" in read_config(path)["run"]
    except UsageError:
        return False


def _flat(record: Mapping[str, Any], prefix: str = "") -> dict[str, object]:
    flat: dict[str, object] = {}
    for name, value in record.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{prefix}{name}.")
        else:
            flat[f"{prefix}{name}"] = value
    return flat
