"""A studio runs in a thread of its own, until whoever started it is done."""

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import final

import uvicorn

from deixis.core.errors import UsageError
from deixis.serve.running import BACKLOG, bound, server_of
from deixis.serve.settings import Serving
from deixis.studio.joined import Part, studio_app
from deixis.studio.state import Studio

PATIENCE = 0.2  # seconds between looks whether it still runs


def listening_at(serving: Serving, *, or_any_port: bool = False) -> socket.socket:
    """The socket of a studio, at which browsers may connect already. `or_any_port`: at a free one
    where the port is taken.
    """
    try:
        found = bound(serving)
    except OSError as refusal:
        if or_any_port:
            server = replace(serving.server, port=0)
            return listening_at(replace(serving, server=server))
        host, port = serving.server.host, serving.server.port
        told = f"cannot listen at {host}, port {port}: {refusal.strerror or refusal}"
        raise UsageError(told) from None
    found.listen(BACKLOG)
    return found


def address_of(serving: Serving, listening: socket.socket) -> str:
    """The address under which a browser of this machine finds it."""
    host = serving.server.host
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{listening.getsockname()[1]}"


@final
class RunningStudio:
    """A studio that runs in a thread. An event tells of its end: a `join` that is interrupted
    takes the thread for ended.
    """

    def __init__(self, server: uvicorn.Server, listening: socket.socket) -> None:
        self._server, self._listening = server, listening
        self._is_over = threading.Event()
        threading.Thread(target=self._run, name="deixis-studio", daemon=True).start()

    def wait(self) -> None:
        """Wait until it ends, hearing signals."""
        while not self._is_over.wait(PATIENCE):
            pass

    def end(self) -> None:
        """It ends, and all that it started."""
        self._server.should_exit = True
        self.wait()

    def _run(self) -> None:
        try:
            self._server.run(sockets=[self._listening])
        finally:
            self._is_over.set()


@contextmanager
def running(
    studio: Studio, listening: socket.socket, parts: Sequence[Part] | None = None
) -> Iterator[RunningStudio]:
    """The studio serves while this lasts: with all its parts, or these."""
    if parts is None:
        from deixis.studio.app import PARTS  # which brings all that asks

        parts = PARTS
    with closing(listening):
        found = RunningStudio(server_of(studio_app(studio, parts), studio.serving), listening)
        try:
            yield found
        finally:
            found.end()
