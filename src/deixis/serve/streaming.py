"""What every stream does: comments while it is silent, and an error as an event, never a cut."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import final

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send
from typing_extensions import override

from deixis.serve.api_error import ApiError, mistake
from deixis.serve.shapes import CHAT, RequestShape

PING = b": ping\n\n"
TOLD = re.compile(rb'"total_tokens"\s*:\s*(\d{1,12})(?=\D)')  # in text the quotes are escaped
KEPT = 64  # bytes in which what is told fits
EVENT = b"data:"
AHEAD = 8  # pieces that are read before the client takes them


@final
class ClosedStream(StreamingResponse):
    """A stream that is told of its end, however that comes: also where the client left before its
    first piece. `over` hears whether all of it was sent.
    """

    def __init__(
        self,
        pieces: AsyncIterator[bytes],
        headers: Mapping[str, str],
        over: Callable[[bool], Awaitable[None]],
    ) -> None:
        super().__init__(self._noted(pieces), status_code=200, headers=headers)
        self._over, self._is_whole = over, False

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._over(self._is_whole)

    async def _noted(self, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        async for piece in pieces:
            yield piece
        self._is_whole = True


async def heard(
    pieces: AsyncIterator[bytes], hear: Callable[[bytes], object]
) -> AsyncIterator[bytes]:
    """The pieces, which somebody hears too."""
    async for piece in pieces:
        hear(piece)
        yield piece


async def told_errors(pieces: AsyncIterator[bytes], shape: RequestShape) -> AsyncIterator[bytes]:
    """The pieces; what goes wrong after the first of them is told in an event, the last one."""
    try:
        async for piece in pieces:
            yield piece
    except Exception as broken:  # noqa: BLE001  # whatever it is, it is told and logged
        error = broken if isinstance(broken, ApiError) else mistake(broken)
        record = error.record()
        name = b""
        if shape is not CHAT:
            told = record["error"]
            assert isinstance(told, dict)
            record = {"type": "error", **told, "sequence_number": 0}
            name = b"event: error\n"
        yield name + b"data: " + json.dumps(record).encode() + b"\n\n"


async def kept_alive(pieces: AsyncIterator[bytes], every: float) -> AsyncIterator[bytes]:
    """The pieces, and a comment each time that nothing came for so many seconds. They are read in a
    task of their own, to its end, or until nobody takes them any more.
    """
    read: asyncio.Queue[bytes | None] = asyncio.Queue(AHEAD)
    reading = asyncio.create_task(_read(pieces, read))
    reading.add_done_callback(lambda done: done.cancelled() or done.exception())
    try:
        while (piece := await _soon(read, every)) is not None:
            yield piece
        await reading  # and what went wrong with it
    finally:
        reading.cancel()
        await asyncio.wait([reading])  # who is cancelled once more leaves it to its own end


async def _soon(read: asyncio.Queue[bytes | None], every: float) -> bytes | None:
    """The next piece, or a comment where none comes soon."""
    try:
        async with asyncio.timeout(every):
            return await read.get()
    except TimeoutError:
        return PING


async def _read(pieces: AsyncIterator[bytes], into: asyncio.Queue[bytes | None]) -> None:
    try:
        async for piece in pieces:
            await into.put(piece)
    finally:
        close = getattr(pieces, "aclose", None)
        if close is not None:
            await close()
        if not _is_cancelled():  # else nobody reads any more
            await into.put(None)


def _is_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


@final
class TokenCount:
    """Hears a stream go by, in whatever pieces, and counts what it costs: the tokens that its
    upstream tells, or else its events, of a token each.
    """

    def __init__(self) -> None:
        self._told: int | None = None
        self._num_events = 0
        self._left = b""

    def hear(self, piece: bytes) -> None:
        """More of it."""
        heard = self._left + piece
        if told := TOLD.findall(heard):
            self._told = int(told[-1])
        self._left = heard[-KEPT:]
        self._num_events += heard.count(EVENT) - self._left.count(EVENT)

    @property
    def num(self) -> int:
        """So many up to now."""
        return self._num_events + self._left.count(EVENT) if self._told is None else self._told
