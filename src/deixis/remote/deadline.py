"""An end to a whole exchange: a server that drips bytes never trips a read timeout."""

import contextlib
import socket
import threading
from collections.abc import Mapping
from typing import Any, final

CONNECTED = ("connection.connect_tcp.complete", "connection.start_tls.complete")


@final
class Deadline:
    """Shuts the connection of one request down when its time is over.

    `watch` is the request's `trace` extension of httpx, through which the connection is known. It
    sees only connections that are made for this request.
    """

    def __init__(self, seconds: float) -> None:
        self.has_passed = False
        self._stream: Any = None  # httpcore's NetworkStream, which httpx hands on untyped
        self._timer = threading.Timer(seconds, self._pass)
        self._timer.daemon = True

    def __enter__(self) -> "Deadline":
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def watch(self, event: str, info: Mapping[str, Any]) -> None:  # Any: as of `_stream`
        """Take note of the connection, once it is there."""
        if event in CONNECTED:
            self._stream = info["return_value"]
            if self.has_passed:
                self._shut_down()

    def _pass(self) -> None:
        self.has_passed = True
        self._shut_down()

    def _shut_down(self) -> None:
        connection = None if self._stream is None else self._stream.get_extra_info("socket")
        if connection is not None:
            with contextlib.suppress(OSError):  # it is closed already
                connection.shutdown(socket.SHUT_RDWR)
