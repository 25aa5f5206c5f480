"""Processes that work for this one. They begin deaf to signals, and end with it."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.context import SpawnContext, SpawnProcess
from typing import Any, final

from typing_extensions import override

from deixis.core.stopping import SIGNALS


@final
class Worker(SpawnProcess):
    """A signal to the whole group does not end this process while it is still starting."""

    @override
    def start(self) -> None:
        with _deaf():  # what is started inherits it
            super().start()


@final
class Workers(SpawnContext):
    """Processes for a `ProcessPoolExecutor`: spawned, since forking one with threads is not safe.

    Their initializer calls `begin_worker`.
    """

    def __init__(self) -> None:
        super().__init__()
        self._made: list[Worker] = []

    def Process(self, *arguments: Any, **more: Any) -> Worker:  # type: ignore[override]  # Any: its own
        """The executor makes its processes with this."""
        worker = Worker(*arguments, **more)
        self._made.append(worker)
        return worker

    def ask_to_stop(self) -> None:
        """Those processes that hear it are signalled."""
        for worker in self._made:
            if worker.is_alive():
                worker.terminate()

    def kill(self) -> None:
        """All processes are ended; an executor whose process died waits for the others, which may
        be deaf.
        """
        for worker in self._made:
            if worker.is_alive():
                worker.kill()


def begin_worker(on_signal: Callable[[], None] | None = None) -> None:
    """Called first in a worker. Signals are ignored, since whoever made it ends it; only SIGTERM,
    as `ask_to_stop` sends it, is told to `on_signal`. It leaves when its parent was killed.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _told(on_signal) if on_signal else signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _told(on_signal: Callable[[], None]) -> Callable[[int, object], None]:
    return lambda _number, _frame: on_signal()


def _end_with_parent() -> None:
    """A killed parent cannot tell its workers to stop, and they would wait for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@contextmanager
def _deaf() -> Iterator[None]:
    """Signals wait within this block."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
