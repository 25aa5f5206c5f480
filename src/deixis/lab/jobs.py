"""Turns of one kind of work, several at a time in processes of their own."""

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

import torch

from deixis.core.errors import UsageError
from deixis.train.reporter import Reporter, Silent

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
    """The result of each turn, in their order; each has a name that is told.

    More than one job: `work` and turns travel to processes whose torch has `threads`; they report
    nothing. Ctrl-C reaches those too, and turns that did not begin are left out.
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
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        jobs, mp_context=spawn, initializer=_begin, initargs=(threads,)
    ) as pool:
        begun = [pool.submit(work, turn, Silent()) for _, turn in turns]
        try:
            for (name, _), future in zip(turns, begun, strict=True):
                found.append(future.result())
                reporter.say(f"{name}: done")
        except BaseException:  # those that run save and end
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return found


def _begin(threads: int | None) -> None:
    if threads is not None:
        torch.set_num_threads(threads)
