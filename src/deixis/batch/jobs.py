"""Turns of one kind of work are done several at a time in processes of their own."""

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

from deixis.core.errors import UsageError
from deixis.core.optional_parts import opened
from deixis.core.progress import Reporter, Silent
from deixis.core.stopping import stop_requests
from deixis.core.workers import Workers, begin_worker

Turn = TypeVar("Turn")
Result = TypeVar("Result")


def carried_out(
    work: Callable[[Turn, Reporter], Result],
    turns: Sequence[tuple[str, Turn]],
    *,
    jobs: int = 1,
    threads: int | None = None,
    reporter: Reporter | None = None,
) -> list[Result]:
    """Each turn gives its result, in their order; each has a name that is told.

    More than one job: `work` and turns travel to processes whose torch has `threads`; they report
    nothing. Ctrl-C is told to those too, and turns that did not begin are left out.
    """
    reporter = reporter or Silent()
    if jobs < 1:
        raise UsageError(f"jobs are at least 1, got {jobs}")
    found: list[Result] = []
    if jobs == 1:
        for name, turn in turns:
            reporter.say(name)
            found.append(work(turn, reporter))
        return found
    workers = Workers()
    with (
        stop_requests("what is under way, saved where it can be", interrupts=True),
        ProcessPoolExecutor(
            jobs, mp_context=workers, initializer=_begin, initargs=(threads,)
        ) as pool,
    ):
        begun = [pool.submit(_do, work, turn) for _, turn in turns]
        try:
            for (name, _), future in zip(turns, begun, strict=True):
                found.append(future.result())
                reporter.say(f"{name}: done")
        except BaseException:  # those that run save and end
            pool.shutdown(wait=False, cancel_futures=True)
            workers.ask_to_stop()
            raise
    return found


_at_work: list[bool] = []  # whether this process is doing a turn


def _do(work: Callable[[Turn, Reporter], Result], turn: Turn) -> Result:
    _at_work.append(True)
    try:
        return work(turn, Silent())
    finally:
        _at_work.clear()


def _stop() -> None:
    if _at_work:
        raise KeyboardInterrupt


def _begin(threads: int | None) -> None:
    begin_worker(_stop)
    if threads is not None:
        opened("torch:set_num_threads", needed_for="a number of threads")(threads)
