"""One process that runs inputs one after another, until one of them ends it or its work is done.

    python -m fuzz.worker JOB.json

`engine.py` writes the job, watches the process from outside and makes the next one.
"""

import contextlib
import faulthandler
import hashlib
import json
import mmap
import os
import resource
import signal
import struct
import sys
import tempfile
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

from deixis.core.errors import DeixisError
from fuzz import inputs, targets
from fuzz.targets import Target

BOARD = struct.Struct("<qd")  # the input that runs, and the processor's seconds when it began
MIB = 2**20
NO_MEMORY = 77  # how a process ends whose input took all memory


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """What one process has to do: inputs `first` to `stop` of a seed, or files again."""

    target: str
    folder: str  # where it writes: findings.jsonl, and a scratch folder
    seed: int = 0
    first: int = 0
    stop: int | None = None
    files: tuple[str, ...] = ()  # run these instead of made inputs
    with_found: bool = True  # inputs that once did harm are changed, too

    def bytes_of(self, target: Target) -> Callable[[int], bytes | None]:
        """From a number to the input's bytes; None after the last."""
        if self.files:
            files = self.files
            return lambda number: Path(files[number]).read_bytes() if number < len(files) else None
        pool = list(target.seeds())
        if self.with_found:
            pool += [path.read_bytes() for path in inputs.found(self.target)]
        end = inputs.end_of(self.first, self.stop)
        return lambda number: (
            inputs.input_of(target, pool, self.seed, number) if number < end else None
        )


def main() -> int:
    """Run a job; its exit code says how it ended."""
    job = Job(**_record(Path(sys.argv[1])))
    folder = Path(job.folder)
    scratch = Path(tempfile.mkdtemp(dir=folder))
    target = targets.kind_of(job.target)(scratch)
    given = job.bytes_of(target)
    with (folder / "board").open("r+b") as file:
        board = mmap.mmap(file.fileno(), BOARD.size)
    number = job.first
    data = given(number)
    _limit(target)
    while data is not None:
        board[:] = BOARD.pack(number, _seconds())
        if not _ran(target, data, number, folder):
            return NO_MEMORY
        number += 1
        data = given(number)
    board[:] = BOARD.pack(-1, 0.0)
    return 0


def _record(path: Path) -> dict[str, Any]:  # Any: JSON
    record = json.loads(path.read_text())
    return record | {"files": tuple(record["files"])}


def _limit(target: Target) -> None:
    """Set what an input may take; a traceback of every thread is written on SIGUSR1."""
    faulthandler.enable()
    faulthandler.register(signal.SIGUSR1)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if target.library is None:  # sanitizers reserve all addresses that there are
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        limit = pages * resource.getpagesize() + target.room * MIB
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _ran(target: Target, data: bytes, number: int, folder: Path) -> bool:
    """Run one input and write down what it did; False where memory ran out."""
    problem: BaseException | None = None
    try:
        target.run(data)
    except DeixisError as error:
        problem = _memory_behind(error)
    except Exception as error:  # noqa: BLE001  # whatever comes is what is looked for
        problem = error
    if problem is None:
        return True
    row = {"number": number, "kind": type(problem).__name__, "where": where(problem)}
    told = traceback.format_exception(problem, limit=-30)
    del problem
    with contextlib.suppress(MemoryError), (folder / "findings.jsonl").open("a") as file:
        row["told"] = "".join(told)[-20_000:]
        file.write(json.dumps(row) + "\n")
    return row["kind"] != "MemoryError"


def _memory_behind(error: BaseException) -> BaseException | None:
    """The MemoryError that an error of ours stands for."""
    behind = error.__cause__ or error.__context__
    return behind if isinstance(behind, MemoryError) else None


def where(problem: BaseException) -> str:
    """The innermost function of Deixis that the exception came through."""
    home = "unknown"
    for frame in traceback.extract_tb(problem.__traceback__):
        if f"{os.sep}deixis{os.sep}" in frame.filename:
            home = f"{frame.filename.rpartition(f'{os.sep}deixis{os.sep}')[2]}:{frame.name}"
        elif home.startswith("unknown") and f"{os.sep}fuzz{os.sep}" in frame.filename:
            home = f"unknown, seen by {Path(frame.filename).name}:{frame.name}:{frame.lineno}"
    return home


def digest(*words: str) -> str:
    """A short name for a finding."""
    return hashlib.sha256("\0".join(words).encode()).hexdigest()[:10]


def _seconds() -> float:
    used = os.times()
    return used.user + used.system


if __name__ == "__main__":
    sys.exit(main())
