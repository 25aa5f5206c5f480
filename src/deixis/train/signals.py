"""Being asked to stop: SIGINT and SIGTERM end a run after the step, once it is saved."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import final


@final
class StopRequest:
    """Whether the run was asked to stop."""

    def __init__(self) -> None:
        self.is_made = False


@contextmanager
def stop_requests() -> Iterator[StopRequest]:
    """Listen within this block. The second signal acts as it would have before."""
    request = StopRequest()
    if threading.current_thread() is not threading.main_thread():
        yield request  # signals go to the main thread alone
        return
    kinds = (signal.SIGINT, signal.SIGTERM)
    before = {kind: signal.getsignal(kind) for kind in kinds}

    def restore() -> None:
        for kind, handler in before.items():
            signal.signal(kind, handler)

    def listen(_number: int, _frame: FrameType | None) -> None:
        request.is_made = True
        restore()

    for kind in kinds:
        signal.signal(kind, listen)
    try:
        yield request
    finally:
        restore()
