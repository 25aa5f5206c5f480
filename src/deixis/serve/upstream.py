"""An OpenAI-compatible engine behind the server: requests go on to it, its answers come back."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from typing import final

from deixis.ask.model import Model
from deixis.remote.model import OpenAIModel
from deixis.serve.api_error import ApiError, busy
from deixis.serve.conversation import Conversation
from deixis.serve.kept_connections import (
    BrokenOffError,
    EngineReply,
    KeptConnections,
    UnreachableError,
)
from deixis.serve.prepared import Prepared, Preparing
from deixis.serve.settings import Limits, ServedModel
from deixis.serve.shapes import RequestShape

HANDED_ON = ("accept", "openai-beta", "traceparent", "tracestate", "x-request-id")
HANDED_BACK = ("content-type", "retry-after", "x-request-id", "openai-processing-ms")
KEPT_SECONDS = 4.0  # of a connection without a request: less than servers usually keep one


@final
class Reply:
    """An answer of an upstream: its head, and its bytes as they come."""

    def __init__(self, reply: EngineReply, upstream: "Upstream", began: float) -> None:
        self._reply, self._upstream = reply, upstream
        self._began = began
        self.waited = time.perf_counter() - began  # seconds, for the head alone
        self.status = reply.status
        told = reply.headers
        self.headers = {name: told[name] for name in HANDED_BACK if told.get(name, "é").isascii()}
        self.is_stream = told.get("content-type", "").startswith("text/event-stream")

    async def pieces(self) -> AsyncIterator[bytes]:
        """The bytes, and ApiError where they end too soon or are too many."""
        upstream, num = self._upstream, 0
        silent, deadline = upstream.served.silent_seconds, upstream.deadline(self._began)
        try:
            async for piece in self._reply.pieces(silent, deadline):
                num += len(piece)
                if num > upstream.limits.answer_bytes:
                    raise ApiError(502, "the upstream's answer is too long", code="too_long")
                yield piece
        except TimeoutError:
            raise _late() from None
        except BrokenOffError:
            raise ApiError(
                502, "the upstream broke off in the middle of its answer", code="upstream_broke_off"
            ) from None
        finally:
            await self.close()

    async def body(self) -> bytes:
        """All of its bytes."""
        began = time.perf_counter()
        body = b"".join([piece async for piece in self.pieces()])
        self.waited += time.perf_counter() - began
        return body

    async def close(self) -> None:
        """Nothing more is wanted: the upstream is told so."""
        self._reply.close()
        self._upstream.leave(self)


@final
class Upstream:
    """An engine, under the name by which the server's clients know it."""

    def __init__(self, served: ServedModel, limits: Limits, preparing: Preparing) -> None:
        self.served, self.limits, self._preparing = served, limits, preparing
        self.remote = served.remote()
        self.model = Model(OpenAIModel(self.remote), dialect=served.dialect or None)
        self.is_ready = True
        self._open: set[Reply] = set()
        self.num_in_flight = 0
        headers = {"User-Agent": "deixis", "Accept-Encoding": "identity"}
        if self.remote.api_key:
            headers["Authorization"] = f"Bearer {self.remote.api_key}"
        self._connections = KeptConnections(
            self.remote.url, headers, keep=limits.in_flight, keep_seconds=KEPT_SECONDS
        )

    def asked(self, dialect: str | None) -> Model:
        """The model as it is spoken to in a dialect, or its own."""
        if dialect is None:
            return self.model
        return Model(OpenAIModel(self.remote), dialect=dialect)

    def deadline(self, began: float) -> float:
        """When an answer is given up, of the loop's clock."""
        left = self.served.total_seconds - (time.perf_counter() - began)
        return asyncio.get_running_loop().time() + left

    async def prepare(self, conversation: Conversation, data: bytes) -> Prepared:
        """A conversation without keys of ours goes on as the bytes that it came as, unless it is to
        be known under another name, or its pictures are fetched here.
        """
        if conversation.points:
            return await self._preparing.for_upstream(conversation, self.served)
        return await self._preparing.untouched(conversation, data, self.remote.model)

    async def ask(
        self, shape: RequestShape, prepared: Prepared, headers: Mapping[str, str]
    ) -> Reply:
        """A request is posted; its answer is there from its first byte on."""
        if self.num_in_flight >= self.limits.in_flight:
            raise busy("too many requests of this model are under way")
        self.num_in_flight += 1
        began = time.perf_counter()
        try:
            reply = Reply(await self._posted(shape.path, prepared.body, headers), self, began)
        except BaseException:
            self.num_in_flight -= 1
            raise
        self._open.add(reply)
        return reply

    def leave(self, reply: Reply) -> None:
        """An answer is over."""
        if reply in self._open:
            self._open.discard(reply)
            self.num_in_flight -= 1

    async def close(self) -> None:
        """Close all connections."""
        self._connections.close()

    async def _posted(self, path: str, body: bytes, headers: Mapping[str, str]) -> EngineReply:
        own = {name: headers[name] for name in HANDED_ON if headers.get(name, "é").isascii()}
        try:
            return await self._connections.post(
                path.removeprefix("/v1"),
                body,
                {**own, "Content-Type": "application/json"},
                connect_seconds=self.served.connect_seconds,
                silent_seconds=self.served.silent_seconds,
                deadline=self.deadline(time.perf_counter()),
            )
        except UnreachableError:
            raise ApiError(
                502, "the upstream of this model cannot be reached", code="upstream_unreachable"
            ) from None
        except TimeoutError:
            raise _late() from None
        except BrokenOffError:
            raise ApiError(
                502, "the upstream of this model gave no answer", code="upstream_broke_off"
            ) from None


def _late() -> ApiError:
    return ApiError(504, "the upstream of this model was silent for too long", code="upstream_late")
