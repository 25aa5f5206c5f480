"""Watches workers from outside: what crashes, hangs or takes too much ends there, and is kept."""

import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import final

from fuzz import inputs, sanitized, targets
from fuzz.worker import BOARD, NO_MEMORY, Job, digest

PAUSE = 0.05  # seconds between looks
SLOWEST = 8.0  # times the deadline by the clock: something waits
TICKS = os.sysconf("SC_CLK_TCK")
FRAME = re.compile(r'File ".*?[/\\](deixis|fuzz)[/\\](.+?)", line \d+ in (\S+)')


@final
class TargetError(Exception):
    """A target that fails by itself: nothing was learnt of Deixis."""


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """What one input did, and the input."""

    target: str
    kind: str  # the exception's name, "crash", "hang"
    where: str
    told: str
    data: bytes

    @property
    def name(self) -> str:
        """The same for inputs that fail alike."""
        return f"{self.target}-{self.kind}-{digest(self.target, self.kind, self.where)}"

    def save(self, folder: Path) -> Path:
        """Keep the input and what it did side by side; the first of its name stays."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.name}.input"
        if not path.exists():
            path.write_bytes(self.data)
            path.with_suffix(".txt").write_text(f"{self.where}\n{self.told}")
        return path


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Spent:
    """How far a target came."""

    num_inputs: int
    findings: tuple[Finding, ...]


def attack(
    job: Job, *, until: float | None = None, tell: Callable[[Finding], None] = lambda _: None
) -> Spent:
    """Run a target's inputs, in as many processes one after another as it takes, to the end of the
    job or to that moment of `time.monotonic`.
    """
    findings: list[Finding] = []
    is_out = _clock(until)
    begin, end = job.first, _end(job)
    with tempfile.TemporaryDirectory() as home:
        while job.first < end and not is_out():
            worker = _Worker(replace(job, folder=home), is_out)
            job = replace(job, first=worker.run())
            for finding in worker.findings():
                findings.append(finding)
                tell(finding)
    return Spent(num_inputs=job.first - begin, findings=tuple(findings))


def _clock(until: float | None) -> Callable[[], bool]:
    return lambda: until is not None and time.monotonic() > until


def _end(job: Job) -> int:
    if job.files:
        return len(job.files)
    return sys.maxsize if job.stop is None else job.stop


@final
class _Worker:
    """One process and what it did."""

    def __init__(self, job: Job, is_out: Callable[[], bool]) -> None:
        self._job, self._is_out = job, is_out
        self._home = Path(tempfile.mkdtemp(dir=job.folder))
        self._kind = targets.kind_of(job.target)
        self._ended: tuple[str, int] | None = None  # how it ended badly, and at which input

    def run(self) -> int:
        """Run until it ends; gives the input to go on with."""
        board = self._home / "board"
        board.write_bytes(BOARD.pack(self._job.first, 0.0))
        order = self._home / "job.json"
        order.write_text(json.dumps(asdict(replace(self._job, folder=str(self._home)))))
        with (self._home / "stderr").open("wb") as told:
            process = subprocess.Popen(
                [sys.executable, "-m", "fuzz.worker", str(order)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=told,
                env=self._environment(),
            )
            try:
                return self._watched(process, board)
            finally:
                process.kill()
                process.wait()

    def _environment(self) -> dict[str, str]:
        threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
        quiet = dict.fromkeys(threads, "1") | {"PYTHONUTF8": "1", "MALLOC_ARENA_MAX": "2"}
        return dict(os.environ) | quiet | sanitized.environment(self._kind.library)

    def _watched(self, process: subprocess.Popen[bytes], board: Path) -> int:
        seen, since, started = self._job.first, time.monotonic(), False
        while True:
            number, begun = BOARD.unpack(board.read_bytes())
            if number == -1:
                process.wait()
                return self._last()
            started = started or begun > 0
            if number != seen:
                seen, since = number, time.monotonic()
            code = process.poll()
            if code is not None:
                return self._gone(code, seen, started)
            if self._is_out():
                return seen
            used = _seconds_of(process.pid) - begun
            waited = time.monotonic() - since
            if started and (used > self._kind.deadline or waited > SLOWEST * self._kind.deadline):
                process.send_signal(signal.SIGUSR1)  # it writes down where it is
                time.sleep(0.5)
                self._ended = ("hang", seen)
                return seen + 1
            time.sleep(PAUSE)

    def _last(self) -> int:
        if self._job.files:
            return len(self._job.files)
        return inputs.end_of(self._job.first, self._job.stop)

    def _gone(self, code: int, number: int, started: bool) -> int:
        if code == 0:
            return self._last()
        if not started or code == 1:  # the worker's own mistake, no input's
            told = (self._home / "stderr").read_text(errors="replace")[-4000:]
            raise TargetError(f"the target {self._job.target} cannot go on: {told}")
        if code != NO_MEMORY:
            self._ended = ("crash", number)
        return number + 1

    def findings(self) -> Iterator[Finding]:
        """What it found, from its own words and from how it ended."""
        given = self._job.bytes_of(self._kind(self._home))
        rows = self._home / "findings.jsonl"
        for line in rows.read_bytes().split(b"\n") if rows.exists() else []:
            if line:
                row = json.loads(line)
                data = given(row.pop("number")) or b""
                yield Finding(target=self._job.target, data=data, **row)
        if self._ended is not None:
            kind, number = self._ended
            told = (self._home / "stderr").read_text(errors="replace")[-20_000:]
            place = _place(told)
            data = given(number) or b""
            yield Finding(target=self._job.target, kind=kind, where=place, told=told, data=data)
        shutil.rmtree(self._home, ignore_errors=True)


def _place(told: str) -> str:
    """The innermost function of ours in what faulthandler wrote last."""
    last = told[max(told.rfind("most recent call first"), 0) :]
    found = FRAME.search(last)
    return f"{found.group(2)}:{found.group(3)}" if found else "unknown"


def _seconds_of(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS


def can_limit() -> bool:
    """Whether this machine has what the limits need."""
    return sys.platform == "linux" and hasattr(resource, "RLIMIT_AS")
