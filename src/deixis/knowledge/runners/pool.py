"""Processes of this machine; with one worker, this process."""

import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from typing import Any, final

from typing_extensions import override

from deixis.core.errors import DeixisError
from deixis.knowledge.runners._runner import Done, Runner, Task

WAITING = 2  # tasks of each worker that are handed out
LOOK_AFTER_PARENT_S = 1.0

_work: Callable[[Any], Any] | None = None  # of this worker process


@final
class Pool(Runner):
    """A pool of spawned processes. They end with the one that made them, however that ends."""

    @override
    def run(self, work: Callable[[Task], Done], tasks: Sequence[Task]) -> Iterator[Done]:
        if self.num_workers == 1 or len(tasks) < 2:
            yield from map(work, tasks)
            return
        pool = ProcessPoolExecutor(
            max_workers=min(self.num_workers, len(tasks)),
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_begin,
            initargs=(work, os.getpid()),
        )
        try:
            left = iter(tasks)
            running = {pool.submit(_do, task) for task in islice(left, WAITING * self.num_workers)}
            while running:
                finished, running = wait(running, return_when=FIRST_COMPLETED)
                for future in finished:
                    yield future.result()
                running |= {pool.submit(_do, task) for task in islice(left, len(finished))}
        except BrokenProcessPool:
            raise DeixisError(
                "a worker process died (out of memory?); the same command goes on where it was"
            ) from None
        finally:
            pool.shutdown(cancel_futures=True)


def _begin(work: Callable[[Any], Any], parent: int) -> None:
    global _work  # a worker process has one work
    _work = work
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    """A killed parent cannot tell its workers to stop."""
    while os.getppid() == parent:
        time.sleep(LOOK_AFTER_PARENT_S)
    os._exit(1)


def _do(task: Any) -> Any:  # Any: whatever the work takes and gives
    assert _work is not None
    return _work(task)
