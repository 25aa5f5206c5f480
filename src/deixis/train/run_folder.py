"""The folder of a run: what is in it, who writes in it, and whether a run may go on there."""

import json
import secrets
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, final

from deixis.core.errors import UsageError
from deixis.core.files import left_behind, owned, remove, write_text
from deixis.core.ownership import check_ours, claim
from deixis.core.settings import to_record
from deixis.train.checkpoint import CheckpointFolder, discarded, sync_file, sync_folder, telling
from deixis.train.config import MAY_CHANGE, TASK_MAY_CHANGE, RunConfig
from deixis.train.environment import environment
from deixis.train.finish import FinishFile
from deixis.train.metrics import MetricsFile

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
