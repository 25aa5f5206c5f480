"""The server runs: uvicorn with deadlines for those who connect and say nothing."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import uvicorn
from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from deixis.core.json_lines import line, parse
from deixis.core.typed_json import read_as
from deixis.serve.access import Access, read_keys
from deixis.serve.api_error import ApiError
from deixis.serve.early import bound_at
from deixis.serve.kept_memory import keep_memory
from deixis.serve.settings import Serving

SETTINGS, SOCKET = "DEIXIS_SERVING", "DEIXIS_SOCKET"  # with which workers are told
BACKLOG = 2048
PATIENCE = 1.0  # seconds before a worker that died is replaced
LONGEST_HEADERS = 65_536  # bytes
OF_A_HEADER = 32  # bytes that each is counted for beside its own
REFUSED = """HTTP/1.1 400 Bad Request\r
content-type: application/json\r
content-length: %d\r
connection: close\r
\r
"""


class GuardedProtocol(HttpToolsProtocol):
    """A connection is closed where it has not said what it wants in time, or says it in endless
    headers; what is no HTTP gets an answer only where none was begun.
    """

    header_seconds: float
    late: Any = None  # Any: uvloop has handles of its own
    num_header_bytes = 0
    num_unread = 0  # bytes that came and were no body, nor the end of headers
    is_in_body = False

    @override
    def connection_made(self, transport: Any) -> None:  # Any: and transports
        super().connection_made(transport)
        self.hurry()

    @override
    def data_received(self, data: bytes) -> None:
        self.num_unread += len(data)
        super().data_received(data)
        if self.num_unread > LONGEST_HEADERS:
            self.give_up()

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self.num_header_bytes = 0
        self.hurry()

    def on_url(self, url: bytes) -> None:
        """Its address, or a part of that, came."""
        super().on_url(url)
        self.count(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header came."""
        super().on_header(name, value)
        self.count(len(name) + len(value) + OF_A_HEADER)

    def on_headers_complete(self) -> None:
        """It has said what it wants."""
        self.be_patient()
        self.num_unread = 0
        super().on_headers_complete()
        self.is_in_body = True

    def on_body(self, body: bytes) -> None:
        """A part of its body came."""
        self.num_unread = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """All of it came."""
        self.num_unread = 0
        self.is_in_body = False
        self.be_patient()
        super().on_message_complete()

    @override
    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.is_in_body and self.cycle.response_complete:  # the rest of it has to come soon
            self.hurry()

    @override
    def send_400_response(self, msg: str) -> None:
        """What came is no HTTP. Where the answer to an earlier request, or to this one, is under
        way or was given, another would be taken for one to something else.
        """
        if self.transport.is_closing():
            return
        cycle = self.cycle
        is_other = cycle is not None and not self.is_in_body and not cycle.response_complete
        is_told = cycle is not None and self.is_in_body and cycle.response_started
        if not is_other and not is_told and not self.pipeline:
            body = ApiError(400, "this is no request of HTTP/1.1", code="invalid_http").body()
            self.transport.write((REFUSED % len(body)).encode() + body)
        if cycle is not None and not cycle.response_complete:
            cycle.disconnected = True
            cycle.message_event.set()
        self.transport.close()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self.be_patient()
        super().connection_lost(exc)

    def count(self, num: int) -> None:
        """Headers have grown."""
        self.num_header_bytes += num
        if self.num_header_bytes > LONGEST_HEADERS:
            raise ValueError("endless headers")  # which the parser takes for no HTTP

    def hurry(self) -> None:
        """From now on it has so many seconds."""
        self.be_patient()
        self.late = self.loop.call_later(self.header_seconds, self.give_up)

    def be_patient(self) -> None:
        """There is no hurry any more."""
        if self.late is not None:
            self.late.cancel()
            self.late = None

    def give_up(self) -> None:
        """Close the connection."""
        if not self.transport.is_closing():
            self.transport.close()


def run(serving: Serving, on_start: Callable[[int], None] | None = None) -> None:
    """Serve until asked to stop; `on_start` is told the port. Several workers share it, and each
    has quotas of its own.
    """
    from deixis.serve.app import App

    access = access_of(serving)
    listening = bound(serving)
    listening.listen(BACKLOG)  # who is told the port may connect at once, and waits
    if on_start is not None:
        on_start(listening.getsockname()[1])
    if serving.server.workers == 1:
        server_of(App(serving, access).asgi(), serving).run(sockets=[listening])
    else:
        _many(serving, listening)


def _many(serving: Serving, listening: socket.socket) -> None:
    """Workers run, and one that dies is replaced, until this process is asked to stop."""
    told = {SETTINGS: line(asdict(serving)), SOCKET: str(listening.fileno())}

    def started() -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "deixis.serve.running"]
        return subprocess.Popen(command, env={**os.environ, **told}, pass_fds=[listening.fileno()])

    workers = [started() for _ in range(serving.server.workers)]
    try:
        while True:
            time.sleep(PATIENCE)
            workers = [started() if w.poll() is not None else w for w in workers]
    finally:
        for worker in workers:
            worker.terminate()
        for worker in workers:
            with contextlib.suppress(subprocess.TimeoutExpired):
                worker.wait(serving.server.grace_seconds + PATIENCE)
            worker.kill()


def _worker() -> None:
    """One of several processes: what it serves, and at which socket, its environment tells."""
    from deixis.serve.app import App

    serving = read_as(Serving, parse(os.environ.pop(SETTINGS)), name=SETTINGS)
    listening = socket.socket(fileno=int(os.environ.pop(SOCKET)))
    server_of(App(serving, access_of(serving)).asgi(), serving).run(sockets=[listening])


def access_of(serving: Serving) -> Access:
    """Who may ask."""
    keys = serving.server.keys
    return Access(read_keys(Path(keys).expanduser()) if keys else None)


def bound(serving: Serving) -> socket.socket:
    """The socket that it listens at."""
    return bound_at(serving.server.host, serving.server.port)


def server_of(app: Any, serving: Serving) -> uvicorn.Server:  # Any: an ASGI application
    """The HTTP server, not yet running."""
    keep_memory()
    seconds = {"header_seconds": serving.limits.header_seconds}
    protocol = type("Guarded", (GuardedProtocol,), seconds)
    return uvicorn.Server(
        uvicorn.Config(
            app,
            http=protocol,
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            proxy_headers=False,
            backlog=BACKLOG,
            h11_max_incomplete_event_size=65_536,
            timeout_graceful_shutdown=int(serving.server.grace_seconds) or None,
        )
    )


if __name__ == "__main__":
    _worker()
