"""Processes that open pictures and draw on them, with a limit to memory and time.

A picture that is too much for one ends that process and nothing else: another takes its place.
"""

import asyncio
import contextlib
import multiprocessing
import os
import pickle
import queue
import resource
import signal
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeVar, final

from deixis.core.decode import lift_pillows_limit
from deixis.core.errors import UsageError
from deixis.serve.api_error import ApiError, busy, mistake
from deixis.serve.early import SHOWING, WORKERS, context
from deixis.serve.kept_memory import keep_memory
from deixis.serve.picture_job import PictureJob
from deixis.serve.settings import Limits

START_SECONDS = 60.0
TOO_COSTLY = "picture_too_costly"
Done = TypeVar("Done")


@final
class PictureWorkers:
    """So many processes, each asked by a thread of its own."""

    def __init__(self, num: int, limits: Limits) -> None:
        self._limits = limits
        self._context = context(WORKERS, SHOWING)
        self._threads = ThreadPoolExecutor(max_workers=num, thread_name_prefix="deixis-pictures")
        self._idle: queue.SimpleQueue[_Process] = queue.SimpleQueue()
        self._all = [_Process(self._context, limits) for _ in range(num)]
        for process in self._all:
            self._idle.put(process)
        self.num_waiting = 0
        self.num_ended = 0  # processes that a picture was too much for

    def start(self) -> None:
        """Have the processes there before pictures come; some may be asked already meanwhile."""
        for _ in self._all:
            process = self._idle.get()
            try:
                process.start()
            finally:
                self._idle.put(process)

    async def do(self, job: PictureJob[Done]) -> Done:
        """The job is done; ApiError where that cannot be, or too many others wait."""
        if self.num_waiting >= self._limits.waiting_pictures:
            raise busy("too many pictures wait to be opened", code="pictures_waiting")
        self.num_waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, self._do, job)
        finally:
            self.num_waiting -= 1

    def close(self) -> None:
        """End the processes."""
        self._threads.shutdown(wait=True, cancel_futures=True)
        for process in self._all:
            process.end()

    def _do(self, job: PictureJob[Done]) -> Done:
        process = self._idle.get()
        try:
            return process.ask(job)
        except (EOFError, OSError, TimeoutError, MemoryError) as ended:
            process.end()
            self.num_ended += 1
            told = "opening this picture takes more memory or time than a picture is given here"
            status = 413 if isinstance(ended, MemoryError) else 400
            raise ApiError(status, told, code=TOO_COSTLY) from None
        finally:
            self._idle.put(process)


@final
class _Process:
    """One process, started when it is asked first, and again after its end."""

    def __init__(self, context: multiprocessing.context.ForkServerContext, limits: Limits) -> None:
        self._context, self._limits = context, limits
        self._process: multiprocessing.process.BaseProcess | None = None
        self._connection: Connection | None = None

    def start(self) -> Connection:
        if self._connection is not None and self._process is not None and self._process.is_alive():
            return self._connection
        self.end()
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=_work, args=(theirs, self._limits), daemon=True)
        process.start()
        theirs.close()
        self._process, self._connection = process, ours
        if not ours.poll(START_SECONDS):
            raise TimeoutError
        ours.recv_bytes()  # it is there
        return ours

    def ask(self, job: PictureJob[Done]) -> Done:
        connection = self.start()
        connection.send_bytes(pickle.dumps(job, protocol=5))
        if not connection.poll(self._limits.picture_seconds):
            raise TimeoutError
        found, error = pickle.loads(connection.recv_bytes())  # what our own process wrote
        if error is not None:
            status, message = error
            if status == 413:  # what ran out of memory is not asked again
                raise MemoryError
            if status == 500:
                raise ApiError(500, message, code="internal_error")
            raise ApiError(status, message)
        done: Done = found
        return done

    def end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process.close()
        if self._connection is not None:
            self._connection.close()
        self._process = self._connection = None


def _work(connection: Connection, limits: Limits) -> None:
    """Jobs are done one by one, until nobody asks any more."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    lift_pillows_limit(limits.picture_pixels)
    with contextlib.suppress(ValueError, OSError):
        most = _taken() + limits.picture_memory
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    keep_memory()
    connection.send_bytes(b"")
    while True:
        try:
            job: PictureJob[Any] = pickle.loads(connection.recv_bytes())  # Any: what it gives
        except (EOFError, OSError):
            os._exit(0)
        found, error = None, None
        try:
            found = job.do()
        except UsageError as wrong:
            is_memory = isinstance(wrong.__cause__, MemoryError)
            error = (413, "") if is_memory else (400, str(wrong))
        except MemoryError:
            error = (413, "")
        except Exception as broken:  # noqa: BLE001  # a process that ends would blame the picture
            error = (500, str(mistake(broken)))
        with contextlib.suppress(OSError):
            connection.send_bytes(pickle.dumps((found, error), protocol=5))


def _taken() -> int:
    """Bytes of addresses that this process has before any picture; 0 where that is not known."""
    try:
        num_pages = int(Path("/proc/self/statm").read_text().split()[0])
    except OSError:
        return 0
    return num_pages * resource.getpagesize()
