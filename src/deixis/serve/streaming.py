"""What every stream does: comments while it is silent, and an error as an event, never a cut."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress

from deixis.serve.api_error import ApiError
from deixis.serve.shapes import CHAT, RequestShape

PING = b": ping\n\n"
AHEAD = 8  # pieces that are read before the client takes them


async def told_errors(pieces: AsyncIterator[bytes], shape: RequestShape) -> AsyncIterator[bytes]:
    """The pieces; what goes wrong after the first of them is told in an event, the last one."""
    try:
        async for piece in pieces:
            yield piece
    except ApiError as error:
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
    try:
        while (piece := await _soon(read, every)) is not None:
            yield piece
        await reading  # and what went wrong with it
    finally:
        reading.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await reading


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
