"""The folder of a run: what is in it, who writes in it, and whether a run may go on there."""

import json
import secrets
import shutil
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, final

from deixis.core.errors import UsageError
from deixis.core.files import owned, write_text
from deixis.train.checkpoint import CheckpointFolder, sync_file, sync_folder
from deixis.train.config import MAY_CHANGE, TASK_MAY_CHANGE, RunConfig
from deixis.train.environment import environment
from deixis.train.metrics import MetricsFile
from deixis.train.settings import to_record

Record = dict[str, Any]  # Any: what JSON holds


@final
class RunFolder:
    """`config.json`, `environment.json`, `metrics.jsonl`, `curves.png`, `checkpoints`, `model`."""

    def __init__(self, folder: Path, *, keep_checkpoints: int) -> None:
        self.path = folder
        self.checkpoints = CheckpointFolder(folder / "checkpoints", keep=keep_checkpoints)
        self.metrics = MetricsFile(folder / "metrics.jsonl")
        self.config = folder / "config.json"
        self.curves = folder / "curves.png"
        self.model = folder / "model"

    def owned(self) -> AbstractContextManager[None]:
        """Keep a second run out while this one writes; a killed run's hold ends with it."""
        return owned(self.path, "another run")

    def describe(self, config: RunConfig, about: Mapping[str, object]) -> None:
        """Write down what the run is, and where it is made."""
        record = {**about, "run": to_record(config)}
        write_text(self.config, f"{json.dumps(record, indent=1, ensure_ascii=False)}\n")
        written = json.dumps(environment(), indent=1, ensure_ascii=False)
        write_text(self.path / "environment.json", f"{written}\n")

    def check_same(self, config: RunConfig, about: Mapping[str, object]) -> None:
        """Refuse to go on with other settings than those the run began with."""
        before = _flat(read_config(self.config))
        now = _flat(json.loads(json.dumps({**about, "run": to_record(config)})))
        free = TASK_MAY_CHANGE | {f"run.{name}" for name in MAY_CHANGE}
        differing = [
            f"{name.removeprefix('run.')} was {before.get(name)!r} and is {now.get(name)!r}"
            for name in sorted(before.keys() | now.keys())
            if name not in free and before.get(name) != now.get(name)
        ]
        if differing:
            raise UsageError(
                f"the run in {self.path} has other settings: {'; '.join(differing)}. "
                "Give the same, another folder, or begin anew (--fresh)"
            )

    def clear(self) -> None:
        """Forget the run that was here."""
        for folder in (self.checkpoints.folder, self.model):
            shutil.rmtree(folder, ignore_errors=True)
        for file in (self.metrics.path, self.config, self.curves):
            file.unlink(missing_ok=True)

    def clear_drafts(self) -> None:
        """Remove what a killed run left half written."""
        self.checkpoints.clear_drafts()
        for draft in self.path.glob(".*.draft"):
            if draft.is_dir():
                shutil.rmtree(draft)
            else:
                draft.unlink()

    def write_model(self, save: Callable[[Path], None]) -> None:
        """Have the trained model saved; the folder is there whole or not at all."""
        draft = self.path / f".model.{secrets.token_hex(4)}.draft"
        draft.mkdir()
        save(draft)
        for file in draft.rglob("*"):
            if file.is_file():
                sync_file(file)
        if self.model.exists():
            shutil.rmtree(self.model.rename(self.path / f".model.{secrets.token_hex(4)}.draft"))
        draft.rename(self.model)
        sync_folder(self.path)


def read_config(path: Path) -> Record:
    """What a run saved as its config.json."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from None
    except ValueError as error:
        raise UsageError(f"{path} is not JSON: {error}") from None
    if not isinstance(record, dict) or not isinstance(record.get("run"), dict):
        raise UsageError(f"{path} is not what a run saved: it has no settings under 'run'")
    return record


def _flat(record: Mapping[str, Any], prefix: str = "") -> dict[str, object]:
    flat: dict[str, object] = {}
    for name, value in record.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{prefix}{name}.")
        else:
            flat[f"{prefix}{name}"] = value
    return flat
