"""That a run is done: the last file it writes, with the hashes of what it leaves."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import final

from deixis.core.files import remove, write_text
from deixis.train.checkpoint import sha256_of

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
