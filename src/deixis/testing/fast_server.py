"""A server that gives everybody the same answer, fast enough that others are measured against it.

    with fast_server(delay=0.05) as engine:
        httpx.post(f"{engine.url}/chat/completions", json={"model": "any", "messages": []})
    assert engine.num_requests == 1

HTTP is read by hand on asyncio, connections are kept, and of a body only "stream" is looked at.
"""

import asyncio
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import final

from typing_extensions import override

HEAD_END = b"\r\n\r\n"
STREAMED = (b'"stream":true', b'"stream": true')
TEXT = 'a cup [{"bbox_2d": [404, 366, 748, 688]}].'


@final
class FastServer:
    """A fixed answer after `delay` seconds, whole or in pieces, one a word; `num_requests` counts
    all, `num_streamed` those in pieces, which have `pause` seconds between them.
    """

    def __init__(self, text: str = TEXT, *, delay: float = 0.0, pause: float = 0.0) -> None:
        self.delay, self.pause = delay, pause
        self.num_requests = self.num_streamed = 0
        self.num_connections = 0  # that were made
        self.whole = _whole(text)
        self.pieces = _pieces(text)
        self.open: set[asyncio.Transport] = set()
        self.url = ""
        self._loop = asyncio.new_event_loop()
        self._is_there = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """It listens from now on, in a thread of its own."""
        self._thread.start()
        self._is_there.wait()

    def close(self) -> None:
        """Nothing is taken any more."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self) -> None:
        loop = self._loop
        starting = loop.create_server(lambda: _Connection(self, loop), "127.0.0.1", 0, backlog=1024)
        server = loop.run_until_complete(starting)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        self._is_there.set()
        loop.run_forever()
        server.close()
        for connection in list(self.open):
            connection.abort()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


@contextmanager
def fast_server(
    text: str = TEXT, *, delay: float = 0.0, pause: float = 0.0
) -> Iterator[FastServer]:
    """A fast server runs while this lasts."""
    server = FastServer(text, delay=delay, pause=pause)
    server.start()
    try:
        yield server
    finally:
        server.close()


@final
class _Connection(asyncio.Protocol):
    """Requests of one connection, one after the other."""

    def __init__(self, server: FastServer, loop: asyncio.AbstractEventLoop) -> None:
        self._server, self._loop = server, loop
        self._parts: list[bytes] = []
        self._num = 0  # bytes that came
        self._needed = 0  # bytes of the whole request, once its head is there
        self._transport: asyncio.Transport | None = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._server.open.add(transport)
        self._server.num_connections += 1

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        if self._transport is not None:
            self._server.open.discard(self._transport)
        self._transport = None

    @override
    def data_received(self, data: bytes) -> None:
        self._parts.append(data)
        self._num += len(data)
        if not self._needed:
            self._parts = [b"".join(self._parts)]
            self._needed = _length(self._parts[0])
        if self._needed and self._num >= self._needed:
            request = b"".join(self._parts)
            self._parts, self._num, self._needed = [], 0, 0
            self._answer(request)

    def _answer(self, request: bytes) -> None:
        server = self._server
        server.num_requests += 1
        if any(mark in request for mark in STREAMED):
            server.num_streamed += 1
            self._later(server.delay, self._send, server.pieces)
        else:
            self._later(server.delay, self._send, [server.whole])

    def _later(self, delay: float, call: object, pieces: Sequence[bytes]) -> None:
        assert callable(call)
        if delay:
            self._loop.call_later(delay, call, pieces)
        else:
            call(pieces)

    def _send(self, pieces: Sequence[bytes]) -> None:
        if self._transport is None or not pieces:
            return
        if not self._server.pause:
            self._transport.write(b"".join(pieces))
            return
        self._transport.write(pieces[0])
        self._later(self._server.pause, self._send, pieces[1:])


def _length(data: bytes) -> int:
    """How many bytes a request has, head and body; 0 where its head is not whole."""
    end = data.find(HEAD_END)
    if end < 0:
        return 0
    for line in data[:end].lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return end + len(HEAD_END) + int(line[15:])
    return end + len(HEAD_END)


def _whole(text: str) -> bytes:
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    usage = {"prompt_tokens": 90, "completion_tokens": 7, "total_tokens": 97}
    head = {"id": "chatcmpl-1", "object": "chat.completion", "created": 0, "model": "any"}
    body = json.dumps({**head, "choices": [choice], "usage": usage}).encode()
    length = b"Content-Length: %d\r\n\r\n" % len(body)
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + length + body


def _pieces(text: str) -> list[bytes]:
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 0, "model": "any"}
    words = [f"{word} " for word in text.split(" ")]
    words[-1] = words[-1][:-1]
    choices: list[dict[str, object]] = [{"delta": {"role": "assistant", "content": ""}}]
    choices += [{"delta": {"content": word}} for word in words]
    choices.append({"delta": {}, "finish_reason": "stop"})
    events = [
        json.dumps({**head, "choices": [{"index": 0, "finish_reason": None, **choice}]})
        for choice in choices
    ]
    data = [f"data: {event}\n\n".encode() for event in [*events, "[DONE]"]]
    first = (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    framed = [b"%x\r\n%b\r\n" % (len(one), one) for one in data]
    return [first + framed[0], *framed[1:-1], framed[-1] + b"0\r\n\r\n"]
