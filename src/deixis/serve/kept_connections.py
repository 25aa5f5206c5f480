"""Connections to an engine that are kept for the next request.

They are by hand, as httpx's cost a millisecond a request, and more with each that is open; llhttp
reads what comes, through httptools.
"""

import asyncio
import ssl
import time
from collections import deque
from collections.abc import AsyncIterator, Mapping
from typing import Any, final
from urllib.parse import urlsplit

import httptools
import httpx

MOST_HEAD = 65_536  # bytes of a reply's head
MOST_UNREAD = 65_536  # bytes that wait for whoever reads, before the engine has to
INTERIM = range(100, 200)


class UnreachableError(Exception):
    """Nobody listens there, or no secure connection came about."""


class BrokenOffError(Exception):
    """What listens there said no HTTP, or left before its answer was whole."""


@final
class KeptConnection(asyncio.Protocol):
    """One connection, and the reply that comes on it."""

    def __init__(self) -> None:
        self.transport: Any = None  # Any: uvloop has transports of its own
        self.is_lost = False
        self.rested = 0.0  # since when nothing is asked
        self._begin()

    def _begin(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._headers: dict[str, str] = {}
        self._pieces: deque[bytes] = deque()
        self._num_head = self._num_unread = 0
        self.is_begun = self.is_whole = self._is_told = self._is_paused = False
        self.keeps = False
        self.broken: str | None = None
        self._waiting: asyncio.Future[None] | None = None
        self.status = 0

    def ask(self, request: bytes, body: bytes) -> None:
        """A request is written; its reply begins."""
        self._begin()
        self.is_begun = True
        self.transport.writelines((request, body))

    async def head(self, deadline: float) -> Mapping[str, str]:
        """The reply's headers; its status is there with them."""
        while not self._is_told:
            await self._more(deadline)
        return self._headers

    async def piece(self, deadline: float) -> bytes:
        """What came meanwhile; nothing at the end of a reply that is whole."""
        while not self._pieces:
            if self.is_whole:
                return b""
            await self._more(deadline)
        piece = self._pieces.popleft() if len(self._pieces) == 1 else b"".join(self._pieces)
        self._pieces.clear()
        self._num_unread = 0
        if self._is_paused and not self.is_lost:
            self._is_paused = False
            self.transport.resume_reading()
        return piece

    async def _more(self, deadline: float) -> None:
        """Wait until something comes, up to a time of the loop's."""
        if self.broken is not None:
            raise BrokenOffError(self.broken)
        loop = asyncio.get_running_loop()
        self._waiting = loop.create_future()
        late = loop.call_at(deadline, self._late)
        try:
            await self._waiting
        finally:
            late.cancel()
            self._waiting = None

    def _late(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(TimeoutError())

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    def _break(self, told: str) -> None:
        if self.broken is None:
            self.broken = told
        self.close()
        self._wake()

    def close(self) -> None:
        """Nothing more is wanted of it."""
        if self.transport is not None:
            self.transport.abort()

    def connection_made(self, transport: Any) -> None:  # Any: as above
        """It stands."""
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Bytes came."""
        if not self.is_begun or self.is_whole:  # nothing was asked
            self.keeps = False
            self.close()
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._break("this is no HTTP")
            return
        if not self._is_told:
            self._num_unread += len(data)
            if self._num_unread > MOST_HEAD:
                self._break("its head has no end")
            return
        if self._num_unread > MOST_UNREAD and not self._is_paused and not self.is_whole:
            self._is_paused = True
            self.transport.pause_reading()
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone: the end of a reply that tells no length, and else of nothing."""
        self.is_lost = True
        named = self._headers.keys() & {"content-length", "transfer-encoding"}
        if self.is_begun and not self.is_whole:
            if self._is_told and not named and exc is None and self.broken is None:
                self.is_whole = True
            elif self.broken is None:
                self.broken = "it left before its answer was whole"
        self._wake()

    def on_message_begin(self) -> None:
        """A reply begins; one that nobody asked for is the end of the connection."""
        if self.is_whole:
            raise BrokenOffError("it answers what was not asked")

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header came."""
        self._num_head += len(name) + len(value)
        if self._num_head > MOST_HEAD:
            raise BrokenOffError("its head has no end")
        self._headers.setdefault(name.decode("latin-1").lower(), value.decode("latin-1"))

    def on_headers_complete(self) -> None:
        """The head is whole, unless it is one that another follows."""
        self.status = self._parser.get_status_code()
        if self.status in INTERIM:
            self._headers = {}
            return
        self._is_told = True
        self._num_unread = 0
        self.keeps = self._parser.should_keep_alive()

    def on_body(self, body: bytes) -> None:
        """A part of the body came."""
        self._pieces.append(body)
        self._num_unread += len(body)

    def on_message_complete(self) -> None:
        """The reply is whole, unless another follows."""
        if self._is_told:
            self.is_whole = True


@final
class EngineReply:
    """A reply, whose bytes are still to come."""

    def __init__(
        self, connection: KeptConnection, pool: "KeptConnections", headers: Mapping[str, str]
    ) -> None:
        self._connection, self._pool = connection, pool
        self.status, self.headers = connection.status, headers
        self._is_open = True

    async def pieces(self, silent_seconds: float, deadline: float) -> AsyncIterator[bytes]:
        """Its bytes as they come. TimeoutError where it is silent for too long, or not over by the
        deadline; BrokenOffError where it ends too soon.
        """
        loop = asyncio.get_running_loop()
        while self._is_open:
            until = min(loop.time() + silent_seconds, deadline)
            piece = await self._connection.piece(until)
            if not piece:
                break
            if loop.time() > deadline:
                raise TimeoutError
            yield piece

    def close(self) -> None:
        """Its connection waits for the next request, or is closed if this one is not over."""
        if self._is_open:
            self._is_open = False
            self._pool.leave(self._connection)


@final
class KeptConnections:
    """The connections to one address."""

    def __init__(
        self, url: str, headers: Mapping[str, str], *, keep: int, keep_seconds: float
    ) -> None:
        parts = urlsplit(url)
        self._host, self._path = parts.hostname or "", parts.path.rstrip("/")
        self._port = parts.port or (443 if parts.scheme == "https" else 80)
        self._tls: ssl.SSLContext | None = None
        self._is_secure = parts.scheme == "https"
        own = {"Host": parts.netloc.rpartition("@")[2], "Connection": "keep-alive", **headers}
        self._head = _written(own)
        self._keep, self._keep_seconds = keep, keep_seconds
        self._idle: list[KeptConnection] = []
        self._in_use: set[KeptConnection] = set()

    async def post(
        self,
        path: str,
        body: bytes,
        headers: Mapping[str, str],
        *,
        connect_seconds: float,
        silent_seconds: float,
        deadline: float,
    ) -> EngineReply:
        """A body is posted, and the head of the reply awaited. UnreachableError, BrokenOffError or
        TimeoutError where it does not come.
        """
        loop = asyncio.get_running_loop()
        connection = self._rested() or await self._opened(
            min(connect_seconds, deadline - loop.time())
        )
        self._in_use.add(connection)
        told = {**headers, "Content-Length": str(len(body))}
        request = f"POST {self._path}{path} HTTP/1.1\r\n{self._head}{_written(told)}\r\n"
        try:
            connection.ask(request.encode("latin-1"), body)
            found = await connection.head(min(loop.time() + silent_seconds, deadline))
        except BaseException:
            self._in_use.discard(connection)
            connection.close()
            raise
        return EngineReply(connection, self, found)

    def leave(self, connection: KeptConnection) -> None:
        """A reply is over, or nobody wants the rest of it."""
        self._in_use.discard(connection)
        can_stay = connection.is_whole and connection.keeps and not connection.is_lost
        if not can_stay or len(self._idle) >= self._keep:
            connection.close()
            return
        connection.rested = time.monotonic()
        self._idle.append(connection)

    def close(self) -> None:
        """All of them are closed."""
        for connection in (*self._idle, *self._in_use):
            connection.close()
        self._idle.clear()

    def _rested(self) -> KeptConnection | None:
        """The one that was asked last, and none that an engine may be about to close."""
        since = time.monotonic() - self._keep_seconds
        while self._idle and self._idle[0].rested < since:
            self._idle.pop(0).close()
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_lost and not connection.transport.is_closing():
                return connection
        return None

    async def _opened(self, seconds: float) -> KeptConnection:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(seconds):
                _, connection = await loop.create_connection(
                    KeptConnection, self._host, self._port, ssl=await self._secured()
                )
        except (OSError, TimeoutError, ssl.SSLError, UnicodeError) as error:
            raise UnreachableError(str(error)) from None
        return connection

    async def _secured(self) -> ssl.SSLContext | None:
        if self._is_secure and self._tls is None:  # reading the certificates takes a moment
            self._tls = await asyncio.to_thread(httpx.create_ssl_context)
        return self._tls


def _written(headers: Mapping[str, str]) -> str:
    """Headers as they stand in a request; a line's end in one would begin another."""
    told = {name: value for name, value in headers.items() if not {"\r", "\n"} & set(value)}
    return "".join(f"{name}: {value}\r\n" for name, value in told.items())
