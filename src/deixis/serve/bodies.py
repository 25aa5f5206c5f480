"""A request's bytes are read: not too many, not too slowly, and not more than there is room for."""

import asyncio
from collections.abc import Coroutine
from typing import Any, final

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from deixis.serve.api_error import ApiError, busy
from deixis.serve.settings import Limits

SLOWEST = 32_768  # bytes a second, once `body_seconds` are over


@final
class Room:
    """The bytes of all requests under way have so much room together."""

    def __init__(self, most: int) -> None:
        self._most, self.num_bytes = most, 0

    def take(self, num: int) -> None:
        """So many more; ApiError where there is no room for them."""
        if self.num_bytes + num > self._most:
            raise busy("too many bytes of requests are under way", Connection="close")
        self.num_bytes += num

    def leave(self, num: int) -> None:
        """So many are no longer needed."""
        self.num_bytes -= num


@final
class BodyReading:
    """One request's bytes, and the room that they take until `leave`."""

    def __init__(self, request: Request, limits: Limits, room: Room) -> None:
        self._request, self._limits, self._room = request, limits, room
        self._num = 0

    async def read(self) -> bytes:
        """All of them; ApiError where they are too many or come too slowly."""
        most, data = self._limits.body_bytes, bytearray()
        told = ApiError(413, f"a request has at most {most} bytes here", code="too_large")
        length = self._request.headers.get("content-length", "")
        if length.isdigit() and (len(length) > 18 or int(length) > most):
            raise told
        loop, stream = asyncio.get_running_loop(), self._request.stream()
        began = loop.time()
        try:
            while True:
                seconds = self._limits.body_seconds
                until = min(loop.time() + seconds, began + seconds + len(data) / SLOWEST)
                async with asyncio.timeout_at(until):
                    piece = await anext(stream, None)
                if piece is None:
                    return bytes(data)
                if len(data) + len(piece) > most:
                    raise told
                self._room.take(len(piece))
                self._num += len(piece)
                data += piece
        except TimeoutError:
            raise ApiError(
                408, "the request did not come whole in time", headers={"Connection": "close"}
            ) from None

    def leave(self) -> None:
        """They are no longer needed."""
        self._room.leave(self._num)
        self._num = 0


async def while_wanted(request: Request, answering: Coroutine[Any, Any, Response]) -> Response:
    """The answer to a request that was read; ClientDisconnect, and nothing more is done for it,
    where the client leaves before.
    """
    answer, leaving = asyncio.create_task(answering), asyncio.create_task(_left(request))
    try:
        await asyncio.wait((answer, leaving), return_when=asyncio.FIRST_COMPLETED)
        if not answer.done():
            raise ClientDisconnect
        return answer.result()
    finally:
        for task in (answer, leaving):
            task.cancel()
        await asyncio.gather(answer, leaving, return_exceptions=True)


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
