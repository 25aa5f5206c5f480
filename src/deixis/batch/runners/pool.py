"""Processes of this machine do the shards; with one worker, this process does."""

from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice, takewhile
from typing import Any, final

from typing_extensions import override

from deixis.batch.runner import Done, Runner, Task, Work
from deixis.core.errors import DeixisError
from deixis.core.stopping import ask_to_stop, is_stopping
from deixis.core.workers import Workers, begin_worker

LOOK_S = 0.2  # after which a stop is passed on

_work: Work[Any, Any] | None = None  # of this worker process


@final
class Pool(Runner):
    """A pool is made of spawned processes. They end with the one that made them, however that ends.

    Where one dies (out of memory, say), others are begun. What it and its like had in hand is done
    once more, by one process alone; a part that one dies of then is left out, as failed.
    """

    @override
    def run(self, work: Work[Task, Done], tasks: Sequence[Task]) -> Iterator[Done]:
        left = takewhile(lambda _: not is_stopping(), tasks)
        if self.num_workers == 1 or len(tasks) < 2:
            yield from map(work, left)
            return
        lost: list[Task] = []
        num_lost = -1
        while num_lost < len(lost):  # again, when a pool broke
            num_lost = len(lost)
            yield from _pooled(work, left, min(self.num_workers, len(tasks)), lost)
        for task in takewhile(lambda _: not is_stopping(), lost):
            yield _alone(work, task, work.in_hand(task))


def _pooled(
    work: Work[Task, Done], left: Iterator[Task], num_workers: int, lost: list[Task]
) -> Iterator[Done]:
    """A pool gives these results until it breaks; what was begun then is lost."""
    with _pool(work, num_workers) as (pool, workers):
        running = {pool.submit(_do, task): task for task in islice(left, num_workers)}
        while running:
            for future in _finished(running, workers):
                task = running.pop(future)
                try:
                    done: Done = future.result()
                except BrokenProcessPool:
                    lost.extend([task, *running.values()])
                    return
                yield done
            free = num_workers - len(running)
            running |= {pool.submit(_do, task): task for task in islice(left, free)}


def _alone(work: Work[Task, Done], task: Task, suspect: str | None) -> Done:
    """A task is done in a process of its own; parts of which it dies twice are left out."""
    has_begun = True
    while True:
        with _pool(work, 1) as (pool, workers):
            future = pool.submit(_do, task)
            _finished({future: task}, workers)
            try:
                done: Done = future.result()
            except BrokenProcessPool:
                pass
            else:
                return done
        part = work.in_hand(task)
        if part is None and not has_begun:
            raise DeixisError(
                "a worker process dies before it begins (out of memory?); the same command goes on "
                "where it was"
            )
        has_begun = part is not None
        if has_begun and part == suspect:
            task, suspect = work.without(task, str(part)), None
        else:
            suspect = part


def _finished(running: dict[Future[Done], Task], workers: Workers) -> set[Future[Done]]:
    """Some have ended, as soon as one has; a stop is passed on to the processes."""
    is_told = False
    while True:
        finished = wait(running, timeout=LOOK_S, return_when=FIRST_COMPLETED).done
        if finished:
            return finished
        if is_stopping() and not is_told:
            workers.ask_to_stop()
            is_told = True


@contextmanager
def _pool(work: Work[Any, Any], num_workers: int) -> Iterator[tuple[ProcessPoolExecutor, Workers]]:
    workers = Workers()
    pool = ProcessPoolExecutor(
        max_workers=num_workers, mp_context=workers, initializer=_begin, initargs=(work,)
    )
    try:
        yield pool, workers
    except BaseException:
        workers.kill()  # what is in work is done again by the next
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _begin(work: Work[Any, Any]) -> None:
    global _work  # a worker process has one work
    _work = work
    begin_worker(ask_to_stop)


def _do(task: Any) -> Any:  # Any: whatever the work takes and gives
    assert _work is not None
    return _work(task)
