"""Being asked to stop, by Ctrl-C (SIGINT) or SIGTERM: one place for every long work.

The first signal is told at once, from a thread, as the work may be deep in compiled code. It asks
the work to end well where it can (`stop_requests`), and interrupts any other by KeyboardInterrupt.
The second interrupts all; what has not ended within GRACE_S seconds then ends as by a kill.
"""

import contextlib
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import FrameType
from typing import final

SIGNALS = (signal.SIGINT, signal.SIGTERM)
GRACE_S = 0.4
AGAIN = "press again to stop now"
Say = Callable[[str], None]


@final
@dataclass(kw_only=True, slots=True)
class StopRequest:
    """A request says whether a work was asked to stop, and after what it does."""

    after: str
    interrupts: bool = False  # it is interrupted at once, and waits for that itself
    is_made: bool = False


@final
@dataclass(kw_only=True)
class Listener:
    """A listener hears the signals of a process. `number` is the last one's, 0 before any."""

    say: Say | None = None
    works: list[StopRequest] = field(default_factory=list)
    number: int = 0
    count: int = 0
    is_worker: bool = False

    def hear(self, number: int, _frame: FrameType | None) -> None:
        """The main thread calls this as soon as it runs Python again."""
        self.number, self.count = number, self.count + 1
        if self.count > 1 and self.is_worker and self.works:
            return  # the same signal, to all and passed on; whoever made this process may kill it
        if self.count > 1 or not self.works or self.works[-1].interrupts:
            raise KeyboardInterrupt
        for work in self.works:
            work.is_made = True
        if self.say is not None and not _is_watched:
            self.say(self.words())

    def watch(self, signals: socket.socket) -> None:
        """A thread of its own hears at once."""
        heard = 0
        with signals:
            while (number := int.from_bytes(signals.recv(1))) != 0:
                if number not in SIGNALS:
                    continue
                heard += 1
                if heard == 1 and self.say is not None:
                    self.say(self.words())
                if heard == 2:
                    threading.Thread(target=_leave, args=(number,), daemon=True).start()

    def words(self) -> str:
        """These words tell of the first signal."""
        return (
            f"stopping after {self.works[-1].after}; {AGAIN}"
            if self.works
            else f"stopping; {AGAIN}"
        )

    @property
    def exit_code(self) -> int:
        """A process that was stopped exits as shells have it: 130 after Ctrl-C, 143 after
        SIGTERM.
        """
        return 128 + (self.number or signal.SIGINT)


_listener: Listener | None = None
_is_asked = False  # this process, by the one that made it
_is_watched = False  # by a thread, which says what is to be said


def is_stopping() -> bool:
    """Whether the work that goes on was asked to stop."""
    return _is_asked or (_listener is not None and any(work.is_made for work in _listener.works))


def ask_to_stop() -> None:
    """From now on `is_stopping` says so for good: this is for a worker whose maker stops."""
    global _is_asked  # as signals, of the whole process
    _is_asked = True


@contextlib.contextmanager
def listening(
    say: Say | None = None, *, watched: bool = True, to_the_end: bool = False
) -> Iterator[Listener]:
    """Hear signals within this block; `watched`: also while compiled code runs.

    `to_the_end`: a process that was signalled goes on listening after the block, until it is gone.
    Only the main thread hears, and only what the process does not ignore.
    """
    global _listener, _is_watched  # signals are the process's
    listener = Listener(say=say, is_worker=_is_worker())
    if threading.current_thread() is not threading.main_thread() or _listener is not None:
        yield _listener or listener
        return
    before = {kind: signal.getsignal(kind) for kind in SIGNALS}
    heard = [kind for kind in SIGNALS if before[kind] != signal.SIG_IGN]
    with contextlib.ExitStack() as end:
        if watched:
            end.callback(_watched(listener))
        for kind in heard:
            signal.signal(kind, listener.hear)
        _listener, _is_watched = listener, watched
        try:
            yield listener
        finally:
            if to_the_end and listener.count:
                end.pop_all()
            else:
                _listener, _is_watched = None, False
                for kind in heard:
                    signal.signal(kind, before[kind])


@contextlib.contextmanager
def stop_requests(
    after: str, *, say: Say | None = None, interrupts: bool = False
) -> Iterator[StopRequest]:
    """A work that ends well when it is asked to, `after` something: the first signal only sets
    `is_made`; with `interrupts` it is a KeyboardInterrupt, and the work waits for what it names.

    `say` tells of it where nobody listens yet.
    """
    request = StopRequest(after=after, interrupts=interrupts)
    if threading.current_thread() is not threading.main_thread():
        yield request  # signals go to the main thread alone
        return
    with listening(say, watched=False) as listener:
        listener.works.append(request)
        try:
            yield request
        finally:
            listener.works.remove(request)


def _watched(listener: Listener) -> Callable[[], None]:
    """Each signal wakes a thread; what comes back ends it."""
    waker, woken = socket.socketpair()
    waker.setblocking(False)
    before = signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
    thread = threading.Thread(target=listener.watch, args=(woken,), daemon=True)
    thread.start()

    def end() -> None:
        signal.set_wakeup_fd(before)
        waker.setblocking(True)
        waker.send(b"\0")
        thread.join()
        waker.close()

    return end


def _is_worker() -> bool:
    """Whether another process of ours made this one."""
    multiprocessing = sys.modules.get("multiprocessing")
    return multiprocessing is not None and multiprocessing.parent_process() is not None


def _leave(number: int) -> None:
    """A process that was asked twice is ended if it does not end by itself at once."""
    multiprocessing = sys.modules.get("multiprocessing")
    if multiprocessing is not None:
        for child in multiprocessing.active_children():
            child.kill()  # else it is waited for
    threading.Event().wait(GRACE_S)
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.flush()
    os._exit(128 + number)
